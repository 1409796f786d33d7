import Foundation
import TestServers
import Testing

/// What is left of a simulation that does not end by itself.
@Suite("A simulation that is ended from outside", .serialized, .timeLimit(.minutes(10)))
struct SimulationInterruptionTests {
  /// Runs the program, and sends it a signal once it has taken over the signals.
  private func interrupted(_ arguments: [String], signal: Int32 = SIGINT) async throws -> Program.Ending {
    try await Program.run(arguments, through: ["env", "--default-signal"]) { process in
      try await eventually { Self.catches(signal, process) || Self.isGone(process) }
      process.send(signal)
      try await eventually { Self.isGone(process) }
    }
  }

  private static func status(_ process: ProcessHandle) -> [String: String] {
    let text = (try? String(contentsOfFile: "/proc/\(process.identifier)/status", encoding: .utf8)) ?? ""
    let pairs = text.split(separator: "\n").compactMap { line -> (String, String)? in
      let parts = line.split(separator: ":", maxSplits: 1)
      return parts.count == 2 ? (String(parts[0]), parts[1].trimmingCharacters(in: .whitespaces)) : nil
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private static func catches(_ signal: Int32, _ process: ProcessHandle) -> Bool {
    guard let mask = status(process)["SigCgt"].flatMap({ UInt64($0, radix: 16) }) else { return false }
    return mask & (1 << UInt64(signal - 1)) != 0
  }

  private static func isGone(_ process: ProcessHandle) -> Bool {
    status(process)["State"].map { $0.hasPrefix("Z") } ?? true
  }

  /// A profile that is not read to its end before somebody writes it, which nobody does.
  private func endlessProfile(_ folder: TemporaryFolder) throws -> String {
    let path = folder.file("endless.yaml")
    try #require(mkfifo(path, 0o600) == 0)
    return path
  }

  private func expect(_ ending: Program.Ending, tells text: String) {
    #expect(ending.code == 130, "\(ending.status) \(ending.complaints)")
    #expect(ending.output.isEmpty)
    let lines = ending.complaints.split(separator: "\n").filter { !$0.hasPrefix("scaleproof: warning: ") }
    #expect(lines.count == 1 && lines.first?.hasPrefix("scaleproof: interrupted: ") == true, "\(ending.complaints)")
    #expect(ending.complaints.contains(text), "\(ending.complaints)")
  }

  @Test("says what was going on and that nothing is kept, and ends with 130", arguments: [SIGINT, SIGTERM])
  func simulate(signal: Int32) async throws {
    let folder = try TemporaryFolder()

    let ending = try await interrupted(
      [
        "simulate", "Profiles/surge-and-rollout.yaml", "--set", "load.phases.settle.for=200h", "--output",
        folder.file("out"),
      ], signal: signal)

    expect(ending, tells: "the run was being simulated, and nothing of it is kept")
    #expect(!FileManager.default.fileExists(atPath: folder.file("out/run.sqlite")))
  }

  @Test("of many runs, how many were done")
  func sweep() async throws {
    let folder = try TemporaryFolder()

    let ending = try await interrupted([
      "simulate", "Profiles/surge-and-rollout.yaml", "--seeds", "3", "--set", "load.phases.settle.for=200h", "--output",
      folder.file("out"),
    ])

    #expect(ending.code == 130, "\(ending.status) \(ending.complaints)")
    #expect(ending.complaints.contains("scaleproof: interrupted: "), "\(ending.complaints)")
    #expect(ending.complaints.contains("nothing"), "\(ending.complaints)")
    #expect(!FileManager.default.fileExists(atPath: folder.file("out/sweep.html")))
  }

  @Test("of one that is fitted, that the recording is as it was")
  func fitted() async throws {
    let folder = try TemporaryFolder()
    let made = try await Program.run([
      "simulate", try folder.write(ShortProfile.text, to: "profile.yaml"), "--output", folder.file("made"),
    ])
    #expect(made.code == 0, "\(made.complaints)")
    let recording = folder.file("made/run.sqlite")
    let before = try Data(contentsOf: URL(filePath: recording))

    let ending = try await interrupted([
      "simulate", try endlessProfile(folder), "--from", recording, "--output", folder.file("out"),
    ])

    expect(ending, tells: "was being fitted to \(recording), which is as it was")
    #expect(try Data(contentsOf: URL(filePath: recording)) == before)
  }
}
