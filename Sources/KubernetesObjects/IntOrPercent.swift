/// A count or a share of a total, as `maxSurge: 2` or `maxUnavailable: 25%`
/// (Kubernetes, apimachinery/pkg/util/intstr/intstr.go).
package enum IntOrPercent: Sendable, Equatable, Hashable, Codable, CustomStringConvertible {
  case count(Int)
  /// Whole per cent; Kubernetes takes no fractions here.
  case percent(Int)

  /// Reads `25%`; a bare number in text is a count.
  package init?(text: String) {
    if text.hasSuffix("%") {
      guard let value = Int(text.dropLast()) else { return nil }
      self = .percent(value)
    } else {
      guard let value = Int(text) else { return nil }
      self = .count(value)
    }
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let value = try? container.decode(Int32.self) {
      self = .count(Int(value))
      return
    }
    let text = try container.decode(String.self)
    guard let value = IntOrPercent(text: text) else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "\"\(text)\" is neither a number nor a percentage")
    }
    self = value
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .count(let value): try container.encode(value)
    case .percent: try container.encode(description)
    }
  }

  package var description: String {
    switch self {
    case .count(let value): "\(value)"
    case .percent(let value): "\(value)%"
    }
  }
}
