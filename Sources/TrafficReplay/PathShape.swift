import Foundation

/// The path of a request with its variable segments told from the fixed ones: `/items/17/photo` and `/items/4711/photo`
/// have one shape.
struct PathShape: Sendable, Hashable {
  enum Segment: Sendable, Hashable {
    case fixed(String)
    /// A whole number.
    case number
    /// A UUID, or 16 and more hexadecimal digits: an identifier that nobody chose.
    case identifier
  }

  let segments: [Segment]

  /// The shape of a path without its query, and the numbers in it, in order.
  static func of(_ path: Substring) -> (shape: PathShape, numbers: [Int]) {
    var numbers: [Int] = []
    let segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false).map { text -> Segment in
      if let number = number(text) {
        numbers.append(number)
        return .number
      }
      return isIdentifier(text) ? .identifier : .fixed(String(text))
    }
    return (PathShape(segments: segments), numbers)
  }

  private static func number(_ text: Substring) -> Int? {
    guard (1...15).contains(text.utf8.count), text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
    return Int(text)
  }

  private static func isIdentifier(_ text: Substring) -> Bool {
    if text.utf8.count == 36, UUID(uuidString: String(text)) != nil { return true }
    // A word can have only letters from a to f, but none of 16.
    return text.utf8.count >= 16 && text.allSatisfy { $0.isASCII && $0.isHexDigit }
  }
}
