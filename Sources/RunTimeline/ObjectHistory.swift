import Foundation
package import KubernetesObjects
import Units

/// One version of an object: what it was, and when it came to be so.
package struct ObjectVersion<Object: KubernetesObject>: Sendable, Equatable {
  /// When this version replaced the one before.
  package let at: InstantBounds
  /// The object; for a deletion its last state.
  package let object: Object
  package let deleted: Bool

  package init(at: InstantBounds, object: Object, deleted: Bool = false) {
    self.at = at
    self.object = object
    self.deleted = deleted
  }
}

/// All versions of the objects of one resource, put together from lists and watch events.
///
/// A version's bounds begin where the version before it was last known to hold: at the sending of the last list
/// that showed it, or later where the object bears the time of its own write. They end where the version was
/// received.
///
/// Lists may be read beside a watch, so that either may be ahead of the other. Which version is the newer one is told
/// from the resource versions, which are numbers that grow (Kubernetes 1.35 makes that part of the API; all servers on
/// etcd have always kept to it). Where they are no numbers, the order of arrival counts.
package struct ObjectHistory<Object: KubernetesObject>: Sendable {
  /// Versions by object uid, in the order in which they happened.
  package private(set) var versions: [String: [ObjectVersion<Object>]] = [:]
  /// Uids in the order in which the objects were first seen.
  package private(set) var order: [String] = []
  /// Stretches over which changes may have been lost.
  package private(set) var gaps: [InstantBounds] = []
  /// When the first complete list was read; `nil` if there was none.
  package private(set) var knownFrom: Duration?
  /// When something was last heard on this resource.
  package private(set) var knownUntil: Duration = .zero
  /// Observations whose object could not be read, with the reason.
  package private(set) var unreadable: [(at: Duration, reason: String)] = []

  /// What is kept of an object while its history is put together.
  private struct Track {
    /// The resource versions of all versions.
    var revisions: [String?] = []
    /// Until when the newest version was known to hold.
    var heldUntil: Duration
    var received: Duration
    var isGone = false
    var appeared: InstantBounds
  }

  private var tracks: [String: Track] = [:]
  private var seenInList: Set<String> = []
  private var lastListSent: Duration?
  private var gapStart: Duration?

  /// Puts together the history of one resource from its observations, given in the order of recording.
  package init(_ observations: some Sequence<Observation>, clock: ServerClock) {
    let decoder = JSONDecoder()
    for observation in observations where observation.resource == Object.resource.plural {
      add(observation, clock: clock, decoder: decoder)
    }
    if let gapStart { gaps.append(InstantBounds(gapStart, .farFuture)) }
  }

  /// The versions of the object with a name; of the last such object where several bore it in turn.
  package func versions(named name: String) -> [ObjectVersion<Object>] {
    order.last { versions[$0]?.first?.object.metadata.name == name }.flatMap { versions[$0] } ?? []
  }

  /// The objects in the order in which they were first seen.
  package var objects: [[ObjectVersion<Object>]] { order.compactMap { versions[$0] } }

  /// When an object came into being; for one of the first list, some time before it.
  package func appearance(uid: String) -> InstantBounds? { tracks[uid]?.appeared }

  private mutating func add(_ observation: Observation, clock: ServerClock, decoder: JSONDecoder) {
    switch observation.kind {
    case .gap:
      gapStart = gapStart ?? knownUntil
      return
    case .listed:
      addListed(observation, clock: clock, decoder: decoder)
      return
    case .list:
      endList(observation)
    case .bookmark:
      gapStart = nil
    case .added, .modified:
      gapStart = nil
      addWatched(observation, clock: clock, decoder: decoder)
    case .deleted:
      gapStart = nil
      addDeleted(observation, clock: clock, decoder: decoder)
    }
    knownUntil = max(knownUntil, observation.received)
  }

  private mutating func addListed(_ observation: Observation, clock: ServerClock, decoder: JSONDecoder) {
    guard let uid = observation.uid else { return }
    seenInList.insert(uid)
    guard let track = tracks[uid] else {
      append(observation, uid: uid, clock: clock, decoder: decoder)
      return
    }
    // An object that is gone never comes back under its uid: the list was read before.
    if track.isGone { return }
    switch Self.order(observation.resourceVersion, track.revisions.last ?? nil) {
    case .same: tracks[uid]?.heldUntil = max(track.heldUntil, observation.sent)
    case .older: raiseEarliest(of: uid, to: observation.sent)
    case .newer: append(observation, uid: uid, clock: clock, decoder: decoder)
    }
  }

  private mutating func addWatched(_ observation: Observation, clock: ServerClock, decoder: JSONDecoder) {
    guard let uid = observation.uid else { return }
    guard let track = tracks[uid] else {
      append(observation, uid: uid, clock: clock, decoder: decoder)
      return
    }
    let newest = track.revisions.last ?? nil
    switch Self.order(observation.resourceVersion, newest) {
    case .same: tracks[uid]?.received = observation.received
    case .newer where !track.isGone: append(observation, uid: uid, clock: clock, decoder: decoder)
    case .older, .newer: insert(observation, uid: uid, clock: clock, decoder: decoder)
    }
  }

  private mutating func addDeleted(_ observation: Observation, clock: ServerClock, decoder: JSONDecoder) {
    guard let uid = observation.uid else { return }
    // A list that no longer showed the object has told it already.
    if tracks[uid]?.isGone ?? false { return }
    append(observation, uid: uid, deleted: true, clock: clock, decoder: decoder)
    tracks[uid]?.isGone = true
  }

  /// Adds the newest version of an object.
  private mutating func append(
    _ observation: Observation, uid: String, deleted: Bool = false, clock: ServerClock, decoder: JSONDecoder
  ) {
    guard let object = decode(observation, uid: uid, decoder: decoder) else { return }
    let previous = versions[uid]?.last
    let isListed = observation.kind == .listed
    var track =
      tracks[uid]
      ?? Track(
        heldUntil: lastListSent ?? .farPast, received: observation.received,
        appeared: Self.appearance(
          of: object, absentUntil: lastListSent, received: observation.received, clock: clock))
    var bounds = InstantBounds(min(track.heldUntil, observation.received), observation.received)
    if let written = Self.writeTime(of: object, after: previous?.object),
      let narrowed = bounds.intersection(clock.runTime(of: written))
    {
      bounds = narrowed
    }
    if previous == nil { order.append(uid) }
    versions[uid, default: []].append(ObjectVersion(at: bounds, object: object, deleted: deleted))
    track.revisions.append(observation.resourceVersion)
    track.heldUntil = max(bounds.earliest, isListed ? observation.sent : bounds.earliest)
    track.received = observation.received
    tracks[uid] = track
  }

  /// Adds a version that came in after a newer one, as when a list is ahead of the watch.
  private mutating func insert(_ observation: Observation, uid: String, clock: ServerClock, decoder: JSONDecoder) {
    guard var track = tracks[uid], let known = versions[uid] else { return }
    let index =
      track.isGone && Self.order(observation.resourceVersion, track.revisions.last ?? nil) == .newer
      ? known.count - 1
      : track.revisions.firstIndex { Self.order(observation.resourceVersion, $0) != .newer } ?? known.count
    guard index < known.count, Self.order(observation.resourceVersion, track.revisions[index]) != .same,
      let object = decode(observation, uid: uid, decoder: decoder)
    else { return }
    let latest = min(observation.received, known[index].at.latest)
    let earliest = index > 0 ? known[index - 1].at.earliest : track.appeared.earliest
    var bounds = InstantBounds(min(earliest, latest), latest)
    let previous = index > 0 ? known[index - 1].object : nil
    if let written = Self.writeTime(of: object, after: previous),
      let narrowed = bounds.intersection(clock.runTime(of: written))
    {
      bounds = narrowed
    }
    versions[uid]?.insert(ObjectVersion(at: bounds, object: object), at: index)
    track.revisions.insert(observation.resourceVersion, at: index)
    tracks[uid] = track
  }

  private mutating func decode(_ observation: Observation, uid: String, decoder: JSONDecoder) -> Object? {
    guard let data = observation.object else { return nil }
    do {
      return try decoder.decode(Object.self, from: data)
    } catch {
      unreadable.append((observation.received, "\(Object.resource.plural) \(observation.name ?? uid): \(error)"))
      return nil
    }
  }

  /// The newest version came after a list that still showed an older one had been sent for.
  private mutating func raiseEarliest(of uid: String, to sent: Duration) {
    guard let last = versions[uid]?.last, last.at.earliest < sent, sent <= last.at.latest else { return }
    versions[uid]?.removeLast()
    versions[uid]?.append(
      ObjectVersion(at: InstantBounds(sent, last.at.latest), object: last.object, deleted: last.deleted))
  }

  /// The time that the newest write left in the object, if it is newer than all that was there before.
  private static func writeTime(of object: Object, after previous: Object?) -> KubernetesTime? {
    let newest = object.metadata.managedFields?.compactMap(\.time).max()
    guard let previous else { return newest ?? object.metadata.creationTimestamp }
    guard let newest, newest > previous.metadata.managedFields?.compactMap(\.time).max() ?? newest else { return nil }
    return newest
  }

  private static func appearance(
    of object: Object, absentUntil: Duration?, received: Duration, clock: ServerClock
  ) -> InstantBounds {
    let bounds = InstantBounds(min(absentUntil ?? .farPast, received), received)
    return object.metadata.creationTimestamp.flatMap { bounds.intersection(clock.runTime(of: $0)) } ?? bounds
  }

  /// Ends a complete list: objects that it did not show are gone, unless they are younger than the list.
  private mutating func endList(_ observation: Observation) {
    if let gapStart { gaps.append(InstantBounds(gapStart, observation.received)) }
    gapStart = nil
    for uid in order where !seenInList.contains(uid) {
      guard let track = tracks[uid], !track.isGone, let last = versions[uid]?.last else { continue }
      if let list = Self.number(observation.resourceVersion), let own = Self.number(track.revisions.last ?? nil) {
        if own > list { continue }
      } else if track.received > observation.sent {
        continue
      }
      let bounds = InstantBounds(min(track.heldUntil, observation.received), observation.received)
      versions[uid]?.append(ObjectVersion(at: bounds, object: last.object, deleted: true))
      tracks[uid]?.revisions.append(observation.resourceVersion)
      tracks[uid]?.isGone = true
    }
    seenInList = []
    lastListSent = max(lastListSent ?? observation.sent, observation.sent)
    knownFrom = knownFrom ?? observation.received
  }

  private enum Order { case older, same, newer }

  /// How a resource version stands to another; what cannot be compared is newer, since it came later.
  private static func order(_ version: String?, _ other: String?) -> Order {
    guard version != other else { return version == nil ? .newer : .same }
    guard let version = number(version), let other = number(other) else { return .newer }
    return version < other ? .older : .newer
  }

  private static func number(_ version: String?) -> UInt64? { version.flatMap { UInt64($0) } }
}

extension Duration {
  /// Earlier than any run: the lower bound of what happened before we looked.
  static let farPast = Duration.seconds(-86_400 * 365)
  /// Later than any run.
  static let farFuture = Duration.seconds(86_400 * 365 * 100)
}
