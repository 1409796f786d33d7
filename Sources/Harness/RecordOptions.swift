/// What the user asked for of a recording without load.
package struct RecordOptions: Sendable {
  /// A context of the kubeconfig; `nil` for its current one.
  package var context: String?
  package var kubeconfig: String?
  /// `nil` for the context's.
  package var namespace: String?
  /// `deployment/NAME`.
  package var workload: String
  /// `nil` for the one that scales the workload.
  package var autoscaler: String?
  /// `nil` records until Ctrl-C.
  package var length: Duration?
  /// A profile whose expectations are judged, as far as they need no load.
  package var profile: String?
  package var output: String?
  package var quiet: Bool
  /// Print one JSON object a line, for programs, and nothing else.
  package var jsonLines: Bool
  /// What client, observer and generator tell on standard error.
  package var log: DiagnosticLog

  package init(
    context: String? = nil, kubeconfig: String? = nil, namespace: String? = nil, workload: String,
    autoscaler: String? = nil, length: Duration? = nil, profile: String? = nil, output: String? = nil,
    quiet: Bool = false, jsonLines: Bool = false, log: DiagnosticLog = DiagnosticLog()
  ) {
    self.context = context
    self.kubeconfig = kubeconfig
    self.namespace = namespace
    self.workload = workload
    self.autoscaler = autoscaler
    self.length = length
    self.profile = profile
    self.output = output
    self.quiet = quiet
    self.jsonLines = jsonLines
    self.log = log
  }

  /// Which option says nothing, and what to do; `nil` where none does.
  var problem: String? {
    let options = [
      ("--context", context), ("--kubeconfig", kubeconfig), ("--namespace", namespace), ("--hpa", autoscaler),
      ("--profile", profile), ("--output", output),
    ]
    return options.first { $0.1?.isEmpty ?? false }.map { "\($0.0) is empty: name one, or leave the option out" }
  }
}
