import Glibc
import Harness

/// Turns how a command ended into lines on standard error and the exit status.
enum Ending {
  /// Runs a command and ends the process.
  static func of(_ body: () async throws -> ExitStatus) async -> Never {
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
    end(with: status)
  }

  /// Ends the process, with what is to be said of output that was lost.
  static func end(with status: ExitStatus) -> Never {
    var status = status
    if let problem = StandardOutput.problem {
      StandardOutput.complain(problem)
      // A status that says more about the run stays.
      if status == .passed { status = .defect }
    }
    exit(status.rawValue)
  }
}
