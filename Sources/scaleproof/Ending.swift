import ArgumentParser
import Harness

/// Turns how a command ended into lines on standard error and the exit status.
enum Ending {
  static func of(_ body: () async throws -> ExitStatus) async throws {
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
    if status != .passed { throw ExitCode(status.rawValue) }
  }
}
