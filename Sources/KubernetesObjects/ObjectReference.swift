/// An object of a namespace, as users name it: `configmap/web`.
package struct ObjectReference: Sendable, Equatable {
  package let resource: ResourceType
  package let name: String

  package init(_ resource: ResourceType, _ name: String) {
    self.resource = resource
    self.name = name
  }

  /// - Parameter text: `KIND/NAME`, the kind as kubectl takes it; `nil` where it is no known kind or no name.
  package init?(text: String) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[1].isEmpty, let resource = Self.resource(named: parts[0]) else { return nil }
    self.init(resource, parts[1])
  }

  /// `configmap/web`
  package var text: String { "\(resource.kind.lowercased())/\(name)" }

  /// The words for kinds that are known, for messages.
  package static let kinds: [String] = (known.map { $0.resource.kind.lowercased() }).sorted()

  // No Secrets: what is written to one would stand in profiles and recordings.
  private static let known: [(resource: ResourceType, short: [String])] =
    WorkloadKind.allCases.map { ($0.resource, $0.type.shortNames) } + [
      (.horizontalPodAutoscalers, ["hpa"]), (.services, ["svc"]), (.ingresses, ["ing"]),
      (.resourceQuotas, ["quota"]), (.configMaps, ["cm"]), (.limitRanges, ["limits"]),
      (.podDisruptionBudgets, ["pdb"]),
    ]

  private static func resource(named word: String) -> ResourceType? {
    let word = word.lowercased()
    return known.first {
      $0.resource.kind.lowercased() == word || $0.resource.plural == word || $0.short.contains(word)
    }?
    .resource
  }
}
