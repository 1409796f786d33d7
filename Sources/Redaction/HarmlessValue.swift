/// Values that stay where a secret is expected: they tell none.
enum HarmlessValue {
  /// - Parameters:
  ///   - value: what stands behind a name.
  ///   - name: the name, such as `exit_code`, whose short numbers are no codes to log in with.
  static func contains(_ value: ArraySlice<UInt8>, of name: ArraySlice<UInt8>) -> Bool {
    let isCode = name.count >= 4 && name.suffix(4).elementsEqual("code".utf8) { $0 | 0x20 == $1 }
    let isShortNumber = (1...3).contains(value.count) && value.allSatisfy { (0x30...0x39).contains($0) }
    let isPlain = isCode && isShortNumber || ["true", "false", "null"].contains { value.elementsEqual($0.utf8) }
    return isPlain || isScheme(value) || isFilledIn(String(decoding: value, as: UTF8.self))
  }

  /// Whether a word names how credentials are given, as in `Bearer abc`.
  static func isScheme(
    _ word: some Collection<UInt8>,
    of names: [String] = ["basic", "bearer", "token", "digest", "apikey", "none", "negotiate"]
  ) -> Bool {
    guard word.count <= 9 else { return false }
    return names.contains(String(decoding: word, as: UTF8.self).lowercased())
  }

  /// Whether all of a value but the name of its scheme comes from elsewhere: `Bearer {{env TOKEN}}`.
  static func isFilledIn(_ text: String) -> Bool {
    guard text.contains("{{") else { return false }
    var literal = ""
    var rest = text[...]
    while let open = rest.firstRange(of: "{{"), let close = rest[open.upperBound...].firstRange(of: "}}") {
      let place = rest[open.upperBound..<close.lowerBound].split(separator: " ")
      guard let kind = place.first, ["env", "csv", "int", "uuid", "seq", "time"].contains(kind) else { return false }
      literal += rest[..<open.lowerBound]
      rest = rest[close.upperBound...]
    }
    literal += rest
    let words = literal.split { " :,;=".contains($0) }
    return words.allSatisfy { isScheme($0.utf8) }
  }
}
