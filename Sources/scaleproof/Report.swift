import ArgumentParser
import Harness

extension ScaleProof {
  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the reports of a recording anew: HTML, JSON, JUnit and Markdown.",
      discussion: """
        The verdicts are worked out anew, by the profile of the newest evaluation that the recording keeps.

        EXAMPLES
          scaleproof report Reports/…/run.sqlite --output /tmp/report
          scaleproof report run.sqlite --profile stricter.yaml --output /tmp/stricter
        """)

    @Argument(help: "The recording.", completion: .file(extensions: ["sqlite"]))
    var recording: String

    @Option(help: "The folder for the reports (default: that of the recording).")
    var output: String?

    @Option(
      help: "The profile whose expectations are judged (default: that of the newest evaluation, else the recorded one)."
    )
    var profile: String?

    func run() async throws {
      await Ending.of { try ReportWriting(recording: recording, output: output, profile: profile).execute() }
    }
  }
}
