import KubernetesObjects

extension Check {
  static let policyNamespaceLabel = Check(
    "policy-namespace-label", .warning,
    meaning:
      "A NetworkPolicy selects namespaces by a label that they do not get by themselves: where nobody sets it, it "
      + "matches none.",
    remedy: "Select by kubernetes.io/metadata.name, which each namespace has.",
    needs: [.kind("NetworkPolicy"), .kind("Namespace")],
    ofWorkload: { examination in
      var symptoms: [Symptom] = []
      for policy in examination.policies {
        for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
          for (number, rule) in (policy.spec[direction]?.array ?? []).enumerated() {
            for (place, peer) in (rule[peers]?.array ?? []).enumerated() {
              guard let name = peer["namespaceSelector", "matchLabels"]?.texts["name"],
                !examination.patient.objects.contains(where: { $0.kind == "Namespace" && $0.labels["name"] == name })
              else { continue }
              let field = "spec.\(direction)[\(number)].\(peers)[\(place)].namespaceSelector.matchLabels.name"
              symptoms.append(
                Symptom(
                  policy, field,
                  "the label name=\(name) is not one that namespaces get by themselves, so that the rule matches 0 namespaces "
                    + "until somebody sets it, and \(direction == "ingress" ? "nothing reaches" : "nothing is reached by") "
                    + "any of \(examination.countsText) pods by it",
                  fix: "write kubernetes.io/metadata.name: \(name) in place of \(field)"))
            }
          }
        }
      }
      return symptoms
    })
}
