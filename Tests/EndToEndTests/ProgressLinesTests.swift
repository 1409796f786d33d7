import Foundation
import TestServers
import Testing

/// What a program reads of a run while it goes on.
@Suite("Progress for programs, in a run", .serialized, .timeLimit(.minutes(10)))
struct ProgressLinesTests {
  private static let profile = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: short}
    target: {url: http://api.example.com}
    cluster:
      simulated: {manifests: MANIFESTS, timeScale: 10}
      workload: deployment/aspnetcore-deployment
    requests: [{name: list, path: /}]
    load: {phases: [{name: first, for: 20s, rate: 100/s}, {name: second, for: 10s, rate: 50/s}]}
    expectations: [{name: carried, throughput: {during: second, atLeast: 90%}}]
    """.replacingOccurrences(of: "MANIFESTS", with: Program.repository + "/Profiles/manifests/aspnetcore")

  private func objects(in output: String) throws -> [[String: Any]] {
    try output.split(separator: "\n").map { line in
      let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
      return try #require(value as? [String: Any], "\(line)")
    }
  }

  @Test("every line is a JSON object: start first, end last, and the intervals add up to the run")
  func wholeRun() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(Self.profile, to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out"), "--json-lines"])
    let lines = try objects(in: ending.output)
    let recorded = try await Program.command(
      "sqlite3",
      ["-readonly", folder.file("out/run.sqlite"), "select sum(offered) from load_interval where outcome = ''"])

    #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
    #expect(lines.first?["type"] as? String == "start")
    #expect((lines.first?["phases"] as? [[String: Any]])?.compactMap { $0["name"] as? String } == ["first", "second"])
    #expect(lines.last?["type"] as? String == "end")
    #expect(lines.last?["reason"] as? String == "completed")
    #expect(lines.last?["exitStatus"] as? Int == 0)
    #expect(lines.filter { $0["type"] as? String == "verdict" }.compactMap { $0["verdict"] as? String } == ["pass"])
    let offered = lines.filter { $0["type"] as? String == "interval" }.compactMap { $0["offered"] as? Int }
    #expect(offered.count >= 2)
    #expect("\(offered.reduce(0, +))\n" == recorded.output)
  }

  @Test("a run that is refused has one line, which says why")
  func refused() async throws {
    let ending = try await Program.run(["run", "no-such-profile.yaml", "--json-lines"])
    let lines = try objects(in: ending.output)

    #expect(ending.code == 65)
    #expect(lines.count == 1)
    #expect(lines.first?["type"] as? String == "end")
    #expect(lines.first?["exitStatus"] as? Int == 65)
    #expect((lines.first?["detail"] as? String)?.contains("no-such-profile.yaml") == true)
  }

  @Test("--quiet prints the verdicts and nothing else")
  func quiet() async throws {
    let folder = try TemporaryFolder()
    let profile = try folder.write(Self.profile, to: "profile.yaml")

    let ending = try await Program.run(["run", profile, "--output", folder.file("out"), "--quiet"])

    #expect(ending.code == 0, "\(ending.complaints)")
    #expect(ending.output.hasPrefix("pass          carried: "), "\(ending.output)")
    #expect(!ending.output.contains(folder.path))
  }
}
