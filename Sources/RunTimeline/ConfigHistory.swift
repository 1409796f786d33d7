package import KubernetesObjects
import Units

/// What was observed of a ConfigMap or a Secret: when there was another version of it, never what was in it.
package struct ConfigHistory: Sendable {
  /// Of all objects that bore the name, one after another.
  package private(set) var versions: [ObjectVersion<PartialObject>]
  /// When it was first known whether it is there; `nil` where it never was.
  package let knownFrom: Duration?
  /// Stretches over which changes may have been missed.
  package let gaps: [ObservationGap]

  init(_ history: ObjectHistory<PartialObject>, named name: String) {
    versions = history.versions(named: name)
    knownFrom = history.knownFrom
    gaps = history.gaps(named: name) + history.silences
  }

  /// What was known before an instant.
  func before(_ instant: Duration) -> ConfigHistory {
    var history = self
    history.versions.removeAll { $0.at.latest > instant }
    return history
  }

  /// The first stretch of a window in which changes may have been missed.
  package func unknown(in window: InstantBounds) -> InstantBounds? {
    let start = knownFrom ?? .farFuture
    if start > window.earliest { return InstantBounds(window.earliest, min(start, window.latest)) }
    return gaps.lazy.map(\.stretch).filter { $0.earliest < window.latest && $0.latest > window.earliest }.first
      .map { InstantBounds(max($0.earliest, window.earliest), min($0.latest, window.latest)) }
  }

  /// A new version of it, for whatever reason.
  package struct Change: Sendable, Equatable {
    package let at: InstantBounds
    /// Whether something else of it is known to have changed than labels, annotations and the like, which no container sees:
    /// one that was made anew may hold the same.
    package let isOfContent: Bool
  }

  /// Each version after the first that was seen.
  package var changes: [Change] {
    zip(versions, versions.dropFirst()).compactMap { before, version in
      guard !version.deleted else { return nil }
      return Change(
        at: version.at, isOfContent: Self.visible(before.object.metadata) == Self.visible(version.object.metadata))
    }
  }

  /// All but what changes with each write.
  private static func visible(_ metadata: ObjectMetadata) -> ObjectMetadata {
    var metadata = metadata
    metadata.resourceVersion = nil
    metadata.managedFields = nil
    metadata.generation = nil
    return metadata
  }
}
