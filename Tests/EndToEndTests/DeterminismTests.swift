import Foundation
import TestServers
import Testing

/// What is the same within one process may be another order of a dictionary in the next one.
@Suite("Simulations in processes of their own", .serialized, .timeLimit(.minutes(15)))
struct DeterminismTests {
  private static let incidents: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: Program.repository + "/Profiles/incidents")) ?? [])
    .filter { $0.hasSuffix(".yaml") }.sorted()

  @Test("leave the same bytes with the same seed, in every file, and others with another", arguments: incidents)
  func sameBytes(incident: String) async throws {
    let folder = try TemporaryFolder()
    var recordings: Set<Data> = []
    for seed in 1...4 {
      var files: [[String: Data]] = []
      for name in ["first", "second"] {
        let output = folder.file("\(seed)-\(name)")
        _ = try await Program.run([
          "simulate", "Profiles/incidents/\(incident)", "--set", "load.seed=\(seed)", "--output", output,
        ])
        var contents: [String: Data] = [:]
        for file in try FileManager.default.contentsOfDirectory(atPath: output) {
          contents[file] = try Data(contentsOf: URL(filePath: "\(output)/\(file)"))
        }
        files.append(contents)
      }
      let recording = try #require(files[0]["run.sqlite"])
      recordings.insert(recording)
      #expect(files[0].keys.sorted() == files[1].keys.sorted() && files[0].count >= 5)
      for (file, data) in files[0] { #expect(data == files[1][file], "seed \(seed): \(file)") }
    }
    #expect(recordings.count == 4)
  }
}
