import CLinux
import Foundation
import Glibc

/// A child process whose end is waited for by the system call itself, for a bounded time.
///
/// `Foundation.Process` learns of the end from a run loop, which a thread of the concurrency pool does not turn: a test that
/// waits there may wait for ever.
package final class ChildProcess: Sendable {
  let identifier: pid_t
  /// The number of the first descriptor that a program may be given beside the standard ones.
  static let firstInherited = STDERR_FILENO + 1

  /// - Parameters:
  ///   - arguments: the path of the program first.
  ///   - environment: variables beside those of this process, as in `NAME=VALUE`.
  ///   - inherited: descriptors that the program has from ``firstInherited`` on, in this order.
  package init(_ arguments: [String], environment: [String] = [], inheriting inherited: [Int32] = []) throws {
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    // Copies out of the way of the numbers that they are to have.
    let copies = inherited.map { fcntl($0, F_DUPFD_CLOEXEC, 64) }
    defer { for copy in copies { close(copy) } }
    for (number, copy) in copies.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, copy, Self.firstInherited + Int32(number))
    }
    for descriptor in [STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO] {
      posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
    }
    // Whatever other tests have open in this process ends with them.
    scaleproof_spawn_close_from(&actions, Self.firstInherited + Int32(copies.count))
    let pointers = arguments.map { strdup($0) }
    let variables = environment.map { strdup($0) } + Self.inheritedVariables.map { strdup($0) }
    defer { for pointer in pointers + variables { free(pointer) } }
    var identifier: pid_t = 0
    let code = posix_spawn(&identifier, arguments[0], &actions, nil, pointers + [nil], variables + [nil])
    guard code == 0 else { throw TestServerError("\(arguments[0]): \(String(cString: strerror(code)))") }
    self.identifier = identifier
  }

  private static var inheritedVariables: [String] {
    ProcessInfo.processInfo.environment.map { "\($0.key)=\($0.value)" }
  }

  func signal(_ number: Int32) {
    kill(identifier, number)
  }

  /// Waits for the end, and kills the process when it takes more than a minute. To be called once.
  ///
  /// - Returns: the exit code; `nil` when a signal ended it.
  @discardableResult
  package func awaitEnd() -> Int32? {
    var status: Int32 = 0
    var checks = 0
    while waitpid(identifier, &status, WNOHANG) == 0 {
      checks += 1
      if checks == 12_000 { signal(SIGKILL) }
      usleep(5000)
    }
    return status & 0x7f == 0 ? status >> 8 & 0xff : nil
  }
}
