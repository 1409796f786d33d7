/// Replaces secrets within a text that came from outside: a URL, a form, JSON, a command line, a log line, a message.
///
/// What is replaced:
/// - passwords in URLs (`https://user:password@host`), and all of it where only one part stands before the `@`;
/// - values after a name that by ``SecretName`` holds a secret: `sig=…`, `"password": "…"`, `--token …`, `X-Api-Key: …`,
///   also with the marks of a URL encoded;
/// - headers `Authorization` and `Cookie` to the end of their line;
/// - what follows `Bearer`, `Basic` or `Token`, wherever it stands; JSON Web Tokens; private keys in PEM.
///
/// Places that are filled in (`{{env NAME}}`), the words true, false and null, codes of up to three digits
/// (`code: 200`) and names of schemes stay. A word such as `code` or `key` before a colon within a sentence is no name.
///
/// Each byte is looked at a bounded number of times, whatever the text.
package enum SecretText {
  package static let replacement = "REDACTED"

  /// The text without its secrets.
  package static func redacted(_ text: String) -> String {
    redacted(utf8: Array(text.utf8)).map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  /// A line of our own that quotes texts from outside: a field's name before a colon is no secret's name there.
  package static func redacted(message: String) -> String {
    var scan = SecretScan(Array(message.utf8), isMessage: true)
    return scan.run().map { String(decoding: $0, as: UTF8.self) } ?? message
  }

  /// Whether a value under a secret's name is written out: not filled in from elsewhere, nor a word that tells nothing.
  package static func isLiteral(_ value: String) -> Bool {
    !value.isEmpty && !["true", "false", "null", "none"].contains(value) && !HarmlessValue.isFilledIn(value)
  }

  /// Whether a text is worth a closer look: a quick test for those who have very many, never false for one with a secret.
  package static func mayHoldSecret(_ utf8: ArraySlice<UInt8>) -> Bool {
    var index = utf8.startIndex
    while index < utf8.endIndex {
      let byte = utf8[index]
      index += 1
      switch byte {
      case UInt8(ascii: "="), UInt8(ascii: " "), UInt8(ascii: "%"), UInt8(ascii: "\\"): return true
      case UInt8(ascii: ":"):
        // A time of the day, or a port: digits behind a colon, and few of them.
        let few = utf8[index..<min(index + 6, utf8.endIndex)].prefix { (0x30...0x39).contains($0) }.count
        if few == 0 || few > 5 || index - 2 >= utf8.startIndex && [0x22, 0x27, 0x60].contains(utf8[index - 2]) {
          return true
        }
      case UInt8(ascii: "e") where utf8[index...].starts(with: [UInt8(ascii: "y"), UInt8(ascii: "J")]): return true
      default: break
      }
    }
    return false
  }

  /// The bytes without the secrets in them; `nil` when there are none.
  package static func redacted(utf8: [UInt8]) -> [UInt8]? {
    var scan = SecretScan(utf8)
    return scan.run()
  }

  /// The elements of a command line without the secrets in them: those of ``redacted(_:)``, and what follows a flag such
  /// as `--token` or `-u` as an element of its own.
  package static func redacted(arguments: [String]) -> [String] {
    var flag: String?
    return arguments.map { argument in
      defer { flag = argument }
      guard let flag, !argument.isEmpty, !argument.hasPrefix("-") else { return redacted(argument) }
      return redacted(argument, after: flag)
    }
  }

  private static func redacted(_ argument: String, after flag: String) -> String {
    guard flag.hasPrefix("-"), !flag.contains(where: { $0 == "=" || $0.isWhitespace }) else {
      return redacted(argument)
    }
    if SecretName.isSecret(flag) { return HarmlessValue.isFilledIn(argument) ? argument : replacement }
    if flag == "-u" || flag == "--user", let colon = argument.firstIndex(of: ":") {
      return argument[...colon] + replacement
    }
    return redacted(argument)
  }
}
