package import Foundation

/// A log on disk or from standard input, read piece by piece: plain, or compressed by gzip as rotated logs are.
///
/// Which of the two it is stands in its first bytes; its name means nothing.
package struct LogFile: ~Copyable {
  private let file: FileHandle
  private let path: String
  private var inflation: GzipInflation?
  private var isFirst = true

  /// Bytes that are read at once.
  private static let pieceSize = 1 << 20
  private static let longestMark = 5

  /// Opens a log; `-` is standard input.
  ///
  /// - Throws: when there is no such file, or it may not be read.
  package init(path: String) throws(LogFileError) {
    self.path = path
    if path == "-" {
      file = .standardInput
      return
    }
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw LogFileError("no such file")
    }
    guard !isFolder.boolValue else { throw LogFileError("it is a folder") }
    guard let file = FileHandle(forReadingAtPath: path) else { throw LogFileError("no permission") }
    self.file = file
  }

  deinit {
    // Nothing was written, so that closing cannot lose anything; standard input is not ours to close.
    if path != "-" { try? file.close() }
  }

  /// The next piece of the log's text; empty at its end, and only there.
  ///
  /// - Throws: when the file cannot be read, when its gzip data are broken or cut short, and when another program
  ///   compressed it.
  package mutating func read() throws(LogFileError) -> [UInt8] {
    while true {
      let piece = isFirst ? try readBeginning() : try readFile()
      if isFirst {
        isFirst = false
        if piece.starts(with: GzipInflation.mark) {
          inflation = try GzipInflation()
        } else {
          try refuseOtherCompression(piece)
        }
      }
      guard inflation != nil else { return piece }
      if piece.isEmpty {
        try inflation?.finish()
        return []
      }
      let text = try inflation?.inflate(piece) ?? []
      if !text.isEmpty { return text }
    }
  }

  /// The whole text of a log.
  ///
  /// - Parameter limit: the most bytes that are taken into memory.
  /// - Throws: as ``init(path:)`` and ``read()``, and when the text is longer than the limit.
  package static func contents(ofPath path: String, atMost limit: Int = 2 << 30) throws(LogFileError) -> Data {
    var file = try LogFile(path: path)
    var contents = Data()
    while true {
      let piece = try file.read()
      if piece.isEmpty { return contents }
      guard contents.count + piece.count <= limit else {
        throw LogFileError("its text is longer than \(limit) bytes; split it")
      }
      contents.append(contentsOf: piece)
    }
  }

  /// Enough to tell what wrote the file: a pipe may give single bytes.
  private func readBeginning() throws(LogFileError) -> [UInt8] {
    var beginning = try readFile()
    while beginning.count < Self.longestMark {
      let more = try readFile()
      if more.isEmpty { break }
      beginning += more
    }
    return beginning
  }

  private func readFile() throws(LogFileError) -> [UInt8] {
    do {
      return Array(try file.read(upToCount: Self.pieceSize) ?? Data())
    } catch {
      throw LogFileError(error.localizedDescription)
    }
  }

  private func refuseOtherCompression(_ beginning: [UInt8]) throws(LogFileError) {
    let programs: [(mark: [UInt8], program: String)] = [
      ([0x28, 0xB5, 0x2F, 0xFD], "zstd"), ([0x42, 0x5A, 0x68], "bzip2"), ([0xFD, 0x37, 0x7A, 0x58, 0x5A], "xz"),
    ]
    guard let (_, program) = programs.first(where: { beginning.starts(with: $0.mark) }) else { return }
    throw LogFileError("it is compressed by \(program); unpack it with \(program) -dk first")
  }
}
