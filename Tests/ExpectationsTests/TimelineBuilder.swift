import Foundation
import KubernetesObjects
import LoadFacts
import RunTimeline
import Statistics
import Units

/// A run of three phases (calm 0 to 60 s, surge to 300 s, settle to 1140 s) with a rollout at 180 s, as far as asked for.
struct TimelineBuilder {
  var endedAt: Double?
  var endReason: EndReason?
  var load: [LoadInterval] = []
  var failures: [FailedRequest] = []
  var generator: [GeneratorSample] = []
  var observations: [Observation] = []
  var release: ActionSpan? = ActionSpan(
    name: "release", summary: "rollout", plannedAt: .seconds(180), sent: .seconds(180), answered: .seconds(180))
  var watched = true
  /// What the phases plan, in requests per second; 0 where the load is not what is tested.
  var plannedRate = 0.0
  /// How requests come, in the words of a profile.
  var arrivals = "poisson"
  /// How many users take turns in the surge; `nil` for an open model.
  var users: Int?
  /// `spec.strategy` of the Deployment.
  var strategy = #"{"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 1}}"#
  private var version = 0

  init(endedAt: Double? = 1140, endReason: EndReason? = .completed) {
    self.endedAt = endedAt
    self.endReason = endReason
  }

  /// One interval of a second with so many requests, those that failed with 502 and the rest after the given latency.
  mutating func second(
    at start: Double, offered: Int = 100, sent: Int? = nil, failed: Int = 0, dropped: Int = 0, unended: Int = 0,
    latency: Duration = .milliseconds(20), length: Double = 1, route: String = "home"
  ) {
    var answered = LatencyHistogram()
    let succeeded = offered - failed - dropped - unended
    for _ in 0..<succeeded { answered.record(microseconds: Int(latency.microseconds)) }
    var outcomes = [
      OutcomeTally(outcome: "200", failed: false, completed: succeeded, fromDue: answered, fromSend: answered)
    ]
    if failed > 0 { outcomes.append(OutcomeTally(outcome: "502", failed: true, completed: failed)) }
    if dropped > 0 { outcomes.append(OutcomeTally(outcome: OutcomeLabel.dropped, failed: true, completed: dropped)) }
    load.append(
      LoadInterval(
        start: .seconds(start), end: .seconds(start + length), route: route, offered: offered,
        sent: sent ?? (offered - dropped), dropped: dropped, outcomes: outcomes))
  }

  mutating func seconds(_ range: Range<Int>, offered: Int = 100, failed: Int = 0) {
    for start in range { second(at: Double(start), offered: offered, failed: failed) }
  }

  /// Failures with 502 that were kept whole, by when each was due.
  mutating func keep(failuresDueAt seconds: [Double], length: Duration = .milliseconds(100)) {
    failures += seconds.map { due in
      FailedRequest(
        due: .seconds(due), sent: .seconds(due), completed: .seconds(due) + length, route: "home", outcome: "502",
        status: 502)
    }
  }

  /// The Deployment as a list reads it, sent for and received at these times.
  mutating func deployment(
    sent: Double, received: Double, wanted: Int, available: Int? = nil, image: String = "app:v1", generation: Int = 1,
    observed: Int? = nil, updated: Int? = nil, reason: String? = nil
  ) {
    version += 1
    let progressing = reason.map {
      #", "conditions": [{"type": "Progressing", "status": "False", "reason": "\#($0)"}]"#
    }
    let text = """
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "uid": "d", "generation": \(generation),
       "resourceVersion": "\(version)"}, "spec": {"replicas": \(wanted), "selector": {"matchLabels": {"app": "web"}},
       "strategy": \(strategy),
       "template": {"metadata": {}, "spec": {"containers": [{"name": "app", "image": "\(image)"}]}}},
       "status": {"observedGeneration": \(observed ?? generation), "replicas": \(wanted),
       "availableReplicas": \(available ?? wanted), "updatedReplicas": \(updated ?? wanted)\(progressing ?? "")}}
      """
    observations.append(
      Observation(
        sent: .seconds(sent), received: .seconds(received), resource: "deployments", kind: .listed, name: "web",
        uid: "d",
        resourceVersion: "\(version)", object: Data(text.utf8)))
    observations.append(
      Observation(
        sent: .seconds(sent), received: .seconds(received), resource: "deployments", kind: .list,
        resourceVersion: "\(version)"))
  }

  /// The Deployment read again, unchanged.
  mutating func unchanged(sent: Double, received: Double) {
    observations.append(
      Observation(
        sent: .seconds(sent), received: .seconds(received), resource: "deployments", kind: .listed, name: "web",
        uid: "d",
        resourceVersion: "\(version)"))
    observations.append(
      Observation(
        sent: .seconds(sent), received: .seconds(received), resource: "deployments", kind: .list,
        resourceVersion: "\(version)"))
  }

  /// A sample of a generator that kept up over a stretch of the run.
  mutating func healthy(from start: Double, to end: Double) {
    generator.append(
      GeneratorSample(
        start: .seconds(start), end: .seconds(end),
        lateness: Lateness(p50: .zero, p99: .milliseconds(1), maximum: .milliseconds(2)), processCPU: 0.1,
        busiestWorkerCPU: 0.1, connectionsOpened: 1, inFlight: 1, queued: 0))
  }

  /// A failed read: nothing is known until the next one.
  mutating func gap(at time: Double) {
    observations.append(
      Observation(
        sent: .seconds(time), received: .seconds(time), resource: "deployments", kind: .gap, message: "refused"))
  }

  var timeline: Timeline {
    let end = endedAt.map { Duration.seconds($0) }
    func span(_ name: String, _ start: Double, _ planned: Double) -> PhaseSpan {
      let began = end.map { .seconds(start) < $0 } ?? true
      return PhaseSpan(
        name: name, plannedStart: .seconds(start), plannedEnd: .seconds(planned), startRate: plannedRate,
        endRate: plannedRate,
        start: began ? .seconds(start) : nil,
        end: began ? end.map { min($0, .seconds(planned)) } : nil, users: name == "surge" ? users : nil)
    }
    return Timeline(
      run: RunDescription(
        name: "test", toolVersion: "test", profileText: "", startedAt: KubernetesTime(seconds: 1_000_000), endedAt: end,
        endReason: endReason,
        cluster: watched
          ? ClusterDescription(
            context: "test", namespace: "default", workload: WorkloadReference(.deployment, "web"), autoscaler: "web")
          : nil, environment: ["arrivals": arrivals]),
      phases: [span("calm", 0, 60), span("surge", 60, 300), span("settle", 300, 1140)],
      actions: release.map { [$0] } ?? [], load: load, failures: failures, generator: generator,
      observations: observations)
  }
}
