import TestServers
import Testing

@Suite("A limit of open files that is too low", .timeLimit(.minutes(10)))
struct DescriptorLimitTests {
  @Test("is refused before the load, with what is needed, what there is and what to change")
  func refused() async throws {
    let folder = try TemporaryFolder()
    try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: many-connections}
      target:
        url: http://127.0.0.1:1
        connections: {maxInFlight: 5000}
      requests:
        - {name: hello, method: GET, path: /}
      load:
        phases:
          - {name: full, for: 1s, rate: 10/s}
      expectations:
        - {name: answers, errorBudget: {during: run, objective: 99%}}
      """, to: "profile.yaml")

    let ending = try await Program.command(
      "/bin/bash",
      [
        "-c", "ulimit -n 1000; exec \"$0\" run \"$1\" --output \"$2\"", Program.binary, folder.file("profile.yaml"),
        folder.file("run"),
      ])

    #expect(ending.code == 4)
    #expect(ending.complaints.contains("5000 connections need 5"))
    #expect(ending.complaints.contains("but this process may have 1000: raise the hard limit (ulimit -Hn)"))
  }
}
