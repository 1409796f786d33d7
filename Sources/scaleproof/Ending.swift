import Glibc
import Harness

/// Turns how a command ended into lines on standard error and the exit status.
enum Ending {
  /// Ends the process at once: threads that are still on their way out (of a session with a cluster, say) must not meet what
  /// libraries take down when a process ends in the ordinary way. OpenSSL frees there what those threads free as well.
  static func of(_ body: () async throws -> ExitStatus) async throws -> Never {
    StandardOutput.ignoreBrokenPipes()
    let status: ExitStatus
    do {
      status = try await body()
    } catch let error as HarnessError {
      for line in error.lines { StandardOutput.complain(line) }
      status = error.status
    } catch {
      StandardOutput.complain("defect: \(error); please report it with the command that you typed")
      status = .defect
    }
    fflush(nil)
    _exit(status.rawValue)
  }
}
