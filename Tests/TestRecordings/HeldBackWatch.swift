import KubernetesObjects
package import RunTimeline
import Units

extension [Observation] {
  /// What would have been observed had the watch of one resource said nothing for a while and then brought all at once, while
  /// the resource was listed beside it, as an observer does who wants to know whether a silent watch lives.
  ///
  /// - Parameters:
  ///   - start: from when on what the watch brought is held back.
  ///   - end: when it comes.
  ///   - lists: when lists are read; each shows what the store had held at the time.
  package func heldBack(_ resource: String, from start: Duration, until end: Duration, listed lists: [Duration])
    -> [Observation]
  {
    var observations = self
    for index in observations.indices
    where observations[index].resource == resource && observations[index].isOfWatch
      && observations[index].received >= start && observations[index].received < end
    {
      observations[index].received = end
    }
    for instant in lists { observations += list(resource, at: instant) }
    let order = observations.indices.sorted { (observations[$0].received, $0) < (observations[$1].received, $1) }
    return order.map { observations[$0] }
  }

  /// A list of the resource as the store was when the last change of any resource had been observed.
  private func list(_ resource: String, at instant: Duration) -> [Observation] {
    let before = filter { $0.received <= instant }
    guard let revision = before.compactMap({ $0.resourceVersion.flatMap { UInt64($0) } }).max() else { return [] }
    var shown: [String: Observation] = [:]
    for observation in self where observation.resource == resource {
      guard let uid = observation.uid, let own = observation.resourceVersion.flatMap({ UInt64($0) }), own <= revision,
        own >= shown[uid]?.resourceVersion.flatMap({ UInt64($0) }) ?? 0
      else { continue }
      shown[uid] = observation
    }
    // What was observed had been under way for less than a second.
    let sent = instant - .seconds(1)
    let items = shown.values.filter { $0.kind != .deleted }.sorted { $0.uid ?? "" < $1.uid ?? "" }.map { item in
      var listed = item
      (listed.sent, listed.received, listed.kind) = (sent, instant, .listed)
      return listed
    }
    return items + [
      Observation(sent: sent, received: instant, resource: resource, kind: .list, resourceVersion: "\(revision)")
    ]
  }
}

extension Observation {
  /// Whether a watch brought it.
  fileprivate var isOfWatch: Bool { [.added, .modified, .deleted, .bookmark].contains(kind) }
}
