import ArgumentParser

/// Where a command that is told a workload, and no profile, finds it.
struct ClusterPlace: ParsableArguments {
  @Option(help: "The kubeconfig context (default: the current one).")
  var context: String?

  @Option(help: "The kubeconfig to read, in place of $KUBECONFIG or ~/.kube/config.")
  var kubeconfig: String?

  @Option(help: "The namespace (default: that of the context).")
  var namespace: String?

  /// Whether a cluster behind a kubeconfig is named.
  var isGiven: Bool { context != nil || kubeconfig != nil }

  func validate() throws {
    try OptionValue.refuseEmpty([("--context", context), ("--kubeconfig", kubeconfig), ("--namespace", namespace)])
  }
}
