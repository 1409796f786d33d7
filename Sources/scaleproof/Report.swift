import ArgumentParser
import Harness

extension ScaleProof {
  struct Report: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Write the reports of a recording anew: HTML, JSON, JUnit and Markdown.",
      discussion: """
        EXAMPLE
          scaleproof report Reports/…/run.sqlite --output /tmp/report
        """)

    @Argument(help: "The recording.", completion: .file(extensions: ["sqlite"]))
    var recording: String

    @Option(help: "The folder for the reports (default: that of the recording).")
    var output: String?

    func run() async throws {
      try await Ending.of { try ReportWriting(recording: recording, output: output).execute() }
    }
  }
}
