import Foundation
import TestServers
import Testing

/// The ready profile of a StatefulSet, as it is.
@Suite("The StatefulSet profile", .serialized, .timeLimit(.minutes(10)))
struct StatefulSetTests {
  @Test("passes: it scales out pod by pod, and rolls from the highest ordinal down with one pod missing at a time")
  func passes() async throws {
    let folder = try TemporaryFolder()

    let ending = try await Program.run(["run", "Profiles/statefulset.yaml", "--output", folder.path])

    #expect(ending.code == 0, "\(ending.output)\n\(ending.complaints)")
    func query(_ sql: String) async throws -> String {
      let ending = try await Program.command("sqlite3", ["-readonly", folder.file("run.sqlite"), sql])
      #expect(ending.code == 0, "\(sql): \(ending.complaints)")
      return ending.output.trimmingCharacters(in: .whitespacesAndNewlines)
    }
    #expect(try await query("select max(wanted) from replicas") == "6")
    #expect(
      try await query("select wanted from replicas where wanted is not null order by seconds desc limit 1") == "3")
    // Six that are there twice, and no other one.
    #expect(
      try await query("select group_concat(distinct name) from (select name from pods order by name)")
        == (0..<6).map { "carts-\($0)" }.joined(separator: ","))
    #expect(try await query("select count(*) from errors") == "0")
    let report = try folder.text("report.html")
    #expect(report.contains("statefulset/carts") && report.contains("5 available of 6 wanted (floor 5)"))
  }
}
