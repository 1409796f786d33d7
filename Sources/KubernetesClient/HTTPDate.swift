package import KubernetesObjects

/// The `Date` header of an HTTP answer: `Mon, 23 Nov 2026 18:00:02 GMT` (RFC 9110, section 5.6.7, IMF-fixdate).
package enum HTTPDate {
  private static let months = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
  ]

  /// `nil` when the text is no such date.
  package static func parse(_ text: String) -> KubernetesTime? {
    let words = text.split(separator: " ")
    guard words.count == 6, let month = months.firstIndex(of: String(words[2])), words[1].count == 2 else { return nil }
    let number = month + 1 < 10 ? "0\(month + 1)" : "\(month + 1)"
    return KubernetesTime(text: "\(words[3])-\(number)-\(words[1])T\(words[4])Z")
  }
}
