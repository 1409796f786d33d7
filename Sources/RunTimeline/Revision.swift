/// How resource versions stand to each other.
enum Revision {
  enum Order { case older, same, newer }

  /// How a resource version stands to another; what cannot be compared is newer, since it came later.
  static func order(_ version: String?, _ other: String?) -> Order {
    guard version != other else { return version == nil ? .newer : .same }
    guard let version = number(version), let other = number(other) else { return .newer }
    return version < other ? .older : .newer
  }

  /// Whether nothing at all was written between two versions: they number the writes of the whole cluster.
  static func isNext(_ version: String?, after other: String?) -> Bool {
    guard let version = number(version), let other = number(other) else { return false }
    return version == other + 1
  }

  static func number(_ version: String?) -> UInt64? { version.flatMap { UInt64($0) } }
}
