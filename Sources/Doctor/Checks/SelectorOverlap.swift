import KubernetesObjects

extension Check {
  static let selectorOverlap = Check(
    "selector-overlap", .warning,
    meaning:
      "The workload's selector matches pods of others, which the autoscaler counts as well: their use and their missing "
      + "requests become its own.",
    remedy: "Give the pods a label that no other workload's have, and select by it.",
    needs: [.kind("Pod"), .kind("Job"), .kind("CronJob"), .kind("DaemonSet")],
    ofWorkload: { examination in
      guard let selector = examination.object.spec["selector"] else { return [] }
      var others: [String] = []
      for object in examination.patient.objects
      where object.namespace == examination.namespace && object != examination.object {
        guard let labels = object.podLabels, selector.selects(labels) else { continue }
        let owner = object.json["metadata", "ownerReferences"]?.array?.first
        if let owner, examination.isOwn(owner) { continue }
        if object.kind == "Pod", let owner {
          others.append("\((owner["kind"]?.string ?? "").lowercased())/\(owner["name"]?.string ?? "")")
        } else {
          others.append(object.title)
        }
      }
      let names = Array(Set(others)).sorted()
      guard !names.isEmpty else { return [] }
      return [
        Symptom(
          examination.object, "spec.selector",
          "it matches the pods of \(Texts.list(names)) too, so that they count among its \(examination.countsText) pods, and "
            + "one without a request stops the autoscaler",
          fix:
            "add a label to spec.selector and spec.template.metadata.labels of \(examination.object.title) that only its "
            + "pods have (a selector is set once: create the workload anew)")
      ]
    })
}

extension Examination {
  /// Whether an owner is the workload, or a ReplicaSet of it.
  fileprivate func isOwn(_ owner: JSONValue) -> Bool {
    let (kind, name) = (owner["kind"]?.string, owner["name"]?.string ?? "")
    if kind == object.kind { return name == object.name }
    guard kind == "ReplicaSet" else { return false }
    let set = all("ReplicaSet").first { $0.name == name }
    guard let set else { return name.hasPrefix("\(object.name)-") }
    return set.json["metadata", "ownerReferences"]?.array?.contains {
      $0["name"]?.string == object.name && $0["kind"]?.string == object.kind
    } ?? false
  }
}
