/// What the user asked for on the command line, beside the profile.
package struct RunOptions: Sendable {
  /// Path of the profile.
  package var profile: String
  /// A context of the kubeconfig in place of the profile's cluster.
  package var context: String?
  package var kubeconfig: String?
  /// `PATH=VALUE`, each.
  package var changes: [String]
  /// Make the fix of the profile's incident before.
  package var fixed: Bool
  /// Names of blocking findings of the doctor that the run goes on with.
  package var despite: [String]
  /// Whether programs that the profile names may be run.
  package var allowsPrograms: Bool
  /// Make the checks before a run, tell what its actions would send, and run nothing.
  package var isDryRun: Bool
  /// The folder for the recording and the reports.
  package var output: String?
  /// Print the verdicts and nothing else.
  package var quiet: Bool
  /// Print one JSON object a line, for programs, and nothing else.
  package var jsonLines: Bool
  /// What client, observer and generator tell on standard error.
  package var log: DiagnosticLog

  package init(
    profile: String, context: String? = nil, kubeconfig: String? = nil, changes: [String] = [],
    fixed: Bool = false, despite: [String] = [], allowsPrograms: Bool = false,
    isDryRun: Bool = false, output: String? = nil, quiet: Bool = false,
    jsonLines: Bool = false,
    log: DiagnosticLog = DiagnosticLog()
  ) {
    self.profile = profile
    self.context = context
    self.kubeconfig = kubeconfig
    self.changes = changes
    self.fixed = fixed
    self.despite = despite
    self.allowsPrograms = allowsPrograms
    self.isDryRun = isDryRun
    self.output = output
    self.quiet = quiet
    self.jsonLines = jsonLines
    self.log = log
  }
}
