/// Why a log file cannot be read on, in words that follow its path.
package struct LogFileError: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) {
    self.description = description
  }
}
