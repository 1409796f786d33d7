import Units

/// Numbers in sentences.
enum Texts {
  /// `250m`, `512Mi`
  static func amount(_ milli: Int64, of resource: String) -> String {
    resource.hasSuffix("memory") || resource.hasSuffix("storage")
      ? Quantity(milli: milli).binaryText : Quantity(milli: milli).description
  }

  /// `a, b and c`
  static func list(_ words: [String]) -> String {
    guard let last = words.last, words.count > 1 else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }

  /// `1 pod`, `3 pods`
  static func count(_ number: Int, _ word: String) -> String { "\(number) \(word)\(number == 1 ? "" : "s")" }

  /// `90 s`, `14 min`
  static func seconds(_ seconds: Int) -> String {
    seconds < 180 ? "\(seconds) s" : "\((seconds + 30) / 60) min"
  }
}
