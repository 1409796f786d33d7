import ArgumentParser
import Harness

extension ScaleProof {
  struct Explain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Say why the autoscaler did what it did: each sync with its metrics, its decision and what bound it.",
      discussion: """
        EXAMPLE
          scaleproof explain Reports/…/run.sqlite
        """)

    @Argument(help: "The recording.", completion: .file(extensions: ["sqlite"]))
    var recording: String

    func run() async throws {
      try await Ending.of { try Explanation(recording: recording).execute() }
    }
  }
}
