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
          scaleproof validate --kinds
          scaleproof validate --kinds errorBudget
        """)

    @Argument(
      help: "The profile; with --kinds the name of a kind of expectation.",
      completion: .file(extensions: ["yaml", "yml"]))
    var profile: String?

    @Flag(help: "Print the JSON Schema of a profile, by which editors complete and check.")
    var schema = false

    @Flag(help: "Print the kinds of expectations, or what may be written of the one that is named.")
    var kinds = false

    @OptionGroup var fields: FieldChanges

    func validate() throws {
      guard !kinds else {
        guard !schema else { throw ValidationError("--kinds and --schema stand alone: ask for one after the other") }
        guard fields.changes.isEmpty, !fields.fixed else {
          throw ValidationError("--kinds tells of kinds, and not of a profile: leave --set and --fixed out")
        }
        return
      }
      guard (profile == nil) == schema else {
        throw ValidationError(schema ? "--schema stands alone: it is the same for every profile" : "Name a profile.")
      }
    }

    func run() async throws {
      await Ending.of {
        if kinds { return try KindGuide.printText(of: profile) }
        guard let profile else { return Validation.printSchema(of: .built) }
        return try Validation(profile: profile, changes: fields.changes, fixed: fields.fixed).execute()
      }
    }
  }
}
