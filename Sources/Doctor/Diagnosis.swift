import KubernetesObjects

/// What was found, and what could not be looked for.
package struct Diagnosis: Sendable, Equatable {
  /// The heaviest first, then in the order of the checks.
  package let findings: [Finding]
  package let unchecked: [Unchecked]

  package func count(_ severity: Severity) -> Int { findings.count { $0.severity == severity } }

  /// Makes the checks of a patient.
  package init(of patient: Patient, checks: [Check] = Check.all) {
    let examinations = patient.workloads.compactMap { Examination($0, of: patient) }
    var findings: [Finding] = []
    var unchecked: [Unchecked] = []
    for check in checks {
      if let reason = check.needs.lazy.compactMap({ patient.reason(without: $0) }).first {
        unchecked.append(Unchecked(id: check.id, object: nil, reason: reason))
        continue
      }
      switch check.subject {
      case .surroundings(let examine): findings += examine(patient).map { Finding(of: check, $0) }
      case .workload(let examine):
        for examination in examinations { findings += examine(examination).map { Finding(of: check, $0) } }
      }
    }
    self.findings = Self.sorted(Self.distinct(findings))
    self.unchecked = unchecked
  }

  /// What several workloads share is found for each of them.
  private static func distinct(_ findings: [Finding]) -> [Finding] {
    var kept: [Finding] = []
    for finding in findings where !kept.contains(finding) { kept.append(finding) }
    return kept
  }

  private static func sorted(_ findings: [Finding]) -> [Finding] {
    Severity.allCases.flatMap { severity in findings.filter { $0.severity == severity } }
  }
}

extension Finding {
  init(of check: Check, _ observation: Symptom) {
    self.init(
      id: check.id, severity: observation.severity ?? check.severity,
      object: observation.object?.title ?? observation.about, index: observation.object?.index,
      field: observation.field, message: observation.message, fix: observation.fix)
  }
}
