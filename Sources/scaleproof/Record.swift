import ArgumentParser
import Harness
import Units

extension ScaleProof {
  struct Record: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Record what a cluster does to a workload, without load, for incidents.",
      discussion: """
        Watches the workload, its autoscaler, pods, ReplicaSets, endpoints and events as a run does, and writes run.sqlite
        and the reports. Reading rights are enough. Without --for it records until Ctrl-C, at most a day.

        Nothing is judged, unless --profile names a profile: then those of its expectations that need no load.

        EXAMPLES
          scaleproof record --context production --namespace shop --workload deployment/web --for 1h
          scaleproof record --workload deployment/web --hpa web --output incident/
          scaleproof explain incident/run.sqlite
          scaleproof record --workload deployment/web --json-lines | jq -c 'select(.type == "event")'

        EXIT STATUS
          0 recorded (or all expectations pass); 130 ended by Ctrl-C before --for; else as for run.
        """)

    @OptionGroup var place: ClusterPlace

    @Option(
      help: ArgumentHelp(
        "The workload: deployment/NAME, statefulset/NAME, replicaset/NAME or rollout/NAME.", valueName: "kind/name"))
    var workload: String

    @Option(help: "The name of the HorizontalPodAutoscaler (default: the one that scales the workload).")
    var hpa: String?

    @Option(
      name: .customLong("for"), help: "How long, as in 90s or 1h (default: until Ctrl-C, at most 24h).",
      transform: { try Duration(text: $0) })
    var length: Duration?

    @Option(
      help: "A profile whose expectations are judged, as far as they need no load.",
      completion: .file(extensions: ["yaml", "yml"]))
    var profile: String?

    @Option(help: "The folder for the recording and the reports (default: Reports/<time>-<name>).")
    var output: String?

    @Flag(help: "Print only the verdicts.")
    var quiet = false

    @Flag(help: "Print one JSON object a line, for programs (Reports/README.md says what is in them).")
    var jsonLines = false

    @Option(
      help:
        "What client, observer and generator do, on standard error. On a terminal the view is a line every ten seconds then."
    )
    var logLevel: LogLevel?

    func validate() throws {
      if quiet, jsonLines { throw ValidationError("--quiet and --json-lines exclude each other") }
      if let length, !(.seconds(1)...RecordSession.longest).contains(length) {
        throw ValidationError("--for lies between 1s and 24h")
      }
    }

    func run() async throws {
      await Ending.of {
        try await RecordSession(
          RecordOptions(
            context: place.context, kubeconfig: place.kubeconfig, namespace: place.namespace, workload: workload,
            autoscaler: hpa,
            length: length, profile: profile, output: output, quiet: quiet, jsonLines: jsonLines,
            log: DiagnosticLog(level: logLevel)), version: .built
        ).execute()
      }
    }
  }
}
