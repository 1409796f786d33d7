import Foundation
import KubernetesObjects
import Testing

@Suite("The text of a JSON value")
struct JSONValueTextTests {
  /// Small random values of all kinds, equal for equal seeds.
  private struct Values {
    private static let texts = [
      "", "a", "B", "é", "e\u{301}", "a/b", "f:spec", "k:{\"type\":\"Ready\"}", "\u{7f}", "\u{1}\u{1f}\u{8}\u{c}\n\r\t",
      "日本",
      "😀", "\u{2028}", "a10", "a2", "\\", "\u{feff}x", "\0",
    ]
    private static let numbers = [
      0.1, -0.0, 3, 1e15, 1e16, 1e-7, 1.5e300, 123_456_789_012_345_680, .leastNonzeroMagnitude,
    ]
    private var state: UInt64

    init(seed: Int) { state = UInt64(seed) }

    private mutating func below(_ bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int(state >> 33) % bound
    }

    private mutating func text() -> String {
      Self.texts[below(Self.texts.count)] + (below(2) == 0 ? "" : Self.texts[below(Self.texts.count)])
    }

    mutating func next(depth: Int = 4) -> JSONValue {
      switch below(depth > 0 ? 8 : 6) {
      case 0: return .null
      case 1: return .bool(below(2) == 0)
      case 2: return .integer([.min, .max, 0, -1][below(4)])
      case 3: return .integer(Int64(below(100)) - 50)
      case 4: return .number(Self.numbers[below(Self.numbers.count)])
      case 5: return .string(text())
      case 6: return .array((0..<below(4)).map { _ in next(depth: depth - 1) })
      default:
        let members = (0..<below(6)).map { _ in (text(), next(depth: depth - 1)) }
        return .object(Dictionary(members, uniquingKeysWith: { $1 }))
      }
    }
  }

  @Test("It is that of JSONEncoder, byte for byte", arguments: 0..<20)
  func asTheEncoder(seed: Int) throws {
    var values = Values(seed: seed)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for _ in 0..<200 {
      let value = values.next()
      let text = try value.json()
      #expect(try text == encoder.encode(value), "\(String(decoding: text, as: UTF8.self))")
    }
  }

  @Test("A number that JSON has no text for is refused, however deep it lies", arguments: [Double.nan, .infinity])
  func refused(number: Double) {
    #expect(throws: EncodingError.self) { try JSONValue.object(["a": [.number(number)]]).json() }
  }
}
