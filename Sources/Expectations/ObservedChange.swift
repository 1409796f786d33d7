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
    return zip(history.workload, history.workload.dropFirst()).compactMap { before, version in
      let (from, to) = (before.object.wanted, version.object.wanted)
      guard from != to, !version.deleted, !before.deleted else { return nil }
      let writer = Writer(of: version.object, after: before.object)
      let match = sync(of: version, from: from, to: to, by: writer, among: syncs, used: used, settings: settings)
      if let match { used.insert(match) }
      let at = match.map { narrowed(version.at, by: syncs[$0], clock: timeline.clock) } ?? version.at
      let isConfirmed = match.map { syncs[$0].desired == to } ?? false
      let author = isConfirmed ? .autoscaler : writer.author
      return ObservedChange(at: at, from: from, to: to, author: author, sync: author == .autoscaler ? match : nil)
    }
  }

  /// The sync that says of itself that it has just made this step; where nobody else is known to have made it, also one
  /// that has just made another one.
  private static func sync(
    of version: ObjectVersion<Workload>, from: Int, to: Int, by writer: Writer, among syncs: [ObservedSync],
    used: Set<Int>, settings: ControllerSettings
  ) -> Int? {
    let near = syncs.indices.filter { index in
      let distance = syncs[index].at.latest - version.at.latest
      return syncs[index].scaled && !used.contains(index) && distance > .seconds(-1)
        && distance < settings.syncPeriod / 2
    }
    let exact = near.first { syncs[$0].desired == to && syncs[$0].current == from }
    if case .other = writer.author { return exact }
    return exact ?? near.first { syncs[$0].desired == to } ?? near.first { syncs[$0].current == from }
  }

  /// `lastScaleTime` is taken right after the write of the scale; a second is allowed for the write itself.
  private static func narrowed(
    _ at: InstantBounds, by sync: ObservedSync, clock: ServerClock
  ) -> InstantBounds {
    guard let time = sync.status.lastScaleTime else { return at }
    let taken = clock.runTime(of: time)
    return at.intersection(InstantBounds(taken.earliest - .seconds(1), taken.latest)) ?? at
  }
}

extension ObservedChange {
  /// Who wrote the count that an object bears.
  static func author(of object: Workload, after before: Workload) -> Author {
    Writer(of: object, after: before).author
  }
}

/// Who wrote a count, by what the managed fields gained. Whoever writes through the scale subresource owns the count
/// alone, so that one entry for it stands there at most.
private struct Writer {
  let author: ObservedChange.Author

  /// Controllers write under the name of their program; k3s and MicroK8s run them inside of programs of other names.
  private static func isAutoscaler(_ manager: String) -> Bool {
    manager.hasSuffix("kube-controller-manager") || manager == "k3s" || manager == "kubelite"
  }

  init(of object: Workload, after before: Workload) {
    let old = before.metadata.managedFields ?? []
    let entries = (object.metadata.managedFields ?? []).filter { $0.subresource != "status" }
    let gained = entries.filter { !old.contains($0) }
    let scale = gained.first { $0.subresource == "scale" }
    let writer = scale ?? gained.first ?? entries.first { $0.subresource == "scale" }
    guard let name = writer?.manager else {
      author = .unknown
      return
    }
    author = Self.isAutoscaler(name) ? .autoscaler : .other(name)
  }
}
