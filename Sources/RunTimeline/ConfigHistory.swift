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
    /// Why what is in it may be the same as before; `nil` where it is known to be another.
    package let doubt: String?
  }

  /// Each version after the first that was seen, but those that are known to hold the same as before.
  package var changes: [Change] {
    zip(versions, versions.dropFirst()).compactMap { before, version in
      guard !version.deleted else { return nil }
      let (old, new) = (before.object.metadata, version.object.metadata)
      guard old.uid == new.uid, old.creationTimestamp == new.creationTimestamp else {
        return Change(at: version.at, doubt: "it was made anew, and may hold the same")
      }
      guard Self.visible(old) == Self.visible(new) else {
        return Change(
          at: version.at, doubt: "something else of it changed as well, such as a label, and that may be all")
      }
      switch version.object.hasOtherContent(than: before.object) {
      case true?: return Change(at: version.at, doubt: nil)
      case false?: return nil
      case nil:
        return Change(
          at: version.at, doubt: "whether that was its data, or only immutable, its managed fields do not tell")
      }
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
