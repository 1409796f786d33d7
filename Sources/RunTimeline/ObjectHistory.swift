import KubernetesObjects
import Units

/// All versions of the objects of one resource, put together from lists and watch events.
///
/// A version's bounds begin where the version before it was last known to hold: at the sending of the last list
/// that showed it, or later where the object bears the time of its own write. They end where the version was
/// received.
///
/// Lists may be read beside a watch, so that either may be ahead of the other. Which version is the newer one is told
/// from the resource versions, which are numbers that grow (Kubernetes 1.35 makes that part of the API; all servers on
/// etcd have always kept to it). Where they are no numbers, the order of arrival counts; so it does between two stores, where
/// after a gap a list is older than what had been heard of before, as of a server that took another's place.
struct ObjectHistory<Object: KubernetesObject>: Sendable {
  /// Versions by object uid, in the order in which they happened.
  private(set) var versions: [String: [ObjectVersion<Object>]] = [:]
  /// Uids in the order in which the objects were first seen.
  private(set) var order: [String] = []
  /// Stretches over which changes of any object may have been lost, since nothing could be read.
  private(set) var gaps: [ObservationGap] = []
  /// Stretches over which the watch was silent while lists show that objects were changed.
  private(set) var silences: [ObservationGap] = []
  /// When the first complete list was read; `nil` if there was none.
  private(set) var knownFrom: Duration?
  /// When something was last heard on this resource.
  private(set) var knownUntil: Duration = .zero

  /// Reads that fail one after another.
  private struct Failing {
    var since: Duration
    var causes: [String]
  }

  let clock: ServerClock
  private var reading = ObjectReading()
  private var tracks: [String: ObjectTrack] = [:]
  private var seenInList: Set<String> = []
  /// Objects of a list whose end has not come yet.
  private var openList: [Observation] = []
  private var heard = HeardRevisions()
  private var lastListSent: Duration?
  /// When each complete list had been read.
  private(set) var listsReceived: [Duration] = []
  private var failing: Failing?
  /// An object was seen that cannot even be told from others.
  private var nameless: Failing?
  private var listedChanges = ListedChanges()
  private var hasWatchSpoken = false
  private var hasBookmarks = false
  private var delay: WatchDelay

  /// Puts together the history of one resource from its observations, given in the order of recording.
  ///
  /// - Parameters:
  ///   - end: the instant up to which the watch, which nobody saw end, is known to have told all.
  ///   - tellsArrivals: whether they were received when they say, and not at that time at the latest.
  init(
    _ observations: some Sequence<Observation>, clock: ServerClock, watchedUntil end: Duration? = nil,
    tellsArrivals: Bool = true
  ) {
    self.init(clock: clock, tellsArrivals: tellsArrivals)
    var lastHeard = Duration.zero
    for observation in observations {
      lastHeard = max(lastHeard, observation.received)
      if observation.resource == Object.resource.plural { add(observation) }
    }
    finish(lastHeard: lastHeard, watchedUntil: end)
  }

  /// A history of which nothing was observed yet.
  init(clock: ServerClock, tellsArrivals: Bool) {
    self.clock = clock
    delay = WatchDelay(clock: clock, tellsArrivals: tellsArrivals)
  }

  /// Settles what is known when all observations of the resource were given.
  ///
  /// - Parameter lastHeard: when the last observation of any resource came in.
  mutating func finish(lastHeard: Duration, watchedUntil end: Duration?) {
    addOpenList()
    if let failing {
      close(failing, at: .farFuture)
    } else if knownFrom != nil, hasBookmarks, knownUntil + WatchLag.longestSilence < lastHeard {
      let cause = "nothing more was heard of \(Object.resource.plural), though other resources were watched on"
      gaps.append(ObservationGap(InstantBounds(knownUntil, .farFuture), cause: cause))
    }
    if let nameless { close(nameless, at: .farFuture) }
    for uid in reading.unknown { reading.end(uid, at: .farFuture) }
    settle()
    // A watch that was silent for too long before proves nothing.
    if let end, knownFrom != nil, end - knownUntil <= WatchLag.longestSilence { knownUntil = max(knownUntil, end) }
  }

  /// Names by uid, also of objects of which no version could be read.
  var names: [String: String] { reading.names }

