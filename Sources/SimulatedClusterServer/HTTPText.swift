import KubernetesObjects

/// The parts of a request target: the path, and the query's names and values, percent-decoded.
func splitTarget(_ target: String) -> (path: String, query: [String: String]) {
  let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
  var query: [String: String] = [:]
  if parts.count == 2 {
    for pair in parts[1].split(separator: "&") {
      let sides = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      query[percentDecoded(sides[0], plusIsSpace: true)] =
        sides.count == 2
        ? percentDecoded(sides[1], plusIsSpace: true) : ""
    }
  }
  return (percentDecoded(parts[0], plusIsSpace: false), query)
}

private func percentDecoded(_ text: Substring, plusIsSpace: Bool) -> String {
  guard text.utf8.contains(where: { $0 == 0x25 || $0 == 0x2B }) else { return String(text) }
  var bytes: [UInt8] = []
  var rest = Array(text.utf8)[...]
  while let byte = rest.popFirst() {
    if byte == 0x25, let high = rest.first.flatMap(hexadecimal), let low = rest.dropFirst().first.flatMap(hexadecimal) {
      bytes.append(high << 4 | low)
      rest = rest.dropFirst(2)
    } else {
      bytes.append(byte == 0x2B && plusIsSpace ? 0x20 : byte)
    }
  }
  return String(decoding: bytes, as: UTF8.self)
}

private func hexadecimal(_ digit: UInt8) -> UInt8? {
  switch digit {
  case 0x30...0x39: digit - 0x30
  case 0x41...0x46: digit - 0x37
  case 0x61...0x66: digit - 0x57
  default: nil
  }
}

extension KubernetesTime {
  /// The date as HTTP writes it: `Mon, 23 Nov 2026 19:30:06 GMT` (RFC 9110, 5.6.7).
  var httpDate: String {
    let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
    // `2026-11-23T19:30:06Z`, perhaps with a fraction
    let text = Array(description)
    guard text.count >= 20, let month = Int(String(text[5..<7])), (1...12).contains(month) else { return "" }
    let day = Int((microseconds / 86_400_000_000) % 7)
    return "\(days[(day + 7) % 7]), \(String(text[8..<10])) \(months[month - 1]) \(String(text[0..<4])) "
      + "\(String(text[11..<19])) GMT"
  }
}
