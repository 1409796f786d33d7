import Foundation
import KubernetesObjects
import Logging
import Redaction

/// Makes a line of what a part of the program tells: `2026-01-31T09:00:00.250000Z debug client: answered status=200`.
struct DiagnosticLine: LogHandler {
  let part: String
  let write: @Sendable (String) -> Void
  var metadata: Logger.Metadata = [:]
  var metadataProvider: Logger.MetadataProvider?
  var logLevel: Logger.Level = .info

  init(part: String, write: @escaping @Sendable (String) -> Void) {
    self.part = part
    self.write = write
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let now = KubernetesTime(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
    write(text(of: event, at: now))
  }

  /// Without secrets, in one line, whatever names and messages from outside are in it.
  func text(of event: LogEvent, at time: KubernetesTime) -> String {
    let fields = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
      .map { "\($0.key)=\(Self.value($0.value.description))" }
    let message = SecretText.redacted(message: event.message.description)
    let line = (["\(event.level) \(part): \(message)"] + fields).joined(separator: " ")
    return "\(time) \(TerminalText.plain(line))"
  }

  /// A value that a reader can tell from what follows it.
  private static func value(_ text: String) -> String {
    let text = SecretText.redacted(message: text)
    guard text.isEmpty || text.contains(where: { $0.isWhitespace || $0 == "\"" || $0 == "=" }) else { return text }
    return "\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\""
  }
}
