package import Units

/// A ``Quantity`` in a JSON object: a text such as `"250m"`, or a bare number.
package struct ResourceQuantity: Sendable, Equatable, Hashable, Codable {
  package var quantity: Quantity

  package init(_ quantity: Quantity) {
    self.quantity = quantity
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
    do {
      quantity = try Quantity(text: text)
    } catch {
      throw DecodingError.dataCorruptedError(in: container, debugDescription: error.description)
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(quantity.description)
  }
}
