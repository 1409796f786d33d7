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

  private var heldUntil: [String: Duration] = [:]
  private var currentVersion: [String: String] = [:]
  private var seenInList: Set<String> = []
  private var gapStart: Duration?

  /// Puts together the history of one resource from its observations, given in the order of recording.
  package init(_ observations: some Sequence<Observation>, clock: ServerClock) {
    let decoder = JSONDecoder()
    for observation in observations where observation.resource == Object.resource.plural {
      add(observation, clock: clock, decoder: decoder)
    }
    if let gapStart { gaps.append(InstantBounds(gapStart, .seconds(Int64.max / 1_000_000_000))) }
  }

  private mutating func add(_ observation: Observation, clock: ServerClock, decoder: JSONDecoder) {
    switch observation.kind {
    case .gap:
      gapStart = gapStart ?? knownUntil
      return
    case .bookmark:
      gapStart = nil
    case .list:
      endList(observation)
    case .listed:
      if let uid = observation.uid { seenInList.insert(uid) }
      if let uid = observation.uid, let known = currentVersion[uid], known == observation.resourceVersion {
        heldUntil[uid] = max(heldUntil[uid] ?? observation.sent, observation.sent)
      } else {
        append(observation, deleted: false, clock: clock, decoder: decoder)
      }
      return
    case .added, .modified:
      gapStart = nil
      append(observation, deleted: false, clock: clock, decoder: decoder)
    case .deleted:
      gapStart = nil
      append(observation, deleted: true, clock: clock, decoder: decoder)
    }
    knownUntil = max(knownUntil, observation.received)
  }

  private mutating func append(
    _ observation: Observation, deleted: Bool, clock: ServerClock, decoder: JSONDecoder
  ) {
    guard let uid = observation.uid, let data = observation.object else { return }
    let object: Object
    do {
      object = try decoder.decode(Object.self, from: data)
    } catch {
      unreadable.append((observation.received, "\(Object.resource.plural) \(observation.name ?? uid): \(error)"))
      return
    }
    let previous = versions[uid]?.last
    let written = Self.writeTime(of: object, after: previous?.object)
    var bounds = InstantBounds(heldUntil[uid] ?? .zero - .seconds(86_400 * 365), observation.received)
    if let written, let narrowed = bounds.intersection(clock.runTime(of: written)) { bounds = narrowed }
    if previous == nil { order.append(uid) }
    versions[uid, default: []].append(ObjectVersion(at: bounds, object: object, deleted: deleted))
    currentVersion[uid] = deleted ? nil : observation.resourceVersion
    let listed = observation.kind == .listed
    heldUntil[uid] = max(bounds.earliest, listed ? observation.sent : bounds.earliest)
  }

  /// The time that the newest write left in the object, if it is newer than all that was there before.
  private static func writeTime(of object: Object, after previous: Object?) -> KubernetesTime? {
    let newest = object.metadata.managedFields?.compactMap(\.time).max()
    guard let previous else { return newest ?? object.metadata.creationTimestamp }
    guard let newest, newest > previous.metadata.managedFields?.compactMap(\.time).max() ?? newest else { return nil }
    return newest
  }

  private mutating func endList(_ observation: Observation) {
    if let gapStart { gaps.append(InstantBounds(gapStart, observation.received)) }
    gapStart = nil
    for uid in order where currentVersion[uid] != nil && !seenInList.contains(uid) {
      guard let last = versions[uid]?.last else { continue }
      let bounds = InstantBounds(heldUntil[uid] ?? last.at.earliest, observation.received)
      versions[uid]?.append(ObjectVersion(at: bounds, object: last.object, deleted: true))
      currentVersion[uid] = nil
    }
    seenInList = []
    knownFrom = knownFrom ?? observation.received
  }

  /// The versions of the object with a name; of the last such object where several bore it in turn.
  package func versions(named name: String) -> [ObjectVersion<Object>] {
    order.last { versions[$0]?.first?.object.metadata.name == name }.flatMap { versions[$0] } ?? []
  }

  /// The objects in the order in which they were first seen.
  package var objects: [[ObjectVersion<Object>]] { order.compactMap { versions[$0] } }
}
