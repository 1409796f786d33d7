/// A check of a workload with what is around it, or of the way there.
package struct Check: Sendable {
  /// What a check is about.
  enum Subject: Sendable {
    /// Each workload.
    case workload(@Sendable (Examination) -> [Symptom])
    /// All that was read, once.
    case surroundings(@Sendable (Patient) -> [Symptom])
  }

  /// The stable name: `prestop-missing`.
  package let id: String
  package let severity: Severity
  /// What it means, for the guide and for `--format json`.
  package let meaning: String
  /// What to do about it in general.
  package let remedy: String
  /// Without which it cannot be made.
  package let needs: [Need]
  let subject: Subject

  init(
    _ id: String, _ severity: Severity, meaning: String, remedy: String, needs: [Need] = [],
    ofWorkload examine: @escaping @Sendable (Examination) -> [Symptom]
  ) {
    self.id = id
    self.severity = severity
    self.meaning = meaning
    self.remedy = remedy
    self.needs = needs
    subject = .workload(examine)
  }

  init(
    _ id: String, _ severity: Severity, meaning: String, remedy: String, needs: [Need] = [],
    ofSurroundings examine: @escaping @Sendable (Patient) -> [Symptom]
  ) {
    self.id = id
    self.severity = severity
    self.meaning = meaning
    self.remedy = remedy
    self.needs = needs
    subject = .surroundings(examine)
  }
}
