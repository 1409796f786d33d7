import Expectations
import Foundation
import Profiles
import TestRecordings
import Testing

@testable import Harness

/// Each incident that comes with the program, as it goes wrong and with its fix, in virtual time.
@Suite("The library of incidents")
struct IncidentTests {
  static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Profiles/incidents")

  private static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".yaml") }.map { String($0.dropLast(5)) }.sorted()

  /// Twenty with `SCALEPROOF_SEEDS=20`; fewer as a rule, since each is a run of minutes.
  private static let seeds = TestSeeds.first(4)

  /// What came out otherwise than the incident says, by seed.
  private func differences(_ name: String, fixed: Bool) throws -> [UInt64: [String]] {
    var found: [UInt64: [String]] = [:]
    for seed in Self.seeds {
      let loaded = try LoadedProfile(
        path: Self.folder.appending(path: name + ".yaml").path, changes: ["load.seed=\(seed)"], fixed: fixed)
      let incident = try #require(loaded.profile.incident)
      let run = try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:]).execute()
      let judgements = Judge.judge(loaded.profile.expectations, on: run.timeline)
      let differences = IncidentCheck(isFixed: fixed).differences(incident, judgements)
      if !differences.isEmpty || !run.faultProblems.isEmpty { found[seed] = differences + run.faultProblems }
    }
    return found
  }

  @Test("comes to the verdicts that it names, with each of the first seeds and with 19 of 20", arguments: names)
  func goesWrong(name: String) throws {
    let differences = try differences(name, fixed: false)
    #expect(differences.count <= Self.seeds.count / 20, "\(differences)")
  }

  @Test("passes with its fix, with each of the first seeds and with 19 of 20", arguments: names)
  func passesWithFix(name: String) throws {
    let differences = try differences(name, fixed: true)
    #expect(differences.count <= Self.seeds.count / 20, "\(differences)")
  }

  @Test("has a paragraph each in the guide, and no other is there")
  func guide() throws {
    let guide = try String(contentsOf: Self.folder.appending(path: "README.md"), encoding: .utf8)
    #expect(Self.names.count >= 16)
    for name in Self.names { #expect(guide.contains("](\(name).yaml)"), "\(name)") }
    let linked = guide.matches(of: /\]\(([a-z-]+)\.yaml\)/).map { String($0.1) }
    #expect(Set(linked) == Set(Self.names) && linked.count == Self.names.count)
  }
}