  /// Stretches over which one object is unknown, since a version of it could not be read; by uid.
  var objectGaps: [String: [ObservationGap]] { reading.gaps }

  /// When an object came into being; for one of the first list, some time before it.
  func appearance(uid: String) -> InstantBounds? { tracks[uid]?.appeared }

  /// Takes the next observation of the resource in the order of recording.
  mutating func add(_ observation: Observation) {
    switch observation.kind {
    case .listed: openList.append(observation)
    case .gap:
      addOpenList()
      addGap(observation)
    case .list:
      if heard.goesBack(with: observation), failing != nil { forgetRevisions() }
      addOpenList()
      endList(observation)
      knownUntil = max(knownUntil, observation.received)
    case .bookmark, .added, .modified, .deleted:
      addOpenList()
      addWord(observation)
    }
  }

  private mutating func addGap(_ observation: Observation) {
    var failing = failing ?? Failing(since: knownUntil, causes: [])
    failing.since = min(failing.since, observation.sent)
    if let cause = observation.message, !failing.causes.contains(cause) { failing.causes.append(cause) }
    self.failing = failing
    delay.failed()
  }

  /// The watch said something.
  private mutating func addWord(_ observation: Observation) {
    delay.noteOutage(before: observation)
    switch observation.kind {
    case .bookmark: hasBookmarks = true
    case .deleted: addDeleted(observation)
    default: addWatched(observation)
    }
    heard.hear(observation)
    failing = nil
    hearWatch(observation)
    knownUntil = max(knownUntil, observation.received)
  }

  private mutating func addOpenList() {
    for observation in openList { addListed(observation) }
    openList = []
  }

  /// What comes from now on is of another store: no version of it can be compared with those before.
  private mutating func forgetRevisions() {
    delay.forgetLists()
    for uid in tracks.keys { tracks[uid]?.leaveStore(wasDeleted: versions[uid]?.last?.deleted ?? false) }
  }

  private mutating func addListed(_ observation: Observation) {
    guard let uid = identify(observation) else { return }
    seenInList.insert(uid)
    guard let track = tracks[uid] else {
      if append(observation, uid: uid), knownFrom != nil { noteListed(observation, uid: uid) }
      return
    }
    // An object that is gone never comes back under its uid: the list was read before.
    if track.isGone { return }
    switch track.order(observation.resourceVersion) {
    case .same:
      tracks[uid]?.hold(since: observation.sent)
      reading.end(uid, at: observation.received)
    case .older:
      raiseEarliest(of: uid, to: observation.sent)
      insert(observation, uid: uid)
    case .newer:
      let isNext = Revision.isNext(observation.resourceVersion, after: track.newest)
      if append(observation, uid: uid), !isNext { noteListed(observation, uid: uid) }
    }
  }

  private mutating func addWatched(_ observation: Observation) {
    guard let uid = identify(observation) else { return }
    guard let track = tracks[uid] else {
      append(observation, uid: uid)
      return
    }
    switch track.order(observation.resourceVersion) {
    case .same:
      tracks[uid]?.received = observation.received
      if let last = versions[uid]?.last?.object {
        delay.note(observation, last, after: versions[uid]?.dropLast().last?.object)
      }
    case .newer where !track.isGone: append(observation, uid: uid)
    case .older, .newer: insert(observation, uid: uid)
    }
  }

  private mutating func addDeleted(_ observation: Observation) {
    guard let uid = identify(observation) else { return }
    listedChanges.confirmDeletion(of: uid)
    // A list that no longer showed the object has told it already.
    if tracks[uid]?.isGone ?? false { return }
    if !append(observation, uid: uid, deleted: true), let last = versions[uid]?.last, let track = tracks[uid] {
      // What its last state was does not matter to its end.
      let bounds = InstantBounds(min(track.heldUntil, observation.received), observation.received)
      let end = ObjectVersion(at: bounds, object: last.object, deleted: true, arrival: delay.arrival(of: observation))
      versions[uid]?.append(end)
      tracks[uid]?.add(observation.resourceVersion)
    }
    tracks[uid]?.isGone = true
    reading.end(uid, at: observation.received)
  }

  /// Which object an observation tells of; one that tells of none leaves nothing certain until the next whole list.
  private mutating func identify(_ observation: Observation) -> String? {
    if let uid = reading.identify(observation) { return uid }
    let cause = "an object of \(Object.resource.plural) without a uid came at \(observation.received.text)"
    nameless = nameless ?? Failing(since: lastWord, causes: [cause])
    return nil
  }

