import ArgumentParser
import Harness

extension ScaleProof {
  struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Run a profile in virtual time: the same load, cluster, verdicts and report, without waiting for any of it.",
      discussion: """
        The cluster is that of cluster.simulated, and its clock jumps from one instant to the next: a run of an hour takes
        seconds, sends nothing, and comes to the same each time.

        EXAMPLES
          scaleproof simulate Profiles/surge-and-rollout.yaml
          scaleproof simulate Profiles/surge-and-rollout.yaml --set manifests.hpa.spec.maxReplicas=4
        """)

    @Argument(help: "The profile.", completion: .file(extensions: ["yaml", "yml"]))
    var profile: String

    @Option(
      name: .customLong("set"), parsing: .singleValue,
      help: ArgumentHelp(
        "Change one field of the profile, or under \"manifests.\" of a manifest. May be repeated.",
        valueName: "path=value"))
    var changes: [String] = []

    @Option(help: "The folder for the recording and the reports (default: Reports/<time>-<profile>).")
    var output: String?

    @Flag(help: "Print only the verdicts.")
    var quiet = false

    func run() async throws {
      await Ending.of {
        try SimulateSession(
          profile: profile, changes: changes, output: output, quiet: quiet, version: .built
        ).execute()
      }
    }
  }
}
