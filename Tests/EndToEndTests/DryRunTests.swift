import Foundation
import TestServers
import Testing

/// What a run would send is told before it is sent.
@Suite("A dry run", .timeLimit(.minutes(2)))
struct DryRunTests {
  private static func profile(_ actions: String) -> String { ShortProfile.text + "\nactions: \(actions)\n" }

  @Test("prints each request of each action with its body, changes nothing and leaves no recording")
  func requests() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      Self.profile(
        """
        [{name: release, at: only + 5s, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}},
         {name: grow, when: ready >= 3 for 10s, scale: 6}, {name: kill, at: only + 6s, deletePods: {count: 2}},
         {name: back, at: only + 7s, rollout: {toRevision: 7}}]
        """), to: "dry.yaml")

    let run = try await Program.run(["run", path, "--dry-run"])

    let lines = run.output.split(separator: "\n").map(String.init)
    let workload = "/apis/apps/v1/namespaces/default/deployments/aspnetcore-deployment"
    #expect(run.code == 0, "\(run.complaints)")
    #expect(
      lines.contains("release, at only.start + 5s: rollout: set image aspnetcore=example.com/app:v2"), "\(lines)")
    #expect(
      lines.contains(
        "  PATCH \(workload) "
          + #"{"spec":{"template":{"spec":{"containers":[{"image":"example.com/app:v2","name":"aspnetcore"}]}}}}"#),
      "\(lines)")
    #expect(lines.contains("grow, when ready >= 3 for 10s: scale to 6"), "\(lines)")
    #expect(lines.contains("  PATCH \(workload)/scale {\"spec\":{\"replicas\":6}}"), "\(lines)")
    #expect(lines.filter { $0.hasPrefix("  DELETE /api/v1/namespaces/default/pods/aspnetcore-") }.count == 2)
    #expect(lines.last == "  cannot be told now: deployment/aspnetcore-deployment has no revision 7; it has 1")
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["dry.yaml"])
  }

  @Test("makes the checks of a run, and refuses what a run refuses")
  func refused() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.write(
      Self.profile("[{name: release, at: only, rollout: {setImage: {other: \"example.com/app:v2\"}}}]"), to: "dry.yaml")

    let run = try await Program.run(["run", path, "--dry-run"])

    #expect(run.code == 4 || run.code == 65, "\(run.complaints)")
    #expect(run.complaints.contains("sets the image of the container other"), "\(run.complaints)")
  }
}
