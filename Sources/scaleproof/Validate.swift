import ArgumentParser
import Harness

extension ScaleProof {
  struct Validate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Check a profile and its manifests without running anything.",
      discussion: """
        EXAMPLE
          scaleproof validate Profiles/surge-and-rollout.yaml
          scaleproof validate --schema >profile.schema.json
        """)

    @Argument(help: "The profile.", completion: .file(extensions: ["yaml", "yml"]))
    var profile: String?

    @Flag(help: "Print the JSON Schema of a profile, by which editors complete and check.")
    var schema = false

    @OptionGroup var fields: FieldChanges

    func validate() throws {
      guard (profile == nil) == schema else {
        throw ValidationError(schema ? "--schema stands alone: it is the same for every profile" : "Name a profile.")
      }
    }

    func run() async throws {
      await Ending.of {
        guard let profile else { return Validation.printSchema(of: .built) }
        return try Validation(profile: profile, changes: fields.changes, fixed: fields.fixed).execute()
      }
    }
  }
}
