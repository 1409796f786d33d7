import Foundation

/// What a command said on standard error, fit for an error message of one line.
///
/// It may end up in a recording, so that what looks like a credential is left out: 40 or more characters of base64 in a
/// row. A path or a host name is none.
package enum ExecComplaint {
  private static let limit = 400

  /// `: "please log in"`, or nothing.
  package static func text(_ bytes: [UInt8]) -> String {
    let text = plain(String(decoding: bytes, as: UTF8.self))
    return text.isEmpty ? "" : ": \"\(text)\""
  }

  /// One line without control characters, of which the end counts most.
  static func plain(_ text: String) -> String {
    let lines = withoutEscapes(text).split(whereSeparator: \.isNewline).map { line in
      String(line.unicodeScalars.filter { $0.value >= 0x20 && $0.value != 0x7F }.map(Character.init))
        .trimmingCharacters(in: .whitespaces)
    }
    let whole = withoutCredentials(lines.filter { !$0.isEmpty }.joined(separator: " | "))
    return whole.count > limit ? "…" + whole.suffix(limit) : whole
  }

  private static func withoutEscapes(_ text: String) -> String {
    text.replacing(#/\u{1B}\[[0-9;?]*[A-Za-z]/#, with: "")
  }

  private static func withoutCredentials(_ text: String) -> String {
    text.replacing(#/[A-Za-z0-9_~+=\-]{40,}/#, with: "…")
  }
}
