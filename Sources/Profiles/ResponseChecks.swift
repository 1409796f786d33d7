package import KubernetesObjects

/// What an answer must have beside its status; an answer without it is a failure.
package struct ResponseChecks: Sendable, Equatable {
  package var headers: [HeaderCheck]
  /// Texts that the body must hold, each of them.
  package var bodyContains: [String]
  package var json: [JSONCheck]
  /// The largest body in bytes, unpacked where it came packed.
  package var maxSize: Int?

  /// A header whose value must be exactly this.
  package struct HeaderCheck: Sendable, Equatable {
    package var name: String
    package var value: String

    package init(name: String, value: String) {
      self.name = name
      self.value = value
    }
  }

  /// A value of the JSON body that must be equal to this.
  package struct JSONCheck: Sendable, Equatable {
    /// A JSON pointer (RFC 6901): `/items/0/id`; empty for the whole document.
    package var pointer: String
    package var value: JSONValue

    package init(pointer: String, value: JSONValue) {
      self.pointer = pointer
      self.value = value
    }
  }

  package init(
    headers: [HeaderCheck] = [], bodyContains: [String] = [], json: [JSONCheck] = [], maxSize: Int? = nil
  ) {
    self.headers = headers
    self.bodyContains = bodyContains
    self.json = json
    self.maxSize = maxSize
  }

  /// Whether only the status is looked at.
  package var isEmpty: Bool { headers.isEmpty && !readsBody }

  /// Whether the body of an answer must be kept or counted.
  package var readsBody: Bool { !bodyContains.isEmpty || !json.isEmpty || maxSize != nil }
}
