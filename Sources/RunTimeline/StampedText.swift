import Foundation
import KubernetesObjects

/// A text whose lines may each begin with the time at which they came, as `ts` writes it: the text without them, and the
/// times.
struct StampedText {
  private(set) var text = Data()
  /// Where each line begins in the text.
  private var starts: [Int] = []
  private var times: [KubernetesTime] = []

  private static let advice =
    "write the times with | ts '%Y-%m-%dT%H:%M:%.S%z', or without ts with | jq -c --unbuffered '. + {arrived: now}'"

  /// - Throws: ``WatchLogError`` when only some lines have a time, or it does not say which instant it is.
  init(_ data: Data) throws(WatchLogError) {
    let first = data.first { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    let isStamped = first.map { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) } ?? false
    var number = 0
    for line in data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false) {
      number += 1
      starts.append(text.count)
      if isStamped, line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) {
        let (time, rest) = try Self.split(line, number: number)
        times.append(time)
        text.append(contentsOf: rest)
      } else {
        if isStamped { times.append(times.last ?? KubernetesTime(microseconds: 0)) }
        text.append(contentsOf: line)
      }
      text.append(UInt8(ascii: "\n"))
    }
    try refuseOtherText(first)
  }

  /// The time of the line that a byte of the text is in; `nil` where lines have none.
  func time(at offset: Int) -> KubernetesTime? {
    times.isEmpty ? nil : times[index(at: offset)]
  }

  /// Line, from 1, of a byte of the text.
  func line(at offset: Int) -> Int { index(at: offset) + 1 }

  private func index(at offset: Int) -> Int {
    var (low, high) = (0, max(starts.count, 1))
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= offset { low = middle } else { high = middle }
    }
    return low
  }

  private static func split(_ line: Data, number: Int) throws(WatchLogError) -> (KubernetesTime, Data) {
    let blank = line.firstIndex(of: UInt8(ascii: " ")) ?? line.endIndex
    let word = String(decoding: line[..<blank], as: UTF8.self)
    guard let time = time(word) else {
      let reason =
        KubernetesTime(text: word + "Z") == nil
        ? "\"\(word.prefix(40))\" is not the time at which the line came" : "the time \(word) does not tell its zone"
      throw WatchLogError(line: number, reason: "\(reason); \(advice)")
    }
    return (time, blank < line.endIndex ? line[line.index(after: blank)...] : Data())
  }

  /// RFC 3339, also with the zone as `date` writes it, or seconds since 1970.
  private static func time(_ word: String) -> KubernetesTime? {
    if let time = KubernetesTime(text: word) { return time }
    if let sign = word.lastIndex(where: { "+-".contains($0) }), word[sign...].utf8.count == 5 {
      return KubernetesTime(text: "\(word.dropLast(2)):\(word.suffix(2))")
    }
    guard let seconds = Double(word), (1e9..<1e11).contains(seconds) else { return nil }
    return KubernetesTime(microseconds: Int64((seconds * 1e6).rounded()))
  }

  /// Names what kubectl prints without `-o json`.
  private func refuseOtherText(_ first: UInt8?) throws(WatchLogError) {
    guard let first, text.first(where: { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }) != UInt8(ascii: "{") else { return }
    let beginning = String(decoding: text.prefix(2000), as: UTF8.self)
    let reason: String
    if beginning.hasPrefix("NAME") {
      reason = "this is a table for people; write it with -o json"
    } else if beginning.contains("apiVersion:") {
      reason = "this is YAML; write it with -o json"
    } else if first == UInt8(ascii: "[") {
      reason = "this is a JSON array; write its elements one after another with jq -c '.[]'"
    } else {
      reason = "this is not what kubectl get -o json prints; where times stand before lines, \(Self.advice)"
    }
    throw WatchLogError(line: 1, reason: reason)
  }
}
