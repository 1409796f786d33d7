import Foundation
import Glibc

/// Text for the user on standard output.
package enum StandardOutput {
  /// Makes a reader that went away (`scaleproof run … | head`) an error of writing in place of the end of the process.
  package static func ignoreBrokenPipes() {
    signal(SIGPIPE, SIG_IGN)
  }

  /// Writes at once, so that a line that is waited for is there although the output is a pipe.
  ///
  /// A failure to write is passed over: the recording goes on whether or not somebody reads along.
  static func write(_ text: String) {
    try? FileHandle.standardOutput.write(contentsOf: Data(text.utf8))
  }

  static func line(_ text: String) {
    write(text + "\n")
  }

  /// One line for the user beside the results.
  package static func complain(_ line: String) {
    try? FileHandle.standardError.write(contentsOf: Data("scaleproof: \(TerminalText.plain(line))\n".utf8))
  }
}
