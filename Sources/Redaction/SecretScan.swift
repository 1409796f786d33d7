/// One pass over the bytes of a text, which copies them but for secrets.
struct SecretScan {
  private let bytes: [UInt8]
  /// Whether the text is a line of our own, see ``SecretText/redacted(message:)``.
  private let isMessage: Bool
  private var index = 0
  /// Up to here the text is in `output`.
  private var copied = 0
  private var output: [UInt8] = []
  /// How often a byte was looked at: what bounds the time.
  private(set) var steps = 0
  /// Whether nothing but blanks and dashes stands before `index` on its line.
  private var isLineHead = true

  private static let replacement = Array(SecretText.replacement.utf8)

  init(_ bytes: [UInt8], isMessage: Bool = false) {
    self.bytes = bytes
    self.isMessage = isMessage
  }

  /// The text without its secrets; `nil` when there are none.
  mutating func run() -> [UInt8]? {
    while let byte = byte(index) {
      if byte.isNamePart, byte != UInt8(ascii: "-") {
        readRun()
        isLineHead = false
      } else if byte == UInt8(ascii: "-"), skipPrivateKey() {
        isLineHead = false
      } else {
        if byte.isLineEnd {
          isLineHead = true
        } else if !byte.isBlank && byte != UInt8(ascii: "-") {
          isLineHead = false
        }
        index += 1
      }
    }
    guard copied > 0 else { return nil }
    output += bytes[copied...]
    copied = bytes.count
    return output
  }

  private mutating func byte(_ index: Int) -> UInt8? {
    steps += 1
    return index < bytes.count ? bytes[index] : nil
  }

  /// Replaces a stretch, unless it is empty, and goes on behind it.
  private mutating func replace(_ range: Range<Int>) {
    index = range.upperBound
    guard !range.isEmpty else { return }
    output += bytes[copied..<range.lowerBound]
    output += Self.replacement
    copied = range.upperBound
  }

  /// Reads a name, a word or a number, and what follows it where that is a value.
  private mutating func readRun() {
    let start = index
    var end = start
    var isEncoded = false
    while let byte = byte(end), byte.isNamePart {
      if byte == UInt8(ascii: "%") { isEncoded = true }
      end += 1
    }
    index = end
    let run = bytes[start..<end]
    if run.count >= 20, run.starts(with: Array("eyJ".utf8)), run.contains(UInt8(ascii: ".")) {
      return replace(start..<end)
    }
    if isEncoded, redactEncoded(start..<end) { return }
    switch byte(end) {
    case UInt8(ascii: ":") where bytes[end...].starts(with: Array("://".utf8)): redactUser(from: end + 3)
    case UInt8(ascii: " ") where redactCredentials(of: run, from: end): break
    case UInt8(ascii: " ") where isFlag(start): redactArgument(of: run, from: end)
    case .some: redactValue(of: start..<end)
    case nil: break
    }
  }

  // MARK: values

  /// Where a value begins, and how it was introduced.
  private struct Introduction {
    var value: Int
    var isColon = false
    var hasBlank = false
    /// Whether the name stood in quotation marks, as in JSON.
    var isQuoted = false
  }

  /// What leads from the end of a name to its value: `=`, `: `, `":"`, `\": \"`; `nil` where none follows.
  private mutating func introduction(after end: Int) -> Introduction? {
    var place = end
    while byte(place) == UInt8(ascii: "\\") { place += 1 }
    let isQuoted = byte(place)?.isQuote ?? false
    if isQuoted { place += 1 } else if place > end { return nil }
    while byte(place)?.isBlank ?? false { place += 1 }
    guard let mark = byte(place), mark == UInt8(ascii: "=") || mark == UInt8(ascii: ":") else { return nil }
    // `a == b` and `a := b` are comparisons and assignments of the same kind, `a => b` too.
    place += 1
    while let more = byte(place), more == UInt8(ascii: "=") || more == UInt8(ascii: ">") { place += 1 }
    let afterMark = place
    while byte(place)?.isBlank ?? false { place += 1 }
    return Introduction(
      value: place, isColon: mark == UInt8(ascii: ":"), hasBlank: place > afterMark, isQuoted: isQuoted)
  }

