import LoadFacts
import RunTimeline
import Units

/// What becomes of requests to pods that end: from when on they fail, and until when the Ingress sends them there.
struct EndingFit {
  private(set) var endpoints: FittedValue?
  private(set) var serving: FittedValue?

  /// Failures so long after an ending have other causes.
  private static let reach = Duration.seconds(60)

  init(_ timeline: Timeline) {
    guard let cluster = timeline.cluster else { return }
    let endings = cluster.pods.compactMap(\.deleteRequested).sorted { $0.latest < $1.latest }
    // What the target did to a request that reached it, or did not.
    let failures = timeline.failures.filter { $0.status == 502 || $0.status == 504 }
      .compactMap { $0.sent ?? $0.due }.sorted()
    var (first, last): ([ClosedRange<Duration>], [ClosedRange<Duration>]) = ([], [])
    for burst in Self.bursts(endings) {
      guard let begin = burst.first, let end = burst.last else { continue }
      let own = failures.filter { $0 >= begin.earliest && $0 <= end.latest + Self.reach }
      guard let earliest = own.first, let latest = own.last, latest >= end.earliest else { continue }
      first.append(max(earliest - begin.latest, .zero)...max(earliest - begin.earliest, .zero))
      // The next request that would have gone there would have told more.
      let gaps = zip(own, own.dropFirst()).map { $1 - $0 }.sorted()
      let spacing = gaps.isEmpty ? .zero : gaps[gaps.count / 2]
      last.append(max(latest - end.latest, .zero)...max(latest - end.earliest, .zero) + spacing)
    }
    endpoints = FittedValue(.endpointDelay, within: last)
    serving = FittedValue(.keepsServing, within: first)
  }

  /// Endings that others follow before the failures of the ones before are over.
  private static func bursts(_ endings: [InstantBounds]) -> [[InstantBounds]] {
    endings.reduce(into: []) { bursts, ending in
      if let last = bursts.last?.last, ending.earliest - last.latest < reach {
        bursts[bursts.count - 1].append(ending)
      } else {
        bursts.append([ending])
      }
    }
  }
}
