import Units

/// A JSON value whose objects keep the order in which their members are written.
///
/// Reports are compared as text and read by people, so that order matters and numbers have a fixed precision.
enum OrderedJSON: Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  /// Printed to a millionth; a value that is not finite prints as `null`.
  case number(Double)
  /// Printed with all its digits; a value that is not finite prints as `null`.
  case exact(Double)
  case string(String)
  /// One element a line.
  case array([OrderedJSON])
  /// All elements on one line: series of numbers and small records.
  case row([OrderedJSON])
  /// One member a line.
  case object([(key: String, value: OrderedJSON)])
  /// All members on one line.
  case record([(key: String, value: OrderedJSON)])

  /// RFC 8259 text, indented by two spaces.
  var pretty: String {
    var text = ""
    write(to: &text, indentation: "\n")
    return text + "\n"
  }

  /// Compact text that can stand inside a script element: `<`, `>`, `&` and the two line separators that old
  /// JavaScript forbids in strings are written as escapes, so that nothing in it can end the element.
  var embeddable: String {
    var text = ""
    write(to: &text, indentation: nil)
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "<": result += "\\u003c"
      case ">": result += "\\u003e"
      case "&": result += "\\u0026"
      case "\u{2028}": result += "\\u2028"
      case "\u{2029}": result += "\\u2029"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  private func write(to text: inout String, indentation: String?) {
    switch self {
    case .null: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .number(let value): text += Self.number(value)
    case .exact(let value): text += Self.exact(value)
    case .string(let value): Self.quote(value, to: &text)
    case .array(let elements):
      Self.list(elements, "[", "]", to: &text, indentation) { $0.write(to: &$1, indentation: $2) }
    case .row(let elements):
      Self.list(elements, "[", "]", to: &text, nil) { $0.write(to: &$1, indentation: $2) }
    case .object(let members):
      Self.list(members, "{", "}", to: &text, indentation, Self.member)
    case .record(let members):
      Self.list(members, "{", "}", to: &text, nil, Self.member)
    }
  }

  private static func member(
    _ member: (key: String, value: OrderedJSON), to text: inout String, indentation: String?
  ) {
    quote(member.key, to: &text)
    text += indentation == nil ? ":" : ": "
    member.value.write(to: &text, indentation: indentation)
  }

  private static func list<Element>(
    _ elements: [Element], _ open: String, _ close: String, to text: inout String, _ indentation: String?,
    _ write: (Element, inout String, String?) -> Void
  ) {
    text += open
    let inner = indentation.map { $0 + "  " }
    for (index, element) in elements.enumerated() {
      if index > 0 { text += "," }
      text += inner ?? ""
      write(element, &text, inner)
    }
    if let indentation, !elements.isEmpty { text += indentation }
    text += close
  }

  private static func number(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    let rounded = (value * 1e6).rounded() / 1e6
    if let whole = Int(exactly: rounded) { return String(whole) }
    return rounded.magnitude < 1e9 ? trimmed(rounded.fixed(6)) : rounded.description
  }

  private static func exact(_ value: Double) -> String {
    guard value.isFinite else { return "null" }
    return Int(exactly: value).map(String.init) ?? value.description
  }

  private static func trimmed(_ text: String) -> String {
    var text = text
    while text.last == "0" { text.removeLast() }
    return text
  }

  private static func quote(_ value: String, to text: inout String) {
    text += "\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    text += "\""
  }
}

extension OrderedJSON {
  /// `null` for a value that is not there.
  static func optional<Value>(_ value: Value?, _ make: (Value) -> OrderedJSON) -> OrderedJSON {
    value.map(make) ?? .null
  }

  /// Run time in seconds.
  static func seconds(_ duration: Duration) -> OrderedJSON { .number(duration.seconds) }
  /// Wall time in milliseconds.
  static func milliseconds(_ time: WallTime?) -> OrderedJSON { optional(time) { .number($0.milliseconds) } }
}
