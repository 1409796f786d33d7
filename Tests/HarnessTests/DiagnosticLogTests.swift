import KubernetesObjects
import Logging
import Testing

@testable import Harness

@Suite("What the parts of the program tell")
struct DiagnosticLogTests {
  private static let instant = KubernetesTime(microseconds: 1_769_850_000_250_000)

  private static func line(_ message: Logger.Message, _ metadata: Logger.Metadata = [:]) -> String {
    DiagnosticLine(part: "client", write: { _ in }).text(
      of: LogEvent(
        level: .info, message: message, metadata: metadata, source: "", file: "", function: "", line: 0),
      at: instant)
  }

  @Test("a line has time, level, part, what happened and its fields by name")
  func form() {
    #expect(
      Self.line("answered", ["status": "200", "path": "/version"])
        == "2026-01-31T09:00:00.250000Z info client: answered path=/version status=200")
  }

  @Test("a value with spaces, quotes or nothing in it is quoted, and control characters do not come through")
  func values() {
    #expect(Self.line("not observed", ["cause": "it said \"no\""]).hasSuffix(#"cause="it said \"no\"""#))
    #expect(Self.line("event", ["name": ""]).hasSuffix(#"name="""#))
    #expect(
      !Self.line("event", ["name": "a\u{1B}[31mb\nc"]).unicodeScalars.contains {
        $0.properties.generalCategory == .control
      })
  }

  @Test("secrets do not come through")
  func secrets() {
    let line = Self.line("not answered", ["cause": "Authorization: Bearer abc.def.ghi", "path": "/x?token=hunter2"])
    #expect(!line.contains("abc.def") && !line.contains("hunter2"))
  }

  @Test("without a level nobody is told, and a level tells what those after it tell")
  func levels() {
    #expect(DiagnosticLog().logger(.client).map(\.label) == nil)
    for (index, level) in LogLevel.allCases.enumerated() {
      let told = LogLevel.allCases.filter {
        $0.ofLogger >= (DiagnosticLog(level: level).logger(.observer)?.logLevel ?? .critical)
      }
      #expect(told == Array(LogLevel.allCases[index...]))
    }
  }
}
