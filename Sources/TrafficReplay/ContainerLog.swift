import Foundation

/// Takes off what container runtimes and kubectl put around the lines of a program.
struct ContainerLog: Sendable {
  enum Wrapping: String, Sendable, CaseIterable {
    /// `{"log":"…\n","stream":"stdout","time":"2026-11-23T22:10:05.1Z"}`: Docker's json-file.
    case docker = "Docker's json-file"
    /// `2026-11-23T22:10:05.1Z stdout F …`: containerd and CRI-O (Kubernetes, KEP "CRI logging format").
    case cri = "the log format of CRI"
    /// `[pod/web-1/nginx] …`: kubectl logs --prefix.
    case prefix = "kubectl's --prefix"
    /// `2026-11-23T22:10:05.1Z …`: kubectl logs --timestamps.
    case timestamps = "kubectl's --timestamps"
  }

  /// What was taken off so far.
  private(set) var found: Set<Wrapping> = []
  /// Beginnings of lines that the runtime cut, by the stream that they came on.
  private var beginnings: [String: String] = [:]

  /// Bytes after which Docker cuts a line (moby, daemon/logger/copier.go, `defaultBufSize`).
  private static let dockerPart = 16 * 1024
  /// The longest line that is put together again.
  private static let longestLine = 1 << 20

  /// The line as the program wrote it; `nil` for a part of one whose rest is to come.
  mutating func unwrap(_ line: Substring) -> Substring? {
    switch line.utf8.first {
    case UInt8(ascii: "{") where line.utf8.starts(with: #"{"log":""#.utf8): return unwrapDocker(line)
    case UInt8(ascii: "[") where line.utf8.starts(with: "[pod/".utf8):
      guard let end = line.range(of: "] ") else { return line }
      found.insert(.prefix)
      return unwrap(line[end.upperBound...])
    case (UInt8(ascii: "0")...UInt8(ascii: "9"))?: return unwrapStamped(line)
    default: return line
    }
  }

  /// What is left of lines that the log ends within.
  mutating func rest() -> [Substring] {
    defer { beginnings = [:] }
    return beginnings.values.sorted().map { Substring($0) }
  }

  private mutating func unwrapDocker(_ line: Substring) -> Substring? {
    struct Entry: Decodable {
      let log: String
      let stream: String?
      let time: String?
    }
    guard let entry = try? JSONDecoder().decode(Entry.self, from: Data(line.utf8)),
      entry.stream != nil || entry.time != nil
    else { return line }
    found.insert(.docker)
    // Only the last part of a cut line has the line break; shippers may have taken it off those that were never cut.
    let hasBreak = entry.log.utf8.last == UInt8(ascii: "\n")
    return join(
      hasBreak ? Substring(entry.log.utf8.dropLast()) : Substring(entry.log), on: entry.stream ?? "",
      isWhole: hasBreak || entry.log.utf8.count < Self.dockerPart)
  }

  private mutating func unwrapStamped(_ line: Substring) -> Substring? {
    // An address in the same place is told apart before a time is looked for.
    let bytes = line.utf8.prefix(11).map { $0 }
    guard bytes.count == 11, bytes[4] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
      let blank = line.firstIndex(of: " "), LogTime.iso8601(line[..<blank]) != nil
    else { return line }
    let text = line[line.index(after: blank)...]
    let words = text.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false)
    guard words.count == 3, ["stdout", "stderr"].contains(words[0]), let tag = words[1].first, "FP".contains(tag) else {
      found.insert(.timestamps)
      return text
    }
    found.insert(.cri)
    return join(words[2], on: String(words[0]), isWhole: tag == "F")
  }

  private mutating func join(_ part: Substring, on stream: String, isWhole: Bool) -> Substring? {
    let beginning = beginnings.removeValue(forKey: stream) ?? ""
    if isWhole { return beginning.isEmpty ? part : Substring(beginning + part) }
    // What is longer than any line is let go in parts, none of which will be understood.
    guard beginning.utf8.count + part.utf8.count <= Self.longestLine else { return Substring(beginning + part) }
    beginnings[stream] = beginning + part
    return nil
  }
}
