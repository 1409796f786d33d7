import Foundation

/// Which objects of a resource are asked for: all, or those that selectors of labels and fields take.
package struct ListSelection: Sendable, Equatable {
  package static let all = ListSelection()

  /// As the API writes it: `app=web,tier!=db`.
  package let labels: String?
  /// `metadata.name=web`
  package let fields: String?

  package init(labels: String? = nil, fields: String? = nil) {
    self.labels = labels
    self.fields = fields
  }

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
