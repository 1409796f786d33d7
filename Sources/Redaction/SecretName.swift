/// Whether a name by itself says that its value is a secret: a key, a header, a parameter, a flag or a variable.
///
/// Names are taken apart into words at marks and at changes of case, so that `x-functions-key`, `AccountKey` and
/// `user[api_key]` are known, and `keyspace`, `keepAlive` and `sessionAffinity` are not.
package enum SecretName {
  package enum Weight: Sendable, Equatable {
    /// The name says nothing of a secret.
    case none
    /// A word that is common besides (`code`, `key`, `session`): counts for what is certainly a name with its value,
    /// not for a word and a colon within a sentence.
    case weak
    /// Counts wherever it stands before a value.
    case strong
  }

  package static func isSecret(_ name: some StringProtocol) -> Bool { weight(of: name) != .none }

  package static func weight(of name: some StringProtocol) -> Weight {
    weight(ofUTF8: name.utf8)
  }

  /// Whether a name is worth a closer look: a quick test for those who ask of very many names, never false for one of weight
  /// ``Weight/strong``.
  package static func mayBeStrong(_ name: some Collection<UInt8>) -> Bool {
    var previous: UInt8 = 0
    for byte in name {
      let small = byte | 0x20
      // The beginnings of all parts and endings below: token, pass, pwd, secret, sig, key, credential, cookie, code, …
      switch (previous, small) {
      case (0x74, 0x6F), (0x70, 0x61), (0x70, 0x77), (0x70, 0x69), (0x73, 0x65), (0x73, 0x69), (0x6B, 0x65),
        (0x63, 0x72),
        (0x63, 0x6F), (0x61, 0x75), (0x61, 0x6D), (0x6A, 0x77), (0x6F, 0x74), (0x62, 0x65):
        return true
      default: previous = small
      }
    }
    return false
  }

  /// Parts that no harmless name has, compared with the name in small letters without marks.
  private static let parts = [
    "token", "password", "passwd", "passphrase", "passcode", "secret", "apikey", "credential", "privatekey",
    "accesskey",
    "sessionid", "sessid", "subscriptionkey", "functionkey", "functionskey", "accountkey", "masterkey", "sharedkey",
    "signingkey", "encryptionkey", "authkey", "hostkey", "connectionstring", "signature", "jwt",
  ].map { Array($0.utf8) }
  /// Last words of names that hold a secret, whatever stands before.
  private static let endings: Set<String> = [
    "authorization", "cookie", "cookies", "pwd", "pass", "bearer", "sig", "otp", "totp", "sid",
  ]
  /// The same, of names that may as well hold none.
  private static let weakEndings: Set<String> = ["session", "auth"]
  /// Last words that make a name one *about* a secret: where it lies, how long it is valid.
  private static let descriptions: Set<String> = [
    "name", "names", "namespace", "type", "path", "file", "ref", "count", "limit", "expiration", "seconds", "ttl",
    "policy", "mode", "url", "uri", "endpoint", "issuer", "audience", "version", "length", "size", "algorithm",
    "enabled", "required", "expires", "expiry", "header", "headers", "provider", "class", "kind", "resource",
    "resources", "mount", "selector", "controller", "service",
  ]
  /// What a key is for, when it opens nothing.
  private static let harmlessKeys: Set<String> = [
    "answer", "cache", "dedup", "deduplication", "foreign", "group", "hash", "idempotency", "index", "lookup", "map",
    "message", "object", "order", "ordering", "partition", "primary", "public", "range", "routing", "row", "shard",
    "sort", "translation",
  ]
  /// What a code is for, when it lets somebody in.
  private static let secretCodes: Set<String> = [
    "access", "activation", "auth", "authorization", "backup", "device", "login", "mfa", "otp", "pin", "recovery",
    "reset", "security", "sms", "time", "verification", "verify",
  ]
  /// Of the parameters of Amazon's signatures (AWS Signature Version 4), those that say nothing.
  private static let harmlessAmazon: Set<String> = [
    "algorithm", "date", "expires", "headers", "sha256", "signedheaders",
  ]

  static func weight(ofUTF8 name: some Collection<UInt8>) -> Weight {
    let words = words(of: name)
    guard let last = words.last else { return .none }
    if words.count > 1, descriptions.contains(last) { return .none }
    if words.count > 2, words[0] == "x", words[1] == "amz" { return harmlessAmazon.contains(last) ? .none : .strong }
    if last == "tokens", ["max", "min", "num"].contains(words[0]) { return .none }
    if endings.contains(last) { return .strong }
    if holdsPart(words.flatMap { Array($0.utf8) }) { return .strong }
    switch last {
    case "key", "keys":
      guard words.count > 1 else { return .weak }
      return harmlessKeys.contains(words[words.count - 2]) ? .none : .strong
    case "code":
      guard words.count > 1 else { return .weak }
      return secretCodes.contains(words[words.count - 2]) ? .strong : .none
    case "pin": return words.count == 1 ? .weak : .none
    default: return weakEndings.contains(last) ? .weak : .none
    }
  }

  private static func holdsPart(_ name: [UInt8]) -> Bool {
    name.indices.contains { start in
      parts.contains { part in
        part[0] == name[start] && part.count <= name.count - start && name[start..<start + part.count] == part[...]
      }
    }
  }

  /// Whether the value of a header of this name goes to the end of its line.
  static func isWholeLine(_ name: some Collection<UInt8>) -> Bool {
    let words = words(of: name)
    return ["authorization", "cookie"].contains(words.last)
  }

  private static let sha256 = Array("sha256".utf8)

  /// The words of a name in small letters; digits at the end of one are left out.
  private static func words(of name: some Collection<UInt8>) -> [String] {
    var words: [String] = []
    var word: [UInt8] = []
    func isUpper(_ byte: UInt8) -> Bool { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) }
    func isLower(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
    func isDigit(_ byte: UInt8) -> Bool { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
    func end() {
      guard word.contains(where: { !isDigit($0) }) else {
        word.removeAll(keepingCapacity: true)
        return
      }
      // `sha256` is one word; `token2` is a token.
      if word != sha256 {
        while let last = word.last, isDigit(last) { word.removeLast() }
      }
      words.append(String(decoding: word, as: UTF8.self))
      word.removeAll(keepingCapacity: true)
    }
    var previous: UInt8 = 0
    var iterator = name.makeIterator()
    var current = iterator.next()
    while let byte = current {
      var next = iterator.next()
      if byte == UInt8(ascii: "%") {
        // An encoded mark: `user%5Bpassword%5D`.
        end()
        next = next.flatMap { _ in iterator.next() }.flatMap { _ in iterator.next() }
      } else if isUpper(byte) || isLower(byte) || isDigit(byte) {
        let startsWord = isUpper(byte) && (isLower(previous) || isUpper(previous) && (next.map(isLower) ?? false))
        if startsWord { end() }
        word.append(isUpper(byte) ? byte + 32 : byte)
      } else {
        end()
      }
      previous = byte
      current = next
    }
    end()
    return words
  }
}
