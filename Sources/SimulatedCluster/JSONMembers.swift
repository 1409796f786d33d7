import KubernetesObjects

/// The members of a JSON object under construction; what is missing is left out.
struct JSONMembers {
  private(set) var members: [String: JSONValue] = [:]

  init(_ members: [String: JSONValue] = [:]) {
    self.members = members
  }

  mutating func put(_ key: String, _ value: JSONValue?) {
    if let value { members[key] = value }
  }

  mutating func put(_ key: String, text value: String?) {
    if let value { members[key] = .string(value) }
  }

  mutating func put(_ key: String, number value: Int?) {
    if let value { members[key] = .integer(Int64(value)) }
  }

  mutating func put(_ key: String, number value: Int64?) {
    if let value { members[key] = .integer(value) }
  }

  mutating func put(_ key: String, flag value: Bool?) {
    if let value { members[key] = .bool(value) }
  }

  mutating func put(_ key: String, time value: KubernetesTime?) {
    if let value { members[key] = .string(value.description) }
  }

  mutating func put(_ key: String, texts value: [String: String]?) {
    if let value { members[key] = .object(value.mapValues { .string($0) }) }
  }

  var json: JSONValue { .object(members) }
}
