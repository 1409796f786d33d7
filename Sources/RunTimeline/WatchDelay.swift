import KubernetesObjects
import Units

/// How long what a watch brings was under way: what its own words, the lists beside it and the times that objects bear tell of
/// it, gathered one observation after another.
struct WatchDelay: Sendable {
  private let clock: ServerClock
  /// Whether it is known when what was observed arrived, and not only when it had at the latest.
  private let tellsArrivals: Bool
  private var lists = ReadLists()
  private(set) var lag = WatchLag()
  /// When the watch last said something.
  private(set) var lastWord: Duration?
  /// Since when nothing came of the watch, if it failed since; `nil` while it speaks.
  private var silentSince: Duration?
  private var lastOutage: InstantBounds?

  init(clock: ServerClock, tellsArrivals: Bool) {
    self.clock = clock
    self.tellsArrivals = tellsArrivals
  }

  /// Takes the end of a complete list.
  mutating func addList(_ list: Observation) {
    guard let revision = Revision.number(list.resourceVersion) else { return }
    lists.add(revision: revision, sent: list.sent, received: list.received)
  }

  /// What comes from now on is of another store, of which the lists before say nothing.
  mutating func forgetLists() { lists = ReadLists() }

  /// The watch said something.
  mutating func hear(_ observation: Observation) {
    lastWord = max(lastWord ?? observation.received, observation.received)
  }

  /// The watch failed, or could not be opened again.
  mutating func failed() { silentSince = silentSince ?? lastWord ?? .farPast }

  /// Notes since when the watch may have held back what it brings now: since its last word, if it failed after that, or if a
  /// list had shown the revision before.
  mutating func noteOutage(before observation: Observation) {
    let since: Duration
    if let silentSince {
      since = silentSince
    } else {
      let written = writtenBy(observation)
      guard written < observation.received else { return }
      // What had been written before the end of the last outage was held back in that one.
      let isOfLast = lastOutage.map { written < $0.latest } ?? false
      since = (isOfLast ? lastOutage?.earliest : lastWord) ?? .farPast
    }
    silentSince = nil
    lastOutage = InstantBounds(min(since, observation.received), observation.received)
  }

  /// Takes note of how long a version was under way, if it bears the time of its write.
  mutating func note<Object: KubernetesObject>(_ observation: Observation, _ object: Object, after previous: Object?) {
    guard tellsArrivals, [.added, .modified].contains(observation.kind),
      let written = ServerClock.newTime(of: object, after: previous)
    else { return }
    lag.add(observation, writtenBy: clock.runTime(of: written).earliest)
  }

  /// How a watch brought a version; `nil` of what a list shows.
  func arrival(of observation: Observation) -> WatchArrival? {
    switch observation.kind {
    case .added, .modified, .deleted:
      WatchArrival(
        received: tellsArrivals ? observation.received : nil, revision: Revision.number(observation.resourceVersion),
        outage: lastOutage)
    default: nil
    }
  }

  /// When what an observation tells was written, if not before an instant.
  func written(_ observation: Observation, after earliest: Duration) -> InstantBounds {
    let latest = writtenBy(observation)
    return InstantBounds(min(max(earliest, absentUntil(observation) ?? .farPast), latest), latest)
  }

  /// By when what an observation tells had been written: a list that was read before may have been ahead of the watch.
  func writtenBy(_ observation: Observation) -> Duration {
    let read = Revision.number(observation.resourceVersion).flatMap { lists.read(with: $0) }
    return min(read ?? observation.received, observation.received)
  }

  /// Until when what an observation tells had not been written, by the lists before; `nil` where they do not say it.
  func absentUntil(_ observation: Observation) -> Duration? {
    Revision.number(observation.resourceVersion).flatMap { lists.sent(before: $0) }
  }

  /// Whether lists tell by their revisions when what an observation tells was written.
  func knowsRevision(of observation: Observation) -> Bool {
    !lists.isEmpty && Revision.number(observation.resourceVersion) != nil
  }
}
