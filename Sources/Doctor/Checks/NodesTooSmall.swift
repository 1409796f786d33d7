import KubernetesObjects

extension Check {
  static let nodesTooSmall = Check(
    "nodes-too-small", .warning,
    meaning:
      "All nodes that are ready have less room than the pods of the maximum request: some stay Pending, or wait for "
      + "nodes.",
    remedy: "Add nodes, or lower requests or spec.maxReplicas.", needs: [.cluster, .kind("Node")],
    ofWorkload: { examination in
      var symptoms: [Symptom] = []
      let ready = examination.patient.objects.filter { node in
        node.kind == "Node" && node.spec["unschedulable"]?.bool != true
          && (node.json["status", "conditions"]?.array ?? []).contains {
            $0["type"]?.string == "Ready" && $0["status"]?.string == "True"
          }
      }
      for resource in ["cpu", "memory"] {
        guard let perPod = examination.podAmount("requests", resource), perPod > 0 else { continue }
        var fitting: Int64 = 0
        for node in ready { fitting += (node.json["status", "allocatable"]?[resource]?.milli ?? 0) / perPod }
        guard fitting < Int64(examination.counts.upperBound) else { continue }
        symptoms.append(
          Symptom(
            examination.object, "spec.template.spec.containers",
            "\(Texts.count(ready.count, "node")) hold at most \(fitting) pods of \(Texts.amount(perPod, of: resource)) "
              + "\(resource) when nothing else runs, and there may be \(examination.counts.upperBound) "
              + "(min..max \(examination.countsText))",
            fix: "add nodes, or lower maxReplicas to \(fitting)"))
      }
      return symptoms
    })
}