  private mutating func redactValue(of name: Range<Int>) {
    guard let introduction = introduction(after: name.upperBound) else { return }
    // A host before its port, or an hour before its minutes: common, and no names.
    if introduction.isColon, !introduction.isQuoted, !introduction.hasBlank, isPort(at: introduction.value) { return }
    let run = bytes[name]
    let weight = SecretName.weight(ofUTF8: run)
    guard weight != .none else { return }
    let before = name.lowerBound > 0 ? bytes[name.lowerBound - 1] : UInt8(ascii: "\n")
    if introduction.isColon, !introduction.isQuoted {
      // The last part of an image's name before its tag.
      if !introduction.hasBlank, before == UInt8(ascii: "/") { return }
      if SecretName.isWholeLine(run) { return redactLine(from: introduction.value, of: run, enclosedBy: before) }
      if introduction.hasBlank, !isLineHead, !before.isQuote, before != UInt8(ascii: "{") {
        guard weight == .strong, !isMessage else { return }
      }
      if introduction.hasBlank, isLineHead, !isMessage, let first = byte(introduction.value), !first.opensValue {
        return redactLine(from: introduction.value, of: run, enclosedBy: before)
      }
      if isMessage, isLineHead { return }
    }
    let isMember = introduction.isQuoted || introduction.isColon && introduction.hasBlank
    redactValue(from: introduction.value, weight: weight, run: run, isMember: isMember)
  }

  private mutating func redactValue(
    from start: Int, weight: SecretName.Weight, run: ArraySlice<UInt8>, isMember: Bool
  ) {
    var start = start
    var escapes = 0
    while byte(start + escapes) == UInt8(ascii: "\\") { escapes += 1 }
    if let quote = byte(start + escapes), quote.isQuote {
      start += escapes + 1
      return replaceUnlessHarmless(start..<endOfQuoted(quote, escapes: escapes, from: start), of: run)
    }
    switch byte(start) {
    case UInt8(ascii: "{") where byte(start + 1) == UInt8(ascii: "{"): break
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      index = start + 1
      if weight == .strong { replace(start..<endOfBrackets(from: start)) }
      return
    default: break
    }
    let end = endOfWord(from: start, isMember: isMember)
    // `token: Bearer abc`: the scheme stays, and what follows goes.
    if HarmlessValue.isScheme(bytes[start..<end]), byte(end) == UInt8(ascii: " "),
      byte(end + 1).map({ !$0.isBlank }) ?? false
    {
      return replaceUnlessHarmless(end + 1..<endOfWord(from: end + 1, isMember: isMember), of: run)
    }
    replaceUnlessHarmless(start..<end, of: run)
  }

  private mutating func isPort(at start: Int) -> Bool {
    var end = start
    while end < start + 6, let byte = byte(end), (0x30...0x39).contains(byte) { end += 1 }
    return (start + 1...start + 5).contains(end)
  }

  private mutating func redactLine(from start: Int, of name: ArraySlice<UInt8>, enclosedBy quote: UInt8) {
    var end = start
    while let byte = byte(end), !byte.isLineEnd {
      if quote.isQuote ? byte == quote : byte.isQuote { break }
      end += 1
    }
    replaceUnlessHarmless(start..<end, of: name)
  }

  /// The index of the mark that closes a text in quotation marks, or the end.
  private mutating func endOfQuoted(_ quote: UInt8, escapes: Int, from start: Int) -> Int {
    var place = start
    var before = 0
    while let byte = byte(place) {
      if byte == UInt8(ascii: "\\") {
        before += 1
      } else {
        // Within JSON in JSON the mark itself is escaped, and one inside is escaped once more.
        if byte == quote, before <= escapes { return place - before }
        before = 0
      }
      place += 1
    }
    return place
  }

