extension Int {
  /// With commas between thousands: `12,345`.
  var grouped: String {
    let digits = Array(String(magnitude))
    let text = digits.indices.map { index in
      let rest = digits.count - index
      return (index > 0 && rest % 3 == 0 ? "," : "") + String(digits[index])
    }.joined()
    return self < 0 ? "-" + text : text
  }
}
