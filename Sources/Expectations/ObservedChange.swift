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

    /// Whether it certainly was not the autoscaler.
    var isOther: Bool {
      if case .other = self { true } else { false }
    }
  }

  static func changes(
    of history: ClusterHistory, syncs: [ObservedSync], timeline: Timeline, settings: ControllerSettings
  ) -> [ObservedChange] {
    var used: Set<Int> = []
    var steps = history.workload.rescales.map { before, after in
      let step = Step(
        version: after, from: before.object.wanted, to: after.object.wanted,
        writer: Writer(of: after.object, after: before.object))
      let match = step.sync(among: syncs, used: used, settings: settings)
      if let match { used.insert(match) }
      return step.made(by: match)
    }
    for index in steps.indices where steps[index].match == nil {
      steps[index].match = steps[index].displacedSync(among: syncs, used: used, settings: settings)
      if let match = steps[index].match { used.insert(match) }
    }
    return steps.map { step in
      let at = step.match.map { narrowed(step.version.at, by: syncs[$0], clock: timeline.clock) } ?? step.version.at
      let isConfirmed = step.match.map { syncs[$0].desired == step.to } ?? false
      let author = isConfirmed ? .autoscaler : step.writer.author
      return ObservedChange(
        at: at, from: step.from, to: step.to, author: author, sync: author == .autoscaler ? step.match : nil)
    }
  }

  /// `lastScaleTime` is taken right after the write of the scale; a second is allowed for the write itself. Where that
  /// contradicts when the change was seen, either may be wrong.
  private static func narrowed(
    _ at: InstantBounds, by sync: ObservedSync, clock: ServerClock
  ) -> InstantBounds {
    guard let time = sync.status.lastScaleTime else { return at }
    let taken = clock.runTime(of: time)
    let said = InstantBounds(taken.earliest - .seconds(1), taken.latest)
    return at.intersection(said) ?? InstantBounds(min(at.earliest, said.earliest), max(at.latest, said.latest))
  }
}

extension ObservedChange {
  /// Who wrote the count that an object bears.
  static func author(of object: Workload, after before: Workload) -> Author {
    Writer(of: object, after: before).author
  }
}

/// A version of the workload that has another count than the one before, and the sync that made it.
private struct Step {
  let version: ObjectVersion<Workload>
  let from: Int
  let to: Int
  let writer: Writer
  var match: Int?

  func made(by sync: Int?) -> Step {
    var step = self
    step.match = sync
    return step
  }

  /// The sync that says of itself that it has just made this step; where nobody else is known to have made it, also one
  /// that has just made another one.
  func sync(among syncs: [ObservedSync], used: Set<Int>, settings: ControllerSettings) -> Int? {
    let near = syncs.indices.filter { index in
      let distance = syncs[index].at.latest - version.at.latest
      return syncs[index].scaled && !used.contains(index) && distance > .seconds(-1)
        && distance < settings.syncPeriod / 2
    }
    let exact = near.first { syncs[$0].desired == to && syncs[$0].current == from }
    if case .other = writer.author { return exact }
    return exact ?? near.first { syncs[$0].desired == to } ?? near.first { syncs[$0].current == from }
  }

  /// The sync that says of this step that it made it, at another time than that at which it was seen: lines of a log may
  /// stand at each other's times.
  func displacedSync(among syncs: [ObservedSync], used: Set<Int>, settings: ControllerSettings) -> Int? {
    guard writer.author == .autoscaler else { return nil }
    return syncs.indices.first { index in
      let distance = syncs[index].at.latest - version.at.latest
      return syncs[index].scaled && !used.contains(index) && syncs[index].current == from && syncs[index].desired == to
        && distance < settings.syncPeriod * 2 && distance > .zero - settings.syncPeriod * 2
    }
  }
}

/// Who wrote a count, by what the managed fields gained. Whoever writes through the scale subresource owns the count
/// alone, so that one entry for it stands there at most.
private struct Writer {
  let author: ObservedChange.Author

  init(of object: Workload, after before: Workload) {
    let writers = FieldWriters(of: object.metadata, after: before.metadata)
    let scale = writers.gained.first { $0.subresource == "scale" }
    let writer = scale ?? writers.gained.first ?? writers.all.first { $0.subresource == "scale" }
    guard let name = writer?.manager else {
      author = .unknown
      return
    }
    author = FieldWriters.isController(name) ? .autoscaler : .other(name)
  }
}
