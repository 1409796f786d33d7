import Foundation
import KubernetesObjects
import LoadFacts
import Redaction
import RunTimeline
import Statistics
import Synchronization
import Units

/// What a run is doing right now, put together from what passes by on its way into the recording.
final class RunProgress: Sendable {
  struct Snapshot: Sendable {
    /// The whole run so far.
    var total = ProgressFigures()
    /// The last interval whose answers are in, until the generator has reported for the first time.
    var lastInterval = IntervalFigures()
    /// What came in with the generator's last report, whenever it was due: what goes on now. `nil` before the first.
    var latest: LatestFigures?
    /// What the generator last saw of itself.
    var generator: GeneratorSample?
    /// What was last heard of the counts of each workload.
    var sights: [ClusterSight] = []
    /// That of the only one, or the first.
    var sight: ClusterSight { sights.first ?? ClusterSight() }
    var lastEvent: String?
    /// Why the load is being ended early; `nil` while it goes as planned.
    var stopping: String?
  }

  struct IntervalFigures: Sendable {
    var start: Duration = .zero
    var length: Duration = .seconds(1)
    var offered = 0
    var completed = 0
    var failed = 0
    var p50: Duration?
    var p99: Duration?
  }

  /// What was due, and what was answered, in a stretch of run time; an answer counts when it comes.
  struct LatestFigures: Sendable {
    var length: Duration
    var figures: ProgressFigures
  }

  /// What came in since the last time that somebody took it.
  struct News: Sendable {
    var figures = ProgressFigures()
    /// The stretch of run time that the figures belong to; `nil` when there are none.
    var span: Range<Duration>?
    var events: [ProgressEvent] = []
  }

  private struct State {
    var snapshot = Snapshot()
    /// What nobody has taken yet.
    var newFigures = ProgressFigures()
    var newEvents: [ProgressEvent] = []
    /// Run time up to which figures have been taken, and up to which the generator has reported.
    var taken = Duration.zero
    var reported = Duration.zero
    /// The newest interval; the answers to its last requests come with the next one.
    private var newest: IntervalFigures?
    private var histogram = LatencyHistogram()
    /// What came in since the generator's last report.
    private var sinceReport = ProgressFigures()

    mutating func add(_ interval: LoadInterval, collectingNews: Bool) {
      snapshot.total.add(interval, withLatency: false)
      if collectingNews { newFigures.add(interval, withLatency: true) }
      sinceReport.add(interval, withLatency: true)
      if let newest, interval.start > newest.start { publish(newest) }
      guard interval.start >= newest?.start ?? interval.start else { return }
      var figures = newest ?? IntervalFigures(start: interval.start, length: interval.end - interval.start)
      figures.offered += interval.offered
      figures.completed += interval.completed
      figures.failed += interval.failed
      newest = figures
      for outcome in interval.outcomes where outcome.succeeded { histogram.merge(outcome.fromDue) }
    }

    mutating func add(_ sample: GeneratorSample) {
      snapshot.generator = sample
      reported = max(sample.end, reported)
      guard sample.end > sample.start else { return }
      snapshot.latest = LatestFigures(length: sample.end - sample.start, figures: sinceReport)
      sinceReport = ProgressFigures()
    }

    private mutating func publish(_ figures: IntervalFigures) {
      snapshot.lastInterval = figures
      snapshot.lastInterval.p50 = histogram.quantile(0.5)
      snapshot.lastInterval.p99 = histogram.quantile(0.99)
      histogram.reset()
      newest = nil
    }
  }

  private let state = Mutex(State())
  /// Whether somebody takes ``News``; otherwise none are kept.
  private let collectsNews: Bool

  init(collectsNews: Bool = false) {
    self.collectsNews = collectsNews
  }

  var snapshot: Snapshot { state.withLock { $0.snapshot } }

  /// Hands out what came in since the last call, and forgets it.
  ///
  /// - Parameter length: figures are handed out only when they cover this much run time; events always are.
  func takeNews(atLeast length: Duration) -> News {
    state.withLock { state in
      let end = state.reported - state.taken >= max(length, .nanoseconds(1)) ? state.reported : nil
      return Self.takeNews(from: &state, upTo: end)
    }
  }

  /// Hands out what is left when the run has ended.
  func takeLastNews(at now: Duration) -> News {
    state.withLock { state in
      let isEmpty = state.newFigures.offered == 0 && state.newFigures.completed == 0
      return Self.takeNews(from: &state, upTo: isEmpty ? nil : max(now, state.taken))
    }
  }

  private static func takeNews(from state: inout State, upTo end: Duration?) -> News {
    var news = News()
    swap(&news.events, &state.newEvents)
    if let end {
      swap(&news.figures, &state.newFigures)
      news.span = state.taken..<end
      state.taken = end
    }
    return news
  }