  /// Adds the newest version of an object; says whether it could be read.
  @discardableResult
  private mutating func append(_ observation: Observation, uid: String, deleted: Bool = false) -> Bool {
    guard let object = decode(observation, uid: uid) else { return false }
    let previous = versions[uid]?.last
    let isListed = observation.kind == .listed
    let absentUntil = delay.absentUntil(observation) ?? (delay.knowsRevision(of: observation) ? nil : lastListSent)
    var track =
      tracks[uid]
      ?? ObjectTrack(
        heldUntil: absentUntil ?? .farPast, received: observation.received,
        appeared: clock.appearance(
          of: object, absentUntil: absentUntil, received: delay.writtenBy(observation)))
    let seen = delay.written(observation, after: track.heldUntil)
    // A list that ends a gap shows the last of several changes: its time says until when they came, not from when on.
    let isLastOfSeveral = isListed && failing != nil && previous != nil
    let bounds =
      isLastOfSeveral
      ? InstantBounds(seen.earliest, clock.dated(seen, object, after: previous?.object).latest)
      : clock.dated(seen, object, after: previous?.object)
    delay.note(observation, object, after: previous?.object)
    if previous == nil { order.append(uid) }
    if let name = object.metadata.name { reading.names[uid] = name }
    let isNext = track.revisions.last.map { Revision.isNext(observation.resourceVersion, after: $0) } ?? false
    let isMissed = !isNext && failing == nil && object.isSpecAfterNext(previous?.object)
    // A watch that speaks has brought all up to then, unless it lost the line of this very change.
    let known = isListed ? max(seen.earliest, min(lastWord, observation.received)) : seen.earliest
    let missedSince = isMissed ? known : nil
    let version = ObjectVersion(
      at: bounds, object: object, deleted: deleted, missedSince: missedSince, arrival: delay.arrival(of: observation))
    versions[uid, default: []].append(version)
    track.add(observation.resourceVersion)
    track.heldUntil = max(bounds.earliest, isListed ? observation.sent : bounds.earliest)
    track.received = observation.received
    tracks[uid] = track
    return true
  }

  /// Adds a version that came in after a newer one, as when a list is ahead of the watch.
  private mutating func insert(_ observation: Observation, uid: String) {
    guard var track = tracks[uid], let known = versions[uid] else { return }
    let index =
      track.isGone && Revision.order(observation.resourceVersion, track.newest) == .newer
      ? known.count - 1
      : track.revisions.firstIndex { Revision.order(observation.resourceVersion, $0) != .newer } ?? known.count
    guard index < known.count, Revision.order(observation.resourceVersion, track.revisions[index]) != .same,
      let object = decode(observation, uid: uid)
    else { return }
    let seen = delay.written(observation, after: index > 0 ? known[index - 1].at.earliest : track.appeared.earliest)
    let latest = min(seen.latest, known[index].at.latest)
    let previous = index > 0 ? known[index - 1].object : nil
    let bounds = clock.dated(InstantBounds(min(seen.earliest, latest), latest), object, after: previous)
    delay.note(observation, object, after: previous)
    // What seemed to be missed may have been under way only.
    if let since = known[index].missedSince, !known[index].object.isSpecAfterNext(object) {
      versions[uid]?[index].missedSince = nil
      let missedSince = object.isSpecAfterNext(previous) ? since : nil
      let version = ObjectVersion(
        at: bounds, object: object, missedSince: missedSince, arrival: delay.arrival(of: observation))
      versions[uid]?.insert(version, at: index)
    } else {
      let version = ObjectVersion(at: bounds, object: object, arrival: delay.arrival(of: observation))
      versions[uid]?.insert(version, at: index)
    }
    track.insert(observation.resourceVersion, at: index)
    tracks[uid] = track
  }

  private mutating func decode(_ observation: Observation, uid: String) -> Object? {
    reading.read(observation, uid: uid, unknownFrom: tracks[uid]?.heldUntil ?? lastListSent ?? .farPast)
  }

  /// The newest version came after a list that still showed an older one had been sent for.
  private mutating func raiseEarliest(of uid: String, to sent: Duration) {
    guard let last = versions[uid]?.last, last.at.earliest < sent, sent <= last.at.latest else { return }
    versions[uid]?.removeLast()
    versions[uid]?.append(last.notBefore(sent))
  }