  /// The index after the bracket that closes the one at `start`, or the end.
  private mutating func endOfBrackets(from start: Int) -> Int {
    var place = start
    var depth = 0
    while let byte = byte(place) {
      place += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        depth -= 1
        if depth == 0 { return place }
      case UInt8(ascii: "\""): place = min(endOfQuoted(byte, escapes: 0, from: place) + 1, bytes.count)
      default: break
      }
    }
    return place
  }

  /// The end of a value without quotation marks; what is filled in belongs to it.
  ///
  /// - Parameter isMember: whether the value stands in a mapping, as in JSON, so that a comma or a bracket ends it.
  private mutating func endOfWord(from start: Int, isMember: Bool) -> Int {
    var place = start
    while let byte = byte(place) {
      if byte == UInt8(ascii: "{"), self.byte(place + 1) == UInt8(ascii: "{") {
        while let inside = self.byte(place), inside != UInt8(ascii: "}"), !inside.isLineEnd { place += 1 }
        while self.byte(place) == UInt8(ascii: "}") { place += 1 }
        continue
      }
      if byte.isBlank || byte.isLineEnd || byte.isQuote
        || [UInt8(ascii: "&"), UInt8(ascii: "<"), UInt8(ascii: ">")].contains(byte)
      {
        break
      }
      if isMember, [UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]")].contains(byte) { break }
      if byte == UInt8(ascii: "\\"), let next = self.byte(place + 1), next.isQuote || next == UInt8(ascii: "n") {
        break
      }
      place += 1
    }
    return place
  }

  private mutating func replaceUnlessHarmless(_ range: Range<Int>, of name: ArraySlice<UInt8>) {
    steps += range.count
    if HarmlessValue.contains(bytes[range], of: name) {
      index = range.upperBound
    } else {
      replace(range)
    }
  }

  // MARK: other forms

  /// `Bearer abc`, in a header or anywhere else.
  private mutating func redactCredentials(of scheme: ArraySlice<UInt8>, from end: Int) -> Bool {
    guard HarmlessValue.isScheme(scheme, of: ["bearer", "basic", "token", "negotiate", "apikey"]) else { return false }
    var start = end
    while byte(start)?.isBlank ?? false { start += 1 }
    let value = start..<endOfWord(from: start, isMember: false)
    let text = bytes[value]
    steps += text.count
    // Words of a sentence are no credentials: those are long, or hold digits, signs or capitals in their midst.
    let isWord = text.dropFirst().allSatisfy { byte in
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || [0x2C, 0x2E, 0x3A, 0x3B, 0x29].contains(byte)
    }
    guard !text.isEmpty, !isWord || text.count > 20 else { return false }
    replaceUnlessHarmless(value, of: [])
    return true
  }

  private func isFlag(_ start: Int) -> Bool { start > 0 && bytes[start - 1] == UInt8(ascii: "-") }

  /// `--password abc` and `-u user:abc` within a text.
  private mutating func redactArgument(of name: ArraySlice<UInt8>, from end: Int) {
    var start = end
    while byte(start)?.isBlank ?? false { start += 1 }
    guard let first = byte(start), first != UInt8(ascii: "-") else { return }
    if SecretName.weight(ofUTF8: name) != .none {
      redactValue(from: start, weight: .strong, run: name, isMember: false)
    } else if name.elementsEqual("u".utf8) || name.elementsEqual("user".utf8) {
      let value = start..<endOfWord(from: start, isMember: false)
      if let colon = bytes[value].firstIndex(of: UInt8(ascii: ":")) {
        replaceUnlessHarmless(colon + 1..<value.upperBound, of: [])
      }
    }
  }

  /// The part of a URL between `://` and `@`.
  private mutating func redactUser(from start: Int) {
    var place = start
    var at: Int?
    var colon: Int?
    while let byte = byte(place), !byte.isBlank, !byte.isLineEnd, !byte.isQuote,
      ![UInt8(ascii: "/"), UInt8(ascii: "?"), UInt8(ascii: "#"), UInt8(ascii: "<"), UInt8(ascii: ">")].contains(byte)
    {
      if byte == UInt8(ascii: "@") { at = place }
      if byte == UInt8(ascii: ":"), colon == nil, at == nil { colon = place }
      place += 1
    }
    if let at { replaceUnlessHarmless((colon.map { $0 + 1 } ?? start)..<at, of: []) }
    // Host and port are no name and value.
    index = place
  }

  /// `token%3Dabc%26page%3D2`: a query that is the value of another one.
  private mutating func redactEncoded(_ run: Range<Int>) -> Bool {
    var name = run.lowerBound
    var place = run.lowerBound
    var hasReplaced = false
    func encodes(_ first: UInt8, _ second: UInt8, at place: Int) -> Bool {
      place + 2 < bytes.count && bytes[place] == UInt8(ascii: "%") && bytes[place + 1] == first
        && bytes[place + 2] | 0x20 == second | 0x20
    }
    while place < run.upperBound {
      steps += 1
      if encodes(0x33, UInt8(ascii: "D"), at: place),
        SecretName.isSecret(String(decoding: bytes[name..<place], as: UTF8.self))
      {
        let start = place + 3
        var end = start
        while let byte = byte(end), !encodes(0x32, 0x36, at: end), !byte.isBlank, !byte.isLineEnd, !byte.isQuote,
          byte != UInt8(ascii: "&")
        { end += 1 }
        replaceUnlessHarmless(start..<end, of: bytes[name..<place])
        hasReplaced = true
        name = end
        place = max(end, place + 3)
      } else if encodes(0x33, UInt8(ascii: "D"), at: place) || encodes(0x32, 0x36, at: place)
        || encodes(0x33, UInt8(ascii: "F"), at: place)
      {
        place += 3
        name = place
      } else {
        place += 1
      }
    }
    return hasReplaced
  }

  /// A private key in PEM (RFC 7468), to the line that ends it.
  private mutating func skipPrivateKey() -> Bool {
    let opening = Array("-----BEGIN ".utf8)
    guard bytes[index...].starts(with: opening) else { return false }
    steps += opening.count
    let start = index + opening.count
    let head = bytes[start..<min(start + 40, bytes.count)]
    let kind = Array("PRIVATE KEY-----".utf8)
    guard let end = (head.startIndex..<head.endIndex).first(where: { bytes[$0...].starts(with: kind) }) else {
      return false
    }
    let body = end + kind.count
    let closing = Array("-----END".utf8)
    var place = body
    while byte(place) != nil, !bytes[place...].starts(with: closing) { place += 1 }
    replace(body..<place)
    return true
  }
}
