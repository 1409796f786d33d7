import Foundation
import Glibc
import Synchronization

/// Text for the user on standard output.
package enum StandardOutput {
  /// Why something could not be written, as an `errno`; `nil` while all of it could. After it nothing more is written, so
  /// that what is there has no hole.
  private static let failure = Mutex<Int32?>(nil)

  /// Makes a reader that went away (`scaleproof run … | head`) an error of writing in place of the end of the process.
  package static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
  }

  /// What the user is to hear at the end when results were lost: a device is full, say. `nil` when nothing was, and when the
  /// reader went away, who had what was wanted.
  package static var problem: String? {
    guard let number = failure.withLock({ $0 }), number != EPIPE else { return nil }
    return "standard output: cannot be written: \(String(cString: strerror(number))); what was printed is not complete"
  }

  /// Whether standard output is a terminal that colours and moves its cursor, and the user wants that.
  static var takesControlSequences: Bool {
    isatty(STDOUT_FILENO) == 1 && takesControlSequences(ProcessInfo.processInfo.environment)
  }

  /// Whether the environment allows control sequences: no terminal that is `dumb` or unknown, and no `NO_COLOR`
  /// (no-color.org), by which people ask for plain text.
  static func takesControlSequences(_ environment: [String: String]) -> Bool {
    let terminal = environment["TERM"] ?? ""
    return !terminal.isEmpty && terminal != "dumb" && (environment["NO_COLOR"] ?? "").isEmpty
  }

  /// Writes at once, so that a line that is waited for is there although the output is a pipe.
  ///
  /// A failure to write stops nothing, since a recording goes on whether or not somebody reads along; ``problem`` tells of it.
  package static func write(_ text: String) {
    failure.withLock { failure in
      if failure == nil { failure = errorOfWriting(text, to: STDOUT_FILENO) }
    }
  }

  static func line(_ text: String) {
    write(text + "\n")
  }

  /// One line for the user beside the results.
  package static func complain(_ line: String) {
    // Where this cannot be written there is nobody left to tell.
    _ = errorOfWriting("scaleproof: \(TerminalText.plain(line))\n", to: STDERR_FILENO)
  }

  /// One line of a ``DiagnosticLog``.
  static func diagnose(_ line: String) {
    // As for complaints.
    _ = errorOfWriting(line + "\n", to: STDERR_FILENO)
  }

  /// Writes all of a text, waiting where a descriptor that does not block is full.
  ///
  /// - Returns: `errno`; `nil` when all was written.
  static func errorOfWriting(_ text: String, to descriptor: Int32) -> Int32? {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno == EAGAIN {
        var request = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        poll(&request, 1, -1)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}
