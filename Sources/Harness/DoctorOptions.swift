/// What `scaleproof doctor` is asked to examine.
package struct DoctorOptions: Sendable {
  package enum Subject: Sendable {
    case profile(String, changes: [String], fixed: Bool)
    /// `KIND/NAME` of a live cluster, and its namespace.
    case workload(String, namespace: String?)
    case manifests([String])
  }

  package enum Format: String, Sendable, CaseIterable {
    case text, json
  }

  package var subject: Subject
  package var context: String?
  package var kubeconfig: String?
  package var format: Format
  /// Whether warnings count as well.
  package var strict: Bool
  package var log: DiagnosticLog

  package init(
    subject: Subject, context: String? = nil, kubeconfig: String? = nil, format: Format = .text, strict: Bool = false,
    log: DiagnosticLog = DiagnosticLog()
  ) {
    self.subject = subject
    self.context = context
    self.kubeconfig = kubeconfig
    self.format = format
    self.strict = strict
    self.log = log
  }
}
