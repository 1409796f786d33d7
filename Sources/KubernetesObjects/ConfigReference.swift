/// A ConfigMap or a Secret by its name: `configmap/settings`.
///
/// Only its metadata are ever asked for and kept, by which its versions are told apart.
package struct ConfigReference: Sendable, Hashable, CustomStringConvertible {
  package enum Kind: String, Sendable, CaseIterable {
    case configMap = "configmap"
    case secret

    fileprivate var whole: ResourceType {
      switch self {
      case .configMap: .configMaps
      case .secret: .secrets
      }
    }
  }

  package let kind: Kind
  package let name: String

  package init(_ kind: Kind, _ name: String) {
    self.kind = kind
    self.name = name
  }

  /// Reads `configmap/settings`; `nil` where it is neither.
  package init?(_ text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = Kind(rawValue: parts[0].lowercased()), !parts[1].isEmpty else { return nil }
    self.init(kind, String(parts[1]))
  }

  /// Reads what its observations are recorded under: `configmaps/settings`.
  package init?(label: String) {
    let parts = label.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = Kind.allCases.first(where: { $0.whole.plural == parts[0] }) else { return nil }
    self.init(kind, String(parts[1]))
  }

  package var description: String { "\(kind.rawValue)/\(name)" }

  /// Where its metadata are listed and watched.
  package var resource: ResourceType {
    let whole = kind.whole
    return ResourceType(
      group: whole.group, version: whole.version, plural: whole.plural, kind: whole.kind, metadataOf: name)
  }
}
