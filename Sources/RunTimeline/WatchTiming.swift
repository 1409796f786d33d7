import KubernetesObjects
import Units

/// How a watch brought a version of an object.
struct WatchArrival: Sendable, Equatable {
  /// `nil` where nobody noted it.
  let received: Duration?
  /// The resource version, where it is a number.
  let revision: UInt64?
  /// The last stretch before in which nothing came, since the watch had ended or could not be read. What was written in it
  /// came with the first events after it.
  let outage: InstantBounds?
}

/// What all watches of a run together tell of when a version was written that bears no time of its own.
///
/// Two things are known of it, beside what its own object tells:
///
/// - *How long events were under way.* All watches come from one API server over like connections, so that the slowest
///   dated event of any of them bounds how long an event without a time was under way (``WatchLag``). What was written in
///   an outage of the watch is no exception: it waited for the end of that, and began before it at the earliest.
/// - *What was written before it.* The resource versions of one etcd number all of its writes (the revision of the store:
///   Kubernetes, staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go), so that a version was written after every
///   version of a lower number, and no earlier than the earliest that one can have been. That holds for the workloads,
///   pods and autoscalers of a cluster, which share a store; events are often kept in one of their own, and are left out.
///   Where the bounds of any two versions contradict their numbers, the numbers are of several stores, and nothing follows.
struct WatchTiming {
  private var lag = WatchLag()
  private var known: [(revision: UInt64, at: InstantBounds)] = []
  /// The latest of the earliest instants of all versions up to a number, in order of the numbers.
  private var floors: [(revision: UInt64, earliest: Duration)] = []

  /// Takes what one resource tells of how long events are under way.
  mutating func add(lag other: WatchLag) { lag.add(other) }

  /// Takes the versions of a resource, whose numbers are those of the common store.
  mutating func add<Object>(_ versions: some Sequence<ObjectVersion<Object>>) {
    for version in versions {
      if let revision = version.arrival?.revision { known.append((revision, version.at)) }
    }
  }

  /// Puts what was taken in order.
  mutating func settle() {
    known.sort { $0.revision < $1.revision }
    floors = []
    var floor = Duration.farPast
    for (revision, at) in known {
      if at.latest < floor {
        floors = []
        return
      }
      floor = max(floor, at.earliest)
      floors.append((revision, floor))
    }
  }

  /// A version, not earlier than it can have been written.
  func dated<Object>(_ version: ObjectVersion<Object>) -> ObjectVersion<Object> {
    version.arrival.map { version.notBefore(earliestWrite(of: $0)) } ?? version
  }

  /// The earliest instant at which what came in this way can have been written.
  func earliestWrite(of arrival: WatchArrival) -> Duration {
    max(bySending(arrival), byOrder(arrival))
  }

  private func bySending(_ arrival: WatchArrival) -> Duration {
    guard let longest = lag.longest, let received = arrival.received else { return .farPast }
    let sent = min(received - longest, received)
    guard let outage = arrival.outage, sent < outage.latest else { return sent }
    return min(sent, outage.earliest - longest)
  }

  private func byOrder(_ arrival: WatchArrival) -> Duration {
    guard let revision = arrival.revision else { return .farPast }
    var (low, high) = (0, floors.count)
    while low < high {
      let middle = (low + high) / 2
      if floors[middle].revision < revision { low = middle + 1 } else { high = middle }
    }
    return low == 0 ? .farPast : floors[low - 1].earliest
  }
}
