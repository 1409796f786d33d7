import Expectations
import Foundation
import KubernetesObjects
import RunTimeline
import Units

/// What truly became of a Deployment's counts, and what an observer heard of it: events on their way for a while, lists
/// beside the watch, bookmarks, times that some writes bear, and outages.
struct CountScript {
  struct State {
    /// Seconds of run time.
    let at: Double
    let wanted: Int
    let available: Int
  }

  /// In order of time; the first one was there before anybody looked.
  private(set) var states: [State]
  private(set) var observations: [Observation] = []
  /// Until when the run lasted, in seconds.
  let end: Double

  private static let start = KubernetesTime(seconds: 1_000_000)

  /// - Parameter states: what was after the start, in order; before it were 3 of 3.
  init(_ states: [State] = [], until end: Double) {
    self.states = [State(at: -100, wanted: 3, available: 3)] + states
    self.end = end
  }

  /// The state at an instant.
  private func index(at instant: Double) -> Int { states.lastIndex { $0.at <= instant } ?? 0 }

  private func object(_ index: Int, bearsTime: Bool) -> Data {
    let state = states[index]
    var generation = 1
    for (before, after) in zip(states[...index], states[...index].dropFirst()) where before.wanted != after.wanted {
      generation += 1
    }
    let time = KubernetesTime(seconds: 1_000_000 + Int64(state.at.rounded(.down))).description
    let fields =
      bearsTime
      ? #", "managedFields": [{"manager": "kubectl", "operation": "Update", "time": "\#(time)"}]"# : ""
    return Data(
      """
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "uid": "d", "generation": \(generation),
       "resourceVersion": "\(100 + index)"\(fields)}, "spec": {"replicas": \(state.wanted),
       "selector": {"matchLabels": {"app": "web"}}, "template": {"metadata": {}, "spec": {"containers": []}}},
       "status": {"observedGeneration": \(generation), "replicas": \(state.wanted),
       "availableReplicas": \(state.available)}}
      """.utf8)
  }

  mutating func list(sent: Double, received: Double, readAt: Double) {
    let index = index(at: readAt)
    let (sent, received) = (Duration.seconds(sent), Duration.seconds(received))
    observations.append(
      Observation(
        sent: sent, received: received, resource: "deployments", kind: .listed, name: "web", uid: "d",
        resourceVersion: "\(100 + index)", object: object(index, bearsTime: false)))
    observations.append(
      Observation(
        sent: sent, received: received, resource: "deployments", kind: .list, resourceVersion: "\(100 + index)"))
  }

  mutating func event(of index: Int, received: Double, bearsTime: Bool = false) {
    observations.append(
      Observation(
        sent: .zero, received: .seconds(received), resource: "deployments", kind: .modified, name: "web", uid: "d",
        resourceVersion: "\(100 + index)", object: object(index, bearsTime: bearsTime)))
  }

  mutating func bookmark(at instant: Double, told: Double) {
    observations.append(
      Observation(
        sent: .zero, received: .seconds(instant), resource: "deployments", kind: .bookmark,
        resourceVersion: "\(100 + index(at: told))"))
  }

  mutating func gap(at instant: Double) {
    observations.append(
      Observation(
        sent: .seconds(instant), received: .seconds(instant), resource: "deployments", kind: .gap, message: "refused"))
  }

  /// A run of one phase, `calm`, to its end.
  var timeline: Timeline {
    let phase = PhaseSpan(
      name: "calm", plannedStart: .zero, plannedEnd: .seconds(end), startRate: 0, endRate: 0, start: .zero,
      end: .seconds(end))
    return Timeline(
      run: RunDescription(
        name: "test", toolVersion: "test", profileText: "", startedAt: Self.start, endedAt: .seconds(end),
        endReason: .completed,
        cluster: ClusterDescription(
          context: "test", namespace: "default", workload: WorkloadReference(.deployment, "web"), autoscaler: nil)),
      phases: [phase], observations: observations.sorted { $0.received < $1.received },
      clock: ServerClock(runStart: Self.start, offset: .milliseconds(-200) ... .milliseconds(300)))
  }

  /// What was, whatever was heard of it.
  func counts(_ value: (State) -> Int, from start: Double, to end: Double) -> [(at: Double, count: Int)] {
    let first = index(at: start)
    return states.indices.filter { $0 >= first && (states[$0].at < end || $0 == first) }.map {
      (max(states[$0].at, start), value(states[$0]))
    }
  }
}
