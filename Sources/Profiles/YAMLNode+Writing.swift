import Yams

extension YAMLNode {
  /// YAML text of the value, without the comments of the file that it was read from.
  func text() -> String {
    do {
      return try Yams.serialize(node: yams, indent: 2, width: -1, allowUnicode: true)
    } catch {
      // A tree of our own has no tag or anchor that an emitter could refuse; JSON is YAML as well.
      return jsonText()
    }
  }

  private var yams: Node {
    switch content {
    case .scalar(let text, let plain): Node(text, Tag(plain ? .implicit : .str), plain ? .plain : .doubleQuoted)
    case .sequence(let elements): Node(elements.map(\.yams), .implicit, .any)
    case .mapping(let entries): Node(entries.map { (Node($0.key), $0.value.yams) }, .implicit, .any)
    }
  }

  /// JSON text of the value with the keys in the order of the file.
  func jsonText() -> String {
    switch content {
    case .scalar(let text, let plain): plain ? Self.json(plain: text) : Self.json(text)
    case .sequence(let elements): "[" + elements.map { $0.jsonText() }.joined(separator: ",") + "]"
    case .mapping(let entries):
      "{" + entries.map { Self.json($0.key) + ":" + $0.value.jsonText() }.joined(separator: ",") + "}"
    }
  }

  private static func json(plain text: String) -> String {
    switch PlainScalar(text) {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): value.isFinite ? "\(value)" : json(text)
    case .text: json(text)
    }
  }

  private static func json(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
