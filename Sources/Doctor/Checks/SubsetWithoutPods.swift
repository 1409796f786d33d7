import KubernetesObjects

extension Check {
  static let subsetWithoutPods = Check(
    "subset-without-pods", .warning,
    meaning: "A subset of a DestinationRule has labels that no pod template has: routes to it have no endpoints.",
    remedy: "Give the pods the label, or remove the subset.", needs: [.kind("DestinationRule")],
    ofWorkload: { examination in
      var symptoms: [Symptom] = []
      let known = examination.patient.objects.filter { $0.namespace == examination.namespace }.compactMap(\.podLabels)
      for rule in examination.destinationRules {
        for (index, subset) in (rule.spec["subsets"]?.array ?? []).enumerated() {
          let labels = subset["labels"]?.texts ?? [:]
          guard !labels.isEmpty, !known.contains(where: { LabelSelector(matchLabels: labels).matches($0) }) else {
            continue
          }
          let text = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
          symptoms.append(
            Symptom(
              rule, "spec.subsets[\(index)].labels",
              "0 of the \(known.count) pod templates have \(text), so that the subset \(subset["name"]?.string ?? "") has no "
                + "endpoints and routes to it are answered with 503",
              fix: "add \(text) to the labels of the pods' template, or remove spec.subsets[\(index)]"))
        }
      }
      return symptoms
    })
}
