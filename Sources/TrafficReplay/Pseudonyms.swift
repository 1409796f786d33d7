/// Letters in place of texts that may tell something: the same text always gets the same letters, so that the shape of
/// paths and what repeats in them stay.
struct Pseudonyms: Sendable {
  private var names: [String: String] = [:]

  /// `a`, `b`, … `z`, `aa`, …, in the order of first use.
  mutating func name(for text: String) -> String {
    guard !text.isEmpty else { return "" }
    if let name = names[text] { return name }
    var number = names.count + 1
    var name = ""
    while number > 0 {
      name = String(UnicodeScalar(UInt8(ascii: "a") + UInt8((number - 1) % 26))) + name
      number = (number - 1) / 26
    }
    names[text] = name
    return name
  }

  /// A segment of a path, its parts between dots one by one.
  mutating func segment(_ text: String) -> String {
    var parts: [String] = []
    for part in text.split(separator: ".", omittingEmptySubsequences: false) { parts.append(name(for: String(part))) }
    return parts.joined(separator: ".")
  }

  /// A query, its names kept and its values replaced; what has no value is replaced as a whole.
  mutating func query(_ text: String) -> String {
    var parts: [String] = []
    for part in text.split(separator: "&", omittingEmptySubsequences: false) {
      let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      parts.append(pair.count == 2 ? "\(pair[0])=\(name(for: String(pair[1])))" : name(for: String(part)))
    }
    return parts.joined(separator: "&")
  }
}
