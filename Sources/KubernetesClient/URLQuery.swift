import Foundation
import KubernetesObjects

extension ListSelection {
  /// The parts of a query, with what they begin with.
  var query: [(name: String, value: String)] {
    (labels.map { [("labelSelector", $0)] } ?? []) + (fields.map { [("fieldSelector", $0)] } ?? [])
  }
}

/// The query of a URL.
enum URLQuery {
  /// RFC 3986, section 2.3.
  private static let unreserved = CharacterSet(
    charactersIn: "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~")

  /// With the question mark; empty for no parts.
  static func text(_ parts: [(name: String, value: String)]) -> String {
    guard !parts.isEmpty else { return "" }
    return "?"
      + parts.map { "\($0.name)=\($0.value.addingPercentEncoding(withAllowedCharacters: unreserved) ?? "")" }
      .joined(separator: "&")
  }
}
