/// What the user asked for on the command line, beside the profile.
package struct RunOptions: Sendable {
  /// Path of the profile.
  package var profile: String
  /// A context of the kubeconfig in place of the profile's cluster.
  package var context: String?
  package var kubeconfig: String?
  /// `PATH=VALUE`, each.
  package var changes: [String]
  /// The folder for the recording and the reports.
  package var output: String?
  package var quiet: Bool

  package init(
    profile: String, context: String? = nil, kubeconfig: String? = nil, changes: [String] = [],
    output: String? = nil, quiet: Bool = false
  ) {
    self.profile = profile
    self.context = context
    self.kubeconfig = kubeconfig
    self.changes = changes
    self.output = output
    self.quiet = quiet
  }
}
