import KubernetesObjects
import Units

/// Objects that bore one name, one after another.
extension ObjectHistory {
  /// The versions of all objects that bore a name, one after another, each but the last one ended by its deletion.
  func versions(named name: String) -> [ObjectVersion<Object>] {
    let incarnations = order.filter { names[$0] == name }.compactMap { versions[$0] }.filter { !$0.isEmpty }
    var joined: [ObjectVersion<Object>] = []
    for incarnation in incarnations {
      guard let first = incarnation.first else { continue }
      if let last = joined.last {
        // Of two objects of one name the older one is gone before the younger one comes.
        let latest = last.deleted ? min(last.at.latest, first.at.latest) : first.at.latest
        let gone = ObjectVersion(
          at: InstantBounds(min(last.at.earliest, latest), latest), object: last.object, deleted: true,
          missedSince: last.deleted ? last.missedSince : nil, arrival: last.deleted ? last.arrival : nil)
        if last.deleted { joined.removeLast() }
        joined.append(gone)
      }
      joined += incarnation
    }
    return joined
  }

  /// Uids of all objects that bore a name, also of those of which no version could be read.
  func uids(named name: String) -> [String] { names.filter { $0.value == name }.map(\.key).sorted() }

  /// The objects in the order in which they were first seen.
  var objects: [[ObjectVersion<Object>]] { order.compactMap { versions[$0] } }

  /// Over which time the objects of one name are known; without a name, those that are seen at all.
  func sight(named name: String?) -> ResourceSight {
    let uids = name.map(uids(named:)) ?? []
    let unreadable = uids.flatMap { objectGaps[$0] ?? [] }
    var sight = ResourceSight(
      knownFrom: knownFrom, knownUntil: knownUntil, gaps: (gaps + unreadable).map(\.stretch))
    for unseen in uids.compactMap(unseen(uid:)) {
      guard let known = sight.knownFrom, unseen.earliest <= known else {
        sight.gaps.append(unseen)
        continue
      }
      sight.knownFrom = max(known, unseen.latest)
    }
    return sight
  }

  /// From when an object was there to when it was first seen, where that was later than it ought to have been: it was not
  /// asked for before, or its coming was missed. What it was meanwhile nobody knows, and it was not nothing.
  func unseen(uid: String) -> InstantBounds? {
    guard let knownFrom, let first = versions[uid]?.first, first.at.latest > knownFrom,
      let created = first.object.metadata.creationTimestamp.map(clock.runTime(of:)), created.latest < first.at.earliest
    else { return nil }
    return InstantBounds(created.earliest, first.at.latest)
  }

  /// Stretches over which something of the objects of one name may have been missed.
  func gaps(named name: String) -> [ObservationGap] {
    let missed = versions(named: name).compactMap { version in
      version.missedSince.map { since in
        silences.first { $0.stretch.earliest == since }
          ?? ObservationGap(
            InstantBounds(since, version.at.latest),
            cause: "changes of the spec were missed, since metadata.generation counts more than were seen")
      }
    }
    return gaps + uids(named: name).flatMap { objectGaps[$0] ?? [] } + missed
  }
}
