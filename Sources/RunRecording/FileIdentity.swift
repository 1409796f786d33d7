import Glibc

/// Which file it is, whatever its name. Two that could not be looked at are no file, and equal.
struct FileIdentity: Sendable, Equatable {
  private let device: UInt64?
  private let number: UInt64?

  init(descriptor: Int32) {
    var facts = stat()
    let isKnown = fstat(descriptor, &facts) == 0
    self.init(facts, isKnown: isKnown)
  }

  /// The file that a path leads to now.
  init(path: String) {
    var facts = stat()
    let isKnown = stat(path, &facts) == 0
    self.init(facts, isKnown: isKnown)
  }

  private init(_ facts: stat, isKnown: Bool) {
    device = isKnown ? UInt64(facts.st_dev) : nil
    number = isKnown ? UInt64(facts.st_ino) : nil
  }
}
