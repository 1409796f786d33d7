import Foundation
import TestServers
import Testing

/// A credential command, or whatever else a process starts, would keep connections open that end here.
@Suite("Descriptors of a run", .timeLimit(.minutes(10)))
struct DescriptorInheritanceTests {
  private struct Descriptor {
    let number: Int
    /// What it is: a path, `socket:[…]`, `anon_inode:[eventpoll]`.
    let target: String
    let closesOnExec: Bool

    /// Those of a process that stay while they are looked at (proc(5), `/proc/PID/fdinfo`).
    static func all(of process: Int32) throws -> [Descriptor] {
      let folder = "/proc/\(process)"
      return try FileManager.default.contentsOfDirectory(atPath: "\(folder)/fd").compactMap { name in
        guard let number = Int(name),
          let information = try? String(contentsOfFile: "\(folder)/fdinfo/\(name)", encoding: .utf8),
          let target = try? FileManager.default.destinationOfSymbolicLink(atPath: "\(folder)/fd/\(name)"),
          let line = information.split(separator: "\n").first(where: { $0.hasPrefix("flags:") }),
          let flags = Int(line.dropFirst("flags:".count).trimmingCharacters(in: .whitespaces), radix: 8)
        else { return nil }
        return Descriptor(number: number, target: target, closesOnExec: flags & Int(O_CLOEXEC) != 0)
      }
    }
  }

  @Test("none but the standard ones is inherited: load, simulated cluster, recording and timers")
  func run() async throws {
    let folder = try TemporaryFolder()

    let ending = try await Program.run(
      ["run", "Profiles/surge-and-rollout.yaml", "--output", folder.path, "--quiet"]
    ) { process in
      defer { process.send(SIGINT) }
      try await eventually {
        let count = try await Program.command(
          "sqlite3", ["-readonly", folder.file("run.sqlite"), "select count(*) from load_interval"])
        return (Int(count.output.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) > 8
      }
      let open = try Descriptor.all(of: process.identifier)
      #expect(open.contains { $0.target.hasSuffix("run.sqlite") })
      #expect(open.contains { $0.target.contains("eventpoll") } && open.contains { $0.target.contains("timerfd") })
      #expect(open.count { $0.target.hasPrefix("socket:") } >= 6)
      for descriptor in open where descriptor.number > 2 {
        #expect(descriptor.closesOnExec, "\(descriptor)")
      }
    }

    #expect(ending.code == 130, "\(ending.complaints)")
  }
}
