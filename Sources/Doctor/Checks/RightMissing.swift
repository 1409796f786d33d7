extension Check {
  static let rightMissing = Check(
    "right-missing", .blocking,
    meaning: "The user of the kubeconfig lacks a right that a run needs.",
    remedy: "Add the rule that is named to a Role of theirs (`Profiles/rbac.yaml`).", needs: [.rights],
    ofSurroundings: { patient in
      (patient.facts.rights?.missing ?? []).map { Symptom(about: "rights", $0.sentence, fix: $0.rule) }
    })
}