  func add(_ intervals: [LoadInterval]) {
    state.withLock { state in
      for interval in intervals.sorted(by: { $0.start < $1.start }) {
        state.add(interval, collectingNews: collectsNews)
      }
    }
  }

  /// For runs without load, whose time no generator tells.
  func pass(until now: Duration) {
    state.withLock { $0.reported = max(now, $0.reported) }
  }

  /// To be called after the intervals that the generator reported together with the sample.
  func add(_ sample: GeneratorSample) {
    state.withLock { $0.add(sample) }
  }

  func add(_ observations: [Observation], of cluster: ClusterDescription) {
    let workloads = cluster.workloads.all
    state.withLock { state in
      guard state.snapshot.sights.isEmpty else { return }
      state.snapshot.sights = workloads.map { workload in
        var sight = ClusterSight()
        sight.name = workload.name
        return sight
      }
    }
    for observation in observations {
      for (index, watched) in workloads.enumerated() { add(observation, of: watched, at: index) }
      guard observation.resource == Event.resource.plural, observation.kind != .listed, observation.kind != .deleted,
        let data = observation.object, let event = try? JSONDecoder().decode(Event.self, from: data)
      else { continue }
      let news = ProgressEvent(event, at: observation.received)
      add(news, shown: "\(event.reason ?? "") \(news.message)")
    }
  }

  /// Takes what an observation tells of one of the workloads, if it does.
  private func add(_ observation: Observation, of watched: WatchedWorkload, at index: Int) {
    hear(observation, of: watched, at: index)
    guard let data = observation.object, observation.kind != .deleted else { return }
    switch observation.resource {
    case watched.reference.kind.resource.plural where observation.name == watched.reference.name:
      guard let workload = try? Workload(watched.reference.kind, json: data) else { return }
      add(workload, at: observation.received, index)
    case HorizontalPodAutoscaler.resource.plural where observation.name == watched.autoscaler:
      guard let autoscaler = try? JSONDecoder().decode(HorizontalPodAutoscaler.self, from: data) else { return }
      state.withLock { $0.snapshot.sights[index].see(autoscaler) }
    default: return
    }
  }

  /// Notes when something was heard of the cluster, and tells of the end of a workload.
  private func hear(_ observation: Observation, of watched: WatchedWorkload, at index: Int) {
    let message = state.withLock { state -> String? in
      guard state.snapshot.sights[index].hear(observation, of: watched) else { return nil }
      let message = "\(watched.reference.title) was deleted, by whom is not recorded"
      state.snapshot.lastEvent = message
      return message
    }
    guard let message, collectsNews else { return }
    state.withLock {
      $0.newEvents.append(
        ProgressEvent(
          at: observation.received, kind: .rollout,
          subject: "\(watched.reference.kind.title)/\(watched.reference.name)",
          message: message))
    }
  }

  private func add(_ workload: Workload, at time: Duration, _ index: Int) {
    state.withLock { state in
      let before = state.snapshot.sights[index].see(workload)
      guard collectsNews, let before, workload.wanted != before else { return }
      state.newEvents.append(
        ProgressEvent(
          at: time, kind: .rescale, subject: "\(workload.kind.title)/\(workload.metadata.name ?? "")",
          message: "replicas wanted: \(before) to \(workload.wanted)"))
    }
  }

  /// Something that the run itself did.
  func note(_ message: String, at time: Duration) {
    add(ProgressEvent(at: time, kind: .action, message: message), shown: message)
  }

  /// The load is being ended before its plan does: by a stop rule or a signal. The first reason stays.
  func stopping(_ reason: String, at time: Duration) {
    state.withLock { state in
      guard state.snapshot.stopping == nil else { return }
      state.snapshot.stopping = reason
      if collectsNews { state.newEvents.append(ProgressEvent(at: time, kind: .stop, message: reason)) }
    }
  }

  /// Says so when the user has asked for the end.
  func note(_ interruption: Interruption, _ clock: RunClock) {
    guard let at = interruption.requestedAt else { return }
    stopping("interrupted: awaiting the last answers; Ctrl-C again leaves at once", at: clock.runTime(of: at))
  }

  private func add(_ event: ProgressEvent, shown text: String) {
    state.withLock { state in
      state.snapshot.lastEvent = text
      if collectsNews { state.newEvents.append(event) }
    }
  }
}

extension ProgressEvent {
  /// What a component of the cluster reported.
  init(_ event: Event, at time: Duration) {
    let kind: Kind =
      switch event.involvedObject.kind {
      case "Deployment", "ReplicaSet", "StatefulSet": .rollout
      case "Pod": .pod
      default: .cluster
      }
    let subject = [event.involvedObject.kind, event.involvedObject.name].compactMap { $0 }.joined(separator: "/")
    self.init(
      at: time, kind: kind, subject: subject.isEmpty ? nil : subject, reason: event.reason,
      message: SecretText.redacted(event.message ?? ""))
  }
}
