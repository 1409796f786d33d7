import Foundation
import Testing

@testable import Harness

@Suite("The folder of a run")
struct RunOutputTests {
  @Test("is another one for each of the runs that begin in one second, also of those that begin together")
  func oneSecond() async throws {
    let profile = "test-\(UUID().uuidString)"
    let now = Date()

    let folders = try await withThrowingTaskGroup(of: String.self) { group in
      for _ in 0..<8 {
        group.addTask { try RunOutput.create(requested: nil, profile: profile, at: now).folder }
      }
      return try await group.reduce(into: [String]()) { $0.append($1) }
    }
    defer { for folder in folders { try? FileManager.default.removeItem(atPath: folder) } }

    #expect(Set(folders).count == 8)
    #expect(folders.allSatisfy { FileManager.default.fileExists(atPath: $0) })
    #expect(folders.sorted { $0.count < $1.count }[0].hasSuffix(profile))
    #expect(folders.contains { $0.hasSuffix("\(profile)-8") })
  }
}

@Suite("Errors for the user")
struct ErrorTextTests {
  @Test(
    "quote no secret",
    arguments: [
      "--set target.auth.bearer=CANARY: there is no such key", "https://me:CANARY@a.example does not answer",
      "the server said: Authorization: Bearer CANARY", "cannot list pods: ?access_token=CANARY: 401",
    ])
  func secrets(line: String) {
    let error = HarnessError(.refused, line)

    #expect(!error.description.contains("CANARY"))
    #expect(error.description.contains("REDACTED"))
  }
}
