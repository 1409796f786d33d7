import ArgumentParser
import Harness

extension ScaleProof {
  struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a profile and its manifests without running anything.",
      discussion: """
        EXAMPLE
          scaleproof validate Profiles/surge-and-rollout.yaml
        """)

    @Argument(help: "The profile.", completion: .file(extensions: ["yaml", "yml"]))
    var profile: String

    @Option(
      name: .customLong("set"), parsing: .singleValue,
      help: ArgumentHelp(
        "Change one field of the profile, or under \"manifests.\" of a manifest. May be repeated.",
        valueName: "path=value"))
    var changes: [String] = []

    func run() async throws {
      await Ending.of { try Validation(profile: profile, changes: changes).execute() }
    }
  }
}
