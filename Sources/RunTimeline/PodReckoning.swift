import KubernetesObjects
import Units

/// What the controllers count of the workload's pods, held against the pods that were seen.
///
/// A line that the watch of pods lost leaves no trace in the pods themselves. But the counts in the status of a ReplicaSet
/// follow its pods (Kubernetes 1.36, pkg/controller/replicaset/replica_set_utils.go, `calculateStatus`), and the
/// Deployment's follow those. A count that was written although the pods were never so many shortly before shows that
/// something was missed since the last one that came out.
struct PodReckoning {
  /// The pods whose selector or owner makes them count.
  private let existing: CountEnvelope
  private let ready: CountEnvelope
  private let unknown: [InstantBounds]
  private let start: Duration
  /// When complete lists of pods were read.
  private let lists: [Duration]

  /// How far a count may be behind the pods: controllers work on caches, one object after another.
  private static let lag = Duration.seconds(5)

  /// - Parameters:
  ///   - unknown: stretches of which it is known that changes of pods may have been missed.
  ///   - start: when the pods were first known.
  init(of pods: [PodLifeline], unknown: [InstantBounds], start: Duration, lists: [Duration]) {
    self.unknown = unknown
    self.start = start
    self.lists = lists
    func envelope(_ presences: [CountEnvelope.Presence]) -> CountEnvelope {
      CountEnvelope(presences: presences, start: start, end: .farFuture)
    }
    existing = envelope(
      pods.flatMap { pod in
        let ends = [pod.deleteRequested, pod.failed, pod.left].compactMap { $0 }
        return pod.presences(until: ends.min { $0.latest < $1.latest })
      })
    ready = envelope(pods.flatMap(\.ready))
  }

  /// The counts that a version of an object bears in its status.
  struct Count: Equatable {
    var replicas: Int
    var ready: Int

    init(replicas: Int?, ready: Int?) {
      self.replicas = replicas ?? 0
      self.ready = ready ?? 0
    }
  }

  /// The stretches in which changes of pods were missed, by the counts of one object.
  func gaps<Object>(
    by versions: [ObjectVersion<Object>], kind: String, _ count: (Object) -> Count?
  ) -> [ObservationGap] {
    var gaps: [ObservationGap] = []
    var agreed = start
    for (before, version) in zip(versions, versions.dropFirst()) {
      // A count that stays as it was may not have been written anew.
      guard !version.deleted, let told = count(version.object), told != count(before.object) else { continue }
      let window = InstantBounds(version.at.earliest - Self.lag, version.at.latest)
      if window.earliest < start || unknown.contains(where: window.meets) { continue }
      guard let problem = problem(told, in: window) else {
        agreed = max(version.at.earliest, agreed)
        continue
      }
      let end = lists.first { $0 > version.at.latest } ?? .farFuture
      let object = "\(kind) \(version.object.metadata.name ?? "")"
      let cause =
        "changes of pods were missed: \(object) counted \(problem) at \(version.at.latest.text)"
      let since = max(agreed, lists.last { $0 <= version.at.latest } ?? agreed)
      if gaps.last.map({ $0.stretch.latest < end }) ?? true {
        gaps.append(ObservationGap(InstantBounds(min(since, version.at.latest), end), cause: cause))
      }
    }
    return gaps
  }

  /// What does not come out; `nil` where all does.
  private func problem(_ told: Count, in window: InstantBounds) -> String? {
    func seen(_ envelope: CountEnvelope) -> ClosedRange<Int>? {
      envelope.extent(from: window.earliest, to: window.latest)
    }
    func text(_ count: Int, _ seen: ClosedRange<Int>, _ what: String) -> String {
      let range = seen.lowerBound == seen.upperBound ? "\(seen.lowerBound)" : "\(seen.lowerBound) to \(seen.upperBound)"
      return "\(count) \(what) pods where \(range) had been seen"
    }
    if let seen = seen(existing), !seen.contains(told.replicas) { return text(told.replicas, seen, "existing") }
    if let seen = seen(ready), !seen.contains(told.ready) { return text(told.ready, seen, "ready") }
    return nil
  }
}

extension PodReckoning {
  /// The stretches in which changes of the workload's pods were missed, by its own counts and those of its ReplicaSets.
  static func gaps(
    of pods: [PodLifeline], workload: [ObjectVersion<Workload>], replicaSets: [[ObjectVersion<ReplicaSet>]],
    in history: ObjectHistory<Pod>, unknown: [InstantBounds]
  ) -> [ObservationGap] {
    guard let start = history.knownFrom else { return [] }
    func reckoning(of pods: [PodLifeline]) -> PodReckoning {
      PodReckoning(of: pods, unknown: unknown, start: start, lists: history.listsReceived)
    }
    let counted = workload.filter { !$0.object.kind.type.countsTerminatingPods }
    let kind = counted.first?.object.kind.title ?? ""
    var gaps = reckoning(of: pods).gaps(by: counted, kind: kind) { object in
      object.status.map { Count(replicas: $0.current, ready: $0.ready) }
    }
    for versions in replicaSets {
      guard let hash = versions.first?.object.metadata.templateHash else { continue }
      gaps += reckoning(of: pods.filter { $0.templateHash == hash }).gaps(by: versions, kind: ReplicaSet.resource.kind)
      { object in
        object.status.map { Count(replicas: $0.replicas, ready: $0.readyReplicas) }
      }
    }
    // The first one tells of all that follow up to the same list.
    return gaps.sorted { $0.stretch.earliest < $1.stretch.earliest }
      .reduce(into: []) { kept, gap in
        if kept.last.map({ $0.stretch.latest < gap.stretch.latest }) ?? true { kept.append(gap) }
      }
  }
}
