import AutoscalerModel
import KubernetesObjects
package import RunTimeline

/// A change of the workload's `spec.replicas`, and who made it.
package struct ObservedChange: Sendable, Equatable {
  package let at: InstantBounds
  package let from: Int
  package let to: Int
  package let author: Author
  /// The position of the sync that made it, where one says so.
  package let sync: Int?

  package enum Author: Sendable, Equatable {
    case autoscaler
    /// Somebody else, by the name in the managed fields.
    case other(String)
    case unknown
  }

  static func changes(
    of history: ClusterHistory, syncs: [ObservedSync], timeline: Timeline, settings: ControllerSettings
  ) -> [ObservedChange] {
    var used: Set<Int> = []
    return zip(history.deployment, history.deployment.dropFirst()).compactMap { before, version in
      let (from, to) = (before.object.spec.replicas ?? 1, version.object.spec.replicas ?? 1)
      guard from != to, !version.deleted, !before.deleted else { return nil }
      let match = sync(of: version, to: to, among: syncs, used: used, settings: settings)
      if let match { used.insert(match) }
      let at = match.map { narrowed(version.at, by: syncs[$0], clock: timeline.clock) } ?? version.at
      let isConfirmed = match.map { syncs[$0].desired == to } ?? false
      let author = isConfirmed ? .autoscaler : author(of: version.object, after: before.object)
      return ObservedChange(at: at, from: from, to: to, author: author, sync: author == .autoscaler ? match : nil)
    }
  }

  /// The sync that says of itself that it has just scaled: first one to this count, else the nearest one.
  private static func sync(
    of version: ObjectVersion<Deployment>, to: Int, among syncs: [ObservedSync], used: Set<Int>,
    settings: ControllerSettings
  ) -> Int? {
    let near = syncs.indices.filter { index in
      let distance = syncs[index].at.latest - version.at.latest
      return syncs[index].scaled && !used.contains(index) && distance > .seconds(-1)
        && distance < settings.syncPeriod / 2
    }
    return near.first { syncs[$0].desired == to } ?? near.first
  }

  /// `lastScaleTime` is taken right after the write of the scale; a second is allowed for the write itself.
  private static func narrowed(
    _ at: InstantBounds, by sync: ObservedSync, clock: ServerClock
  ) -> InstantBounds {
    guard let time = sync.status.lastScaleTime else { return at }
    let taken = clock.runTime(of: time)
    return at.intersection(InstantBounds(taken.earliest - .seconds(1), taken.latest)) ?? at
  }

  /// Who wrote the count, by what the managed fields gained. Whoever writes through the scale subresource owns the
  /// count alone, so that one entry for it stands there at most.
  static func author(of object: Deployment, after before: Deployment) -> Author {
    let old = before.metadata.managedFields ?? []
    let entries = (object.metadata.managedFields ?? []).filter { $0.subresource != "status" }
    let gained = entries.filter { !old.contains($0) }
    let writer =
      gained.first { $0.subresource == "scale" } ?? gained.first ?? entries.first { $0.subresource == "scale" }
    guard let name = writer?.manager else { return .unknown }
    return name.contains("controller-manager") ? .autoscaler : .other(name)
  }
}
