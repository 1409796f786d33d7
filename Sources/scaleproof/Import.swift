import ArgumentParser
import Harness

extension ScaleProof {
  struct Import: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Turn an access log into a profile that replays it, or a watch log into a recording.",
      discussion: """
        --access-log FILE makes a profile whose phases and weights follow the traffic of the log second by second, and
        says how well. Formats: nginx combined, JSON lines, AWS Application Load Balancer, also as Docker, containerd and
        kubectl logs wrap their lines; logs packed by gzip are read too, and - reads standard input.

        --watch-log FILE makes a recording that can be judged, of what kubectl get -o json printed, with -w and
        --output-watch-events or without, one option for each file; and says what they leave open. Or of a log whose first
        line is {"t":0,"resource":"","type":"START","wall":<Unix seconds>}, each further one
        {"t":<seconds>,"resource":"pods","type":"ADDED","object":{…}}; a MARK begins a phase of its name.
        Reports/README.md has a recipe for incidents.

        EXAMPLES
          scaleproof import --access-log access.log --target https://staging.example.com --output friday.yaml
          scaleproof import --access-log access.log.2.gz --anonymise --resolution 1s
          scaleproof import --watch-log deploy.json --watch-log hpa.json --watch-log pods.json --output incident.sqlite
          scaleproof import --watch-log incident.jsonl --workload deployment/web --hpa web --output incident.sqlite
          scaleproof evaluate incident.sqlite; scaleproof explain incident.sqlite
        """)

    @Option(help: "The access log; - for standard input.", completion: .file(extensions: ["log", "json", "jsonl"]))
    var accessLog: String?

    @Option(
      name: .customLong("watch-log"), parsing: .singleValue,
      help: "A watch log, or what kubectl printed; - for standard input. May be repeated.",
      completion: .file(extensions: ["jsonl", "json"]))
    var watchLogs: [String] = []

    @Option(help: "The file to write (default: replay.yaml for an access log, run.sqlite for a watch log).")
    var output: String?

    @Flag(help: "Access log: replace the file to write when it is there.")
    var force = false

    @Option(help: "Access log: auto, combined, json or alb (default: auto).")
    var format: String?

    @Option(help: "Access log: where the load is to go; without it the profile has a place to edit.")
    var target: String?

    @Flag(help: "Access log: replace segments of paths and values of queries by letters.")
    var anonymise = false

    @Option(
      help: "Access log: the most requests that the profile has; the last one stands for all others (default: 20).")
    var maxRoutes: Int?

    @Option(
      help: "Access log: the length of every phase, as in 1s, in place of as few phases as follow the log well.")
    var resolution: String?

    @Option(
      help: ArgumentHelp(
        "Watch log: the workload, as deployment/NAME (default: the only one, or what the HPA scales).",
        valueName: "kind/name"))
    var workload: String?

    @Option(help: "Watch log: the name of the HorizontalPodAutoscaler (default: the only one).")
    var hpa: String?

    @Option(help: "Watch log: the version of the cluster, as in 1.34, by whose rules the autoscaler is judged.")
    var kubernetesVersion: String?

    func validate() throws {
      try OptionValue.refuseEmpty([
        ("--output", output), ("--target", target), ("--workload", workload), ("--hpa", hpa),
        ("--access-log", accessLog),
      ])
      guard !watchLogs.contains("") else {
        throw ValidationError("--watch-log is empty: name a file, or - for standard input")
      }
      guard watchLogs.count(where: { $0 == "-" }) <= 1 else {
        throw ValidationError("--watch-log - is there more than once, but standard input can be read only once")
      }
      guard (accessLog == nil) == !watchLogs.isEmpty else {
        throw ValidationError("name either --access-log or --watch-log")
      }
      let forAccessLog = force || anonymise || target != nil || resolution != nil || format != nil || maxRoutes != nil
      if !watchLogs.isEmpty, forAccessLog {
        throw ValidationError(
          "--force, --format, --target, --anonymise, --max-routes and --resolution are for access logs")
      }
      if accessLog != nil, workload != nil || hpa != nil || kubernetesVersion != nil {
        throw ValidationError("--workload, --hpa and --kubernetes-version are for watch logs")
      }
    }

    func run() async throws {
      await Ending.of {
        if let accessLog {
          return try AccessLogImport(
            log: accessLog, output: output ?? "replay.yaml", force: force, format: format ?? "auto", target: target,
            anonymise: anonymise, mostRoutes: maxRoutes ?? 20, resolution: resolution
          ).execute()
        }
        return try RecordingImport(
          watchLogs: watchLogs, output: output ?? "run.sqlite", workload: workload, autoscaler: hpa,
          serverVersion: kubernetesVersion, version: .built
        ).execute()
      }
    }
  }
}
