/// What a YAML scalar without quotes stands for, by the rules that `kubectl apply` goes by.
///
/// YAML 1.1 as sigs.k8s.io/yaml reads it (goyaml.v2/resolve.go): `yes`, `no`, `on` and `off` are booleans too, a leading
/// zero makes a number octal, and sexagesimal numbers do not exist.
enum PlainScalar: Equatable {
  case null
  case bool(Bool)
  case integer(Int64)
  case number(Double)
  case text

  private static let yes: Set<String> = [
    "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON",
  ]
  private static let no: Set<String> = [
    "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF",
  ]

  init(_ text: String) {
    if ["", "~", "null", "Null", "NULL"].contains(text) {
      self = .null
    } else if Self.yes.contains(text) {
      self = .bool(true)
    } else if Self.no.contains(text) {
      self = .bool(false)
    } else if let first = text.first, first.isASCII, first.isNumber || "+-.".contains(first) {
      self = Self.number(text)
    } else {
      self = .text
    }
  }

  private static func number(_ written: String) -> PlainScalar {
    let text = written.filter { $0 != "_" }
    let sign = text.first == "-" ? "-" : ""
    let digits = text.first == "-" || text.first == "+" ? text.dropFirst() : Substring(text)
    for (prefix, radix) in [("0x", 16), ("0b", 2), ("0o", 8), ("0", 8)]
    where digits.hasPrefix(prefix) && digits.count > prefix.count {
      if let value = Int64(sign + digits.dropFirst(prefix.count), radix: radix) { return .integer(value) }
    }
    if let value = Int64(sign + digits) { return .integer(value) }
    switch digits {
    case ".inf", ".Inf", ".INF": return .number(sign.isEmpty ? .infinity : -.infinity)
    case ".nan", ".NaN", ".NAN": return .number(.nan)
    default: break
    }
    let allowed = digits.allSatisfy { $0.isASCII && ($0.isNumber || ".eE+-".contains($0)) }
    if allowed, let value = Double(sign + digits) { return .number(value) }
    return .text
  }
}
