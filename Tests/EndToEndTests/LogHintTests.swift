import Foundation
import TestServers
import Testing

/// Who does what a refusal says gets on.
@Suite("Hints on logs that are not read as they are", .timeLimit(.minutes(2)))
struct LogHintTests {
  private static let one = #"{"time":"2026-11-24T10:00:00Z","request":"GET /a HTTP/1.1","status":200}"#
  private static let two = #"{"time":"2026-11-24T10:00:01Z","request":"GET /b HTTP/1.1","status":200}"#
  private static let line = #"192.0.2.1 - - [24/Nov/2026:10:00:0N +0000] \"GET / HTTP/1.1\" 200 5 \"-\" \"curl\""#

  @Test(
    "each names a command that makes the log readable",
    arguments: [
      "[\(one),\(two)]", "[\n  \(one),\n  \(two)\n]\n", "[ \(one) ,\n\(two)]", "{\"records\":[\(one),\(two)]}\n",
      "{\n  \"count\": 2,\n  \"records\": [\n    \(one),\n    \(two)\n  ]\n}\n", "\(one),\n\(two),\n",
      one.replacing(",", with: ",\n") + "\n" + two.replacing(",", with: ",\n"),
      "[\"\(line.replacing("0N", with: "00"))\",\"\(line.replacing("0N", with: "01"))\"]",
    ])
  func helps(text: String) async throws {
    let folder = try TemporaryFolder()
    let log = try folder.write(text, to: "access.json")
    var ending = try await Program.run(["import", "--access-log", log, "--output", folder.file("replay.yaml")])
    #expect(ending.code == 65, "\(ending.complaints)")

    // The second hint may be needed where objects are within objects.
    for _ in 0..<2 where ending.code == 65 {
      let hint = try #require(
        ending.complaints.firstMatch(of: /((?:jq|sed) .*) LOG \| scaleproof (import --access-log -)/),
        "\(ending.complaints)")
      let list = ending.complaints.firstMatch(of: /: "([a-z]+)"/).map { String($0.output.1) } ?? ""
      ending = try await Program.command(
        "bash",
        [
          "-c",
          "set -o pipefail; \(hint.output.1.replacing("LIST", with: list)) '\(log)' | \"$0\" \(hint.output.2) --output \"$1\"",
          Program.binary, folder.file("replay.yaml"),
        ])
    }

    #expect(ending.code == 0, "\(ending.complaints)")
    #expect(ending.output.contains("2 requests in 2s"), "\(ending.output)")
  }
}
