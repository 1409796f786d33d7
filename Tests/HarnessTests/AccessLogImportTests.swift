import Foundation
import Profiles
import Testing

@testable import Harness

@Suite("Import of access logs")
struct AccessLogImportTests {
  private static let samples = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../TrafficReplayTests/Resources").standardizedFileURL
  private let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "access-log-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  private var output: String { folder.appending(path: "friday.yaml").path }

  private func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let path = folder.appending(path: name)
    try Data(bytes).write(to: path)
    return path.path
  }

  private func importing(
    _ log: String, force: Bool = false, format: String = "auto", target: String? = nil, anonymise: Bool = false,
    mostRoutes: Int = 20, resolution: String? = "1s"
  ) throws -> Harness.ExitStatus {
    try AccessLogImport(
      log: log, output: output, force: force, format: format, target: target, anonymise: anonymise,
      mostRoutes: mostRoutes, resolution: resolution
    ).execute()
  }

  private func refusal(_ body: () throws -> Harness.ExitStatus) throws -> HarnessError {
    try #require(throws: HarnessError.self) { _ = try body() }
  }

  @Test("a log becomes a valid profile", arguments: ["nginx-combined.log", "nginx-json.log", "aws-alb.log"])
  func valid(name: String) throws {
    defer { try? FileManager.default.removeItem(at: folder) }

    let status = try importing(Self.samples.appending(path: name).path)
    let profile = try LoadedProfile(path: output, changes: []).profile

    #expect(status == .passed)
    #expect(profile.name == "friday")
    #expect(!profile.requests.isEmpty)
  }

  @Test("a log without a line break at its end, or with lines that go over the pieces it is read in, loses nothing")
  func pieces() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let agent = String(repeating: "x", count: 900)
    let line = "10.1.2.3 - - [23/Nov/2026:22:00:00 +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"\(agent)\""
    let log = try file("access.log", Array(Array(repeating: line, count: 3000).joined(separator: "\n").utf8))

    _ = try importing(log)

    #expect(try String(contentsOfFile: output, encoding: .utf8).contains("# Log       3,000 requests in 1s"))
  }

  @Test("a rotated log is read as it is, and one that is damaged is refused with the place")
  func compressed() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let packed = try Data(contentsOf: Self.samples.appending(path: "nginx-combined.log.gz"))
    let log = try file("access.log.2.gz", Array(packed.dropLast(9)))

    let status = try importing(Self.samples.appending(path: "nginx-combined.log.gz").path)
    let whole = try String(contentsOfFile: output, encoding: .utf8)
    _ = try importing(Self.samples.appending(path: "nginx-combined.log").path, force: true)
    let refusal = try refusal { try importing(log, force: true) }

    #expect(status == .passed)
    #expect(try String(contentsOfFile: output, encoding: .utf8) == whole)
    #expect(refusal.status == .invalidInput)
    #expect(
      refusal.lines == [
        "\(log): the access log cannot be read: its gzip data are cut short: they end at byte \(packed.count - 9) in the "
          + "middle of a member"
      ])
  }

  @Test("a file that is there is left alone, unless it is to be replaced")
  func existing() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = Self.samples.appending(path: "nginx-json.log").path
    try "mine".write(toFile: output, atomically: true, encoding: .utf8)

    let refusal = try refusal { try importing(log) }
    let kept = try String(contentsOfFile: output, encoding: .utf8)
    let replaced = try importing(log, force: true)

    #expect(refusal.status == .refused)
    #expect(refusal.lines.first?.contains("--force") == true)
    #expect(kept == "mine")
    #expect(replaced == .passed)
  }

  @Test("what cannot be read or understood is named, and nothing is written")
  func unreadable() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let empty = try file("empty.log", [])
    let strange = try file("strange.log", Array("Nov 23 kernel: hello\n".utf8))

    let missing = try refusal { try importing("/no/such.log") }
    let nothing = try refusal { try importing(empty) }
    let unknown = try refusal { try importing(strange) }
    let directory = try refusal { try importing(folder.path) }

    #expect(missing.lines == ["/no/such.log: the access log cannot be read: no such file"])
    #expect(nothing.lines == ["\(empty): the log is empty"])
    #expect(unknown.lines.first?.hasPrefix("\(strange):1: the format is not recognised: \"Nov 23 kernel") == true)
    #expect(directory.lines.first?.contains("it is a folder") == true)
    #expect(!FileManager.default.fileExists(atPath: output))
  }

  @Test("with letters in place of words, no error has a word of the log, and else it has")
  func anonymousErrors() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let logs = try ["Nov 23 s3cr3t kernel: hello", #"{"s3cr3t":1}"#, #"{"ts":1795471805,"request":"s3cr3t"}"#].map {
      try file("\(UUID().uuidString).log", Array("\($0)\n".utf8))
    }

    for log in logs {
      let anonymous = try refusal { try importing(log, anonymise: true) }
      let open = try refusal { try importing(log) }

      #expect(!anonymous.description.contains("s3cr3t"), "\(anonymous)")
      #expect(open.description.contains("s3cr3t"), "\(open)")
    }
  }

  @Test("numbers and words that make no sense are refused")
  func options() throws {
    defer { try? FileManager.default.removeItem(at: folder) }
    let log = Self.samples.appending(path: "nginx-json.log").path

    #expect(try refusal { try importing(log, resolution: "0s") }.status == .usage)
    #expect(try refusal { try importing(log, resolution: "1500ms") }.status == .usage)
    #expect(try refusal { try importing(log, mostRoutes: 0) }.status == .usage)
    #expect(try refusal { try importing(log, format: "apache") }.status == .usage)
    #expect(try refusal { try importing(log, target: "ftp://x") }.status == .invalidInput)
    #expect(!FileManager.default.fileExists(atPath: output))
  }
}
