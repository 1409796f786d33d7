import ArgumentParser
import Harness

extension ScaleProof {
  struct Evaluate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Judge a recording again, by its own expectations or by those of another profile.",
      discussion: """
        EXAMPLES
          scaleproof evaluate Reports/…/run.sqlite
          scaleproof evaluate run.sqlite --profile stricter.yaml
          scaleproof evaluate run.sqlite --profile stricter.yaml --output /tmp/stricter
        """)

    @Argument(help: "The recording.", completion: .file(extensions: ["sqlite"]))
    var recording: String

    @Option(help: "The profile whose expectations are judged (default: the recorded one).")
    var profile: String?

    @Option(
      help: "A folder for the reports of these verdicts: HTML, JSON, JUnit and Markdown (default: none are written).")
    var output: String?

    func run() async throws {
      await Ending.of {
        try Evaluation(recording: recording, profile: profile, output: output, version: .built).execute()
      }
    }
  }
}
