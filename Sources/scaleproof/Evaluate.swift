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
        """)

    @Argument(help: "The recording.", completion: .file(extensions: ["sqlite"]))
    var recording: String

    @Option(help: "The profile whose expectations are judged (default: the recorded one).")
    var profile: String?

    func run() async throws {
      try await Ending.of { try Evaluation(recording: recording, profile: profile).execute() }
    }
  }
}
