/// `v1` Status: what the API server answers instead of an object (Kubernetes, `metav1.Status`).
package struct APIStatus: Sendable, Equatable, Codable, Error, CustomStringConvertible {
  package var kind: String?
  package var status: String?
  package var message: String?
  /// A word for machines: `NotFound`, `Forbidden`, `Expired`, `Conflict`, `Invalid`.
  package var reason: String?
  package var code: Int?
  package var details: Details?

  package struct Details: Sendable, Equatable, Codable {
    /// How long the server wants to be left alone, where no header says so.
    package var retryAfterSeconds: Int?
  }

  package init(message: String, reason: String, code: Int) {
    kind = "Status"
    status = "Failure"
    self.message = message
    self.reason = reason
    self.code = code
  }

  package var description: String {
    let words = [message, reason.map { "(\($0))" }].compactMap { $0 }
    return words.isEmpty ? "the API server gave no reason" : words.joined(separator: " ")
  }
}

/// A list of objects, as the API answers a GET of a collection.
package struct ObjectList<Object: Codable & Sendable>: Sendable, Codable {
  package var metadata: ListMetadata
  /// `nil` where the server has written `null`, as some do for none.
  package var items: [Object]?

  package struct ListMetadata: Sendable, Codable {
    package var resourceVersion: String?
    package var `continue`: String?
    /// How many objects more there are than were asked for; `nil` where the server does not count them, as with a selector.
    package var remainingItemCount: Int?
  }

  package init(metadata: ListMetadata, items: [Object]?) {
    self.metadata = metadata
    self.items = items
  }

  /// What has no items is no list, not even an empty one: a `Status` is an object with metadata as well.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    guard container.contains(.items) else {
      throw DecodingError.keyNotFound(
        CodingKeys.items, .init(codingPath: decoder.codingPath, debugDescription: "a list has items"))
    }
    metadata = try container.decode(ListMetadata.self, forKey: .metadata)
    items = try container.decodeIfPresent([Object].self, forKey: .items)
  }
}
