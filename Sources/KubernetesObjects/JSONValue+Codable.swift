package import Foundation

extension JSONValue: Codable {
  package init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Int64.self) {
      self = .integer(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .array(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .integer(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .string(let value): try container.encode(value)
    case .array(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }
}

extension JSONValue {
  /// Reads JSON text.
  ///
  /// - Throws: the decoder's error, which says what was wrong and where.
  package init(json: Data) throws {
    self = try JSONDecoder().decode(JSONValue.self, from: json)
  }

  /// Compact JSON text with sorted keys (by their bytes), so that equal values have equal texts.
  package func json() throws -> Data {
    Data(try JSONValueText(self).bytes)
  }

  /// Reads the typed view of this value that a Kubernetes object type gives.
  package func decoded<Object: Decodable>(as type: Object.Type = Object.self) throws -> Object {
    try JSONDecoder().decode(Object.self, from: json())
  }

  /// The JSON value of something encodable, for instance a typed object.
  package init(encoding value: some Encodable) throws {
    self = try JSONValue(json: JSONEncoder().encode(value))
  }
}