  /// How long its events were under way.
  var lag: WatchLag { delay.lag }

  /// Narrows when the versions that a watch brought were written, by what all watches tell.
  mutating func date(by timing: WatchTiming) {
    versions = versions.mapValues { $0.map(timing.dated) }
  }

  /// Ends a complete list: objects that it did not show are gone, unless they are younger than the list.
  private mutating func endList(_ observation: Observation) {
    for uid in order where !seenInList.contains(uid) {
      guard let track = tracks[uid], !track.isGone, let last = versions[uid]?.last else { continue }
      if track.wasGone, last.deleted {
        tracks[uid]?.isGone = true
        continue
      }
      if let list = Revision.number(observation.resourceVersion), !track.isOfStoreBefore,
        let own = Revision.number(track.newest)
      {
        if own > list { continue }
      } else if track.received > observation.sent {
        continue
      }
      let bounds = InstantBounds(min(track.heldUntil, observation.received), observation.received)
      versions[uid]?.append(ObjectVersion(at: bounds, object: last.object, deleted: true))
      tracks[uid]?.add(observation.resourceVersion)
      tracks[uid]?.isGone = true
      reading.end(uid, at: observation.received)
      noteListed(observation, uid: uid, isDeletion: true)
    }
    for uid in reading.unknown where tracks[uid] == nil && !seenInList.contains(uid) {
      reading.end(uid, at: observation.received)
    }
    listedChanges.endList(sent: observation.sent, beginsWatch: failing != nil)
    if let failing { close(failing, at: observation.received) }
    if let nameless, nameless.since < observation.sent { close(nameless, at: observation.received) }
    failing = nil
    nameless = nil
    seenInList = []
    lastListSent = max(lastListSent ?? observation.sent, observation.sent)
    delay.addList(observation)
    knownFrom = knownFrom ?? observation.received
    listsReceived.append(observation.received)
  }

  private mutating func close(_ failing: Failing, at end: Duration) {
    let cause = failing.causes.isEmpty ? nil : failing.causes.prefix(3).joined(separator: ", then ")
    gaps.append(ObservationGap(InstantBounds(failing.since, end), cause: cause))
  }
}

// What lists show, and whether the watch beside them was alive.
extension ObjectHistory {
  /// Up to when nothing can have been missed.
  private var lastWord: Duration { max(delay.lastWord ?? .farPast, lastListSent ?? .farPast) }

  private mutating func noteListed(_ observation: Observation, uid: String, isDeletion: Bool = false) {
    // What came while nothing could be read lies in a gap already.
    guard failing == nil else { return }
    listedChanges.add(
      ListedChange(
        uid: uid, revision: observation.resourceVersion, isDeletion: isDeletion, since: lastWord,
        listSent: observation.sent, listReceived: observation.received))
  }

  private mutating func hearWatch(_ observation: Observation) {
    hasWatchSpoken = true
    delay.hear(observation)
    listedChanges.hear(observation)
  }

  /// Finds, when all is read, the stretches in which the watch was silent.
  private mutating func settle() {
    for change in listedChanges.unconfirmed {
      let own = versions[change.uid] ?? []
      let position =
        change.isDeletion
        ? own.lastIndex(where: \.deleted)
        : tracks[change.uid]?.revisions.firstIndex { $0 == change.revision }
      guard let index = position, own.indices.contains(index) else { continue }
      let previous = index > 0 ? own[index - 1] : nil
      guard
        change.isPassedOver || change.isOverdue || !hasWatchSpoken
          || change.isOld(own[index], after: previous, clock: clock)
      else { continue }
      let since = min(change.since, change.listReceived)
      // The time that the version bears is that of the last of the changes that were missed.
      versions[change.uid]?[index] = ObjectVersion(
        at: InstantBounds(min(since, own[index].at.earliest), own[index].at.latest), object: own[index].object,
        deleted: own[index].deleted, missedSince: since)
      let cause =
        "the watch was silent: the list of \(change.listReceived.text) shows changes that it had not brought"
      let silence = ObservationGap(InstantBounds(since, change.listReceived), cause: cause)
      if silences.last?.stretch != silence.stretch { silences.append(silence) }
    }
  }
}
