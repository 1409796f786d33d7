import ArgumentParser
import Harness

extension ScaleProof {
  struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract:
        "Run a profile in virtual time: the same load, cluster, verdicts and report, without waiting for any of it.",
      discussion: """
        The cluster is that of cluster.simulated, and its clock jumps from one instant to the next: a run of an hour takes \
        seconds, sends nothing, and comes to the same each time.

        With --from, the simulated cluster is fitted to a recording, also of a real cluster, and has to do what was recorded \
        before it says what --set changes: exit status 4 where it does not.

        EXAMPLES
          scaleproof simulate Profiles/surge-and-rollout.yaml
          scaleproof simulate Profiles/surge-and-rollout.yaml --set manifests.hpa.spec.maxReplicas=4
          scaleproof simulate --from run.sqlite --set manifests.hpa.spec.minReplicas=5
          scaleproof simulate gate.yaml --seeds 20
          scaleproof simulate gate.yaml --output what-if/ \\
            --sweep manifests.hpa.spec.behavior.scaleDown.stabilizationWindowSeconds=60,120,300
        """)

    @Argument(
      help: "The profile; with --from, the recorded one unless another is named.",
      completion: .file(extensions: ["yaml", "yml"]))
    var profile: String?

    @Option(
      help: ArgumentHelp("Fit the cluster to this recording.", valueName: "recording"),
      completion: .file(extensions: ["sqlite"]))
    var from: String?

    @OptionGroup var fields: FieldChanges

    @Option(
      name: .customLong("sweep"), parsing: .singleValue,
      help: ArgumentHelp(
        "Run the profile with each of several values of a field, and compare. May be repeated: every combination is run.",
        valueName: "path=value,value"))
    var sweeps: [String] = []

    @Option(help: "Run so many points of the swept fields, drawn evenly; they may be ranges then: 60..300.")
    var samples: Int?

    @Option(help: "Run everything with the seeds from 1 to this, and say how often each verdict falls.")
    var seeds: Int?

    @Option(
      help:
        "The folder for the recording and the reports (default: Reports/<time>-<profile>; of several runs: no folder).")
    var output: String?

    @Flag(help: "Print only the verdicts.")
    var quiet = false

    func validate() throws {
      if profile == nil, from == nil { throw ValidationError("name a profile, or a recording with --from") }
      if from != nil, !sweeps.isEmpty || seeds != nil || samples != nil {
        throw ValidationError(
          "--from answers one change at a time: use --set in place of --sweep, --seeds and --samples")
      }
      if from != nil, fields.fixed {
        throw ValidationError("--from takes no --fixed: name what the fix changes with --set")
      }
      if quiet, !sweeps.isEmpty || seeds != nil {
        throw ValidationError("--quiet means nothing here: of several runs a table is printed and nothing else")
      }
    }

    func run() async throws {
      await Ending.of {
        if let from {
          return try CalibratedSession(
            recording: from, profile: profile, changes: fields.changes, output: output, quiet: quiet, version: .built
          ).execute()
        }
        // One of both is there, by the check of the options.
        let profile = profile ?? ""
        if !sweeps.isEmpty || seeds != nil || samples != nil {
          return try await SweepSession(
            profile: profile, changes: fields.changes, fixed: fields.fixed, sweeps: sweeps, samples: samples,
            seeds: seeds, output: output,
            version: .built
          ).execute()
        }
        return try SimulateSession(
          profile: profile, changes: fields.changes, fixed: fields.fixed, output: output, quiet: quiet, version: .built
        ).execute()
      }
    }
  }
}
