import TestServers
import Testing

@Suite("What is told of a run with --log-level", .serialized, .timeLimit(.minutes(2)))
struct LogLevelTests {
  private func run(_ options: [String]) async throws -> Program.Ending {
    let folder = try TemporaryFolder()
    let profile = try folder.write(ShortProfile.text, to: "profile.yaml")
    let ending = try await Program.run(["run", profile, "--output", folder.file("out")] + options)
    #expect(ending.code == 0, "\(ending.complaints)")
    return ending
  }

  @Test("client, observer and generator tell what they do on standard error, and nothing of it is on standard output")
  func debug() async throws {
    let ending = try await run(["--log-level", "debug"])

    for line in [
      "debug client: answered ", "debug client: watch answered ", "info observer: listed ",
      "info observer: watch opened ", "info generator: load begins ", "debug generator: interval ",
      "info generator: load ended ",
    ] {
      #expect(ending.complaints.contains(line), "\(line)")
      #expect(!ending.output.contains(line))
    }
    #expect(!ending.complaints.contains("trace "))
  }

  @Test("without the option nothing is told, and a level leaves out what is below it")
  func levels() async throws {
    let silent = try await run([])
    let warnings = try await run(["--log-level", "warning"])

    #expect(!silent.complaints.contains(" client: ") && !silent.complaints.contains(" observer: "))
    #expect(!warnings.complaints.contains("info ") && !warnings.complaints.contains("debug "))
  }
}
