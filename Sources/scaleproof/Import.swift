import ArgumentParser
import Harness

extension ScaleProof {
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn a watch log, one JSON object a line, into a recording that can be judged.",
      discussion: """
        The first line is {"t":0,"resource":"","type":"START","wall":<Unix seconds>}, each further one
        {"t":<seconds>,"resource":"pods","type":"ADDED","object":{…}}; a MARK begins a phase of its name.

        EXAMPLES
          scaleproof import --watch-log incident.jsonl --output incident.sqlite
          scaleproof import --watch-log incident.jsonl --workload deployment/web --hpa web
          scaleproof evaluate run.sqlite; scaleproof explain run.sqlite
        """)

    @Option(help: "The watch log.", completion: .file(extensions: ["jsonl"]))
    var watchLog: String

    @Option(help: "The recording to write; it must not exist.")
    var output: String = "run.sqlite"

    @Option(
      help: ArgumentHelp("The workload (default: the only one, or what the HPA scales).", valueName: "deployment/name"))
    var workload: String?

    @Option(help: "The name of the HorizontalPodAutoscaler (default: the only one).")
    var hpa: String?

    @Option(help: "The version of the cluster, as in 1.34, by whose rules the autoscaler is judged.")
    var kubernetesVersion: String?

    func run() async throws {
      try await Ending.of {
        try RecordingImport(
          watchLog: watchLog, output: output, workload: workload, autoscaler: hpa, serverVersion: kubernetesVersion
        ).execute()
      }
    }
  }
}
