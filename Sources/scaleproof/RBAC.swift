import ArgumentParser
import Harness

extension ScaleProof {
  struct RBAC: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "rbac",
      abstract: "Print the roles that a run of a profile needs, and nothing beyond.",
      discussion: """
        EXAMPLE
          scaleproof rbac release-gate.yaml --namespace shop | kubectl apply --filename -
        """)

    @Argument(help: "The profile.", completion: .file(extensions: ["yaml", "yml"]))
    var profile: String

    @Option(help: "The namespace of the workload, in place of the profile's.")
    var namespace: String?

    @OptionGroup var fields: FieldChanges

    func run() async throws {
      await Ending.of {
        try RolesSession(
          profile: profile, changes: fields.changes, fixed: fields.fixed, namespace: namespace
        ).execute()
      }
    }
  }
}
