package import Units

/// A ``Quantity`` in a JSON object: a text such as `"250m"`, or a bare number.
///
/// Two of them are equal when they are the same amount, however written.
package struct ResourceQuantity: Sendable, Codable {
  package var quantity: Quantity
  /// Which suffixes the amount is written with.
  package var format: Format

  package enum Format: Sendable {
    /// `k M G T P E` and `m`.
    case decimal
    /// `Ki Mi Gi Ti Pi Ei`.
    case binary
  }

  package init(_ quantity: Quantity, format: Format = .decimal) {
    self.quantity = quantity
    self.format = format
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    let text: String
    if let number = try? container.decode(Int64.self) {
      text = String(number)
    } else if let number = try? container.decode(Double.self) {
      text = String(number)
    } else {
      text = try container.decode(String.self)
    }
    format = text.last == "i" ? .binary : .decimal
    do {
      quantity = try Quantity(text: text)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }

  /// The canonical text.
  package var text: String {
    switch format {
    case .decimal: quantity.description
    case .binary: quantity.binaryText
    }
  }
}

extension ResourceQuantity: Hashable {
  package static func == (left: ResourceQuantity, right: ResourceQuantity) -> Bool {
    left.quantity == right.quantity
  }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(quantity)
  }
}
