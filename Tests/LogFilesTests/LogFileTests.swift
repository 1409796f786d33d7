import Foundation
import LogFiles
import Testing

@Suite("Logs are read plain or compressed by gzip")
struct LogFileTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "log-files-\(UUID().uuidString)")

  /// The text of a file with these bytes.
  private func contents(_ bytes: [UInt8], atMost limit: Int = 1 << 30) throws -> [UInt8] {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "a.log")
    try Data(bytes).write(to: file)
    return Array(try LogFile.contents(ofPath: file.path, atMost: limit))
  }

  private func problem(_ bytes: [UInt8], atMost limit: Int = 1 << 30) throws -> String? {
    #expect(throws: LogFileError.self) { try contents(bytes, atMost: limit) }?.description
  }

  /// The last takes more than one piece of the file, packed too, and its lines are not alike.
  @Test("A log has the same text plain and packed, whatever its length", arguments: [0, 1, 400_000])
  func bothForms(lines: Int) throws {
    let text = (0..<lines).flatMap { Array("line \(UInt64($0) &* 0x9E37_79B9_7F4A_7C15)\n".utf8) }

    let plain = try LogFileTests().contents(text)
    let packed = try contents(GzipData.packed(text))

    #expect(plain == text)
    #expect(packed == text)
  }

  @Test("Several members are one text, and zeros behind them are padding")
  func members() throws {
    let packed = try GzipData.packed(Array("one\n".utf8)) + GzipData.packed(Array("two\n".utf8)) + [0, 0, 0]

    #expect(try contents(packed) == Array("one\ntwo\n".utf8))
  }

  @Test("Data that are cut anywhere are refused, never taken for the whole")
  func cut() throws {
    let packed = try GzipData.packed(Array("one\ntwo\nthree\n".utf8))

    for length in 2..<packed.count {
      #expect(
        try LogFileTests().problem(Array(packed[..<length]))
          == "its gzip data are cut short: they end at byte \(length) in the middle of a member")
    }
  }

  @Test("Data that are broken are refused with the place")
  func broken() throws {
    var packed = try GzipData.packed(Array("one\ntwo\nthree\n".utf8))
    packed[packed.count - 8] ^= 1

    let problem = try problem(packed)

    #expect(problem?.hasPrefix("its gzip data are broken at byte ") == true, "\(problem ?? "")")
    #expect(problem?.hasSuffix(": incorrect data check") == true, "\(problem ?? "")")
  }

  @Test("Whatever else follows the packed text is not left out silently")
  func trailing() throws {
    let packed = try GzipData.packed(Array("one\n".utf8))

    #expect(
      try problem(packed + Array("two\n".utf8))
        == "its gzip data end at byte \(packed.count), and something else follows")
  }

  @Test("A text that unpacks to more than the limit is refused")
  func limit() throws {
    let packed = try GzipData.packed([UInt8](repeating: 0x20, count: 5_000_000))

    #expect(packed.count < 10_000)
    #expect(try problem(packed, atMost: 1_000_000) == "its text is longer than 1000000 bytes; split it")
  }

  @Test(
    "Other programs' compression is refused with what unpacks it",
    arguments: [
      ([0x28, 0xB5, 0x2F, 0xFD, 0] as [UInt8], "zstd"), ([0x42, 0x5A, 0x68, 0x39], "bzip2"),
      ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0], "xz"),
    ])
  func others(bytes: [UInt8], program: String) throws {
    #expect(try problem(bytes) == "it is compressed by \(program); unpack it with \(program) -dk first")
  }

  @Test("What is no file is named")
  func missing() throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }

    let missing = #expect(throws: LogFileError.self) { try LogFile.contents(ofPath: "/no/such.log") }
    let directory = #expect(throws: LogFileError.self) { try LogFile.contents(ofPath: folder.path) }

    #expect(missing?.description == "no such file")
    #expect(directory?.description == "it is a folder")
  }
}
