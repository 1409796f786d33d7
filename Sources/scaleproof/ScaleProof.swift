import ArgumentParser
import Harness

/// The command line: what a user types, and the number with which the program ends.
@main
struct ScaleProof: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scaleproof",
    abstract: "Drives load at a Kubernetes Ingress and proves or disproves what you expect of scaling and rollouts.",
    discussion: """
      EXAMPLES
        scaleproof run Profiles/surge-and-rollout.yaml
        scaleproof run Profiles/surge-and-rollout.yaml --context staging
        scaleproof evaluate Reports/…/run.sqlite

      EXIT STATUS
        0 all expectations pass; 1 one failed; 2 none failed, some inconclusive; 3 the run could not be trusted; \
      4 refused before load; 64 usage; 65 invalid profile; 69 target or cluster unreachable; 70 defect, or results \
      that could not be written; 130 interrupted.
      """,
    version: ProgramVersion.built.description,
    subcommands: [
      Init.self, Run.self, Simulate.self, Record.self, Validate.self, Evaluate.self, Report.self, Explain.self,
      Import.self, Doctor.self, RBAC.self, Cluster.self,
    ])

  static func main() async {
    do {
      var command = try await asyncParseAsRoot()
      if var command = command as? any AsyncParsableCommand { try await command.run() } else { try command.run() }
    } catch {
      guard exitCode(for: error).isSuccess else { exit(withError: error) }
      // Help, the version, or a script for a shell: results as any other.
      let text = fullMessage(for: error)
      StandardOutput.ignoreBrokenPipes()
      StandardOutput.write(text.isEmpty || text.hasSuffix("\n") ? text : text + "\n")
      Ending.end(with: .passed)
    }
  }
}
