import ArgumentParser
import Harness

extension ScaleProof {
  struct Run: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Run a profile: drive the load, watch the cluster, judge, report.",
      discussion: """
        EXAMPLES
          scaleproof run Profiles/surge-and-rollout.yaml
          scaleproof run Profiles/surge-and-rollout.yaml --set manifests.hpa.spec.maxReplicas=4
          scaleproof run release-gate.yaml --context staging --output results/
          scaleproof run release-gate.yaml --json-lines | jq 'select(.type == "interval") | .p99Ms'
        """)

    @Argument(help: "The profile.", completion: .file(extensions: ["yaml", "yml"]))
    var profile: String

    @Option(help: "The kubeconfig context to watch, in place of the profile's cluster.")
    var context: String?

    @Option(help: "The kubeconfig to read, in place of $KUBECONFIG or ~/.kube/config.")
    var kubeconfig: String?

    @OptionGroup var fields: FieldChanges

    @Option(
      help: ArgumentHelp(
        "Run although the doctor has this finding, which would stop the run. May be repeated.", valueName: "finding"))
    var despite: [String] = []

    @Flag(help: "Let the profile's exec actions run their programs, such as helm upgrade, with your rights.")
    var allowExec = false

    @Flag(help: "Make the checks before a run, print what its actions would send to the cluster, and run nothing.")
    var dryRun = false

    @Option(help: "The folder for the recording and the reports (default: Reports/<time>-<profile>).")
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
      if dryRun, quiet || jsonLines || output != nil {
        throw ValidationError(
          "--dry-run writes nothing but what would be sent: leave --quiet, --json-lines and --output out")
      }
      if quiet, jsonLines { throw ValidationError("--quiet and --json-lines exclude each other") }
    }

    func run() async throws {
      await Ending.of {
        try await RunSession(
          RunOptions(
            profile: profile, context: context, kubeconfig: kubeconfig, changes: fields.changes, fixed: fields.fixed,
            despite: despite, allowsPrograms: allowExec, isDryRun: dryRun, output: output,
            quiet: quiet,
            jsonLines: jsonLines, log: DiagnosticLog(level: logLevel)), version: .built
        ).execute()
      }
    }
  }
}
