import AutoscalerModel
import Expectations
import KubernetesObjects
import Profiles
import RunTimeline
import Testing

@testable import SimulatedCluster

/// Does something else than Kubernetes with the pods of a StatefulSet.
private enum OrderMutation: String, CaseIterable, CustomTestStringConvertible {
  case replacesTwoAtATime = "replaces two pods at a time"
  case waitsForNoPod = "does not wait for the pods before"
  case replacesAllAtOnce = "replaces all pods at once"
  case makesNothingAnew = "does not make the pods anew that it deletes"
  case stopsHalfway = "stops half-way"

  var testDescription: String { rawValue }

  /// The expectation that it breaks.
  var breaks: String {
    switch self {
    case .replacesTwoAtATime, .waitsForNoPod, .replacesAllAtOnce: "capacity holds"
    case .makesNothingAnew, .stopsHalfway: "release completes"
    }
  }

  var controller: StatefulSetController {
    StatefulSetController { pods, rules in
      var rules = rules
      var pods = pods
      switch self {
      case .replacesTwoAtATime:
        rules.replacement = .ordered(partition: 0, maxUnavailable: .count(2))
        return StatefulSetOrder.plan(pods: pods, rules: rules)
      case .waitsForNoPod:
        for index in pods.indices where !pods[index].isTerminating {
          pods[index].isReady = true
          pods[index].isAvailable = true
        }
        return StatefulSetOrder.plan(pods: pods, rules: rules)
      case .replacesAllAtOnce:
        rules.replacement = .ordered(partition: 0, maxUnavailable: .percent(100))
        return StatefulSetOrder.plan(pods: pods, rules: rules)
      case .makesNothingAnew:
        var plan = StatefulSetOrder.plan(pods: pods, rules: rules)
        if rules.currentRevision != rules.updateRevision {
          plan.actions.removeAll { if case .create = $0 { true } else { false } }
        }
        return plan
      case .stopsHalfway:
        var plan = StatefulSetOrder.plan(pods: pods, rules: rules)
        plan.actions.removeAll { $0 == .replace(ordinal: 1) }
        return plan
      }
    }
  }
}

@Suite("StatefulSets of the simulated cluster, judged")
struct StatefulSetJudgementTests {
  private static func expectations(_ lines: String) throws -> [Profiles.Expectation] {
    try ProfileReader.read(
      text: """
        apiVersion: scaleproof/v1
        kind: Profile
        metadata: {name: carts}
        target: {url: "http://carts.example.com"}
        cluster: {context: test, namespace: shop, workload: statefulset/carts, hpa: carts}
        requests: [{name: home, path: /}]
        load:
          phases:
            - {name: steady, for: 120s, rate: 1/s}
            - {name: surge, for: 220s, rate: 1/s}
            - {name: settle, for: 600s, rate: 1/s}
        actions: [{name: release, at: steady + 20s, rollout: {restart: true}}]
        expectations:
        \(lines)
        """, source: "carts.yaml"
    ).expectations
  }

  /// The verdicts on a rollout, which an undo takes back after a while if one is asked for.
  private func verdicts(
    _ controller: StatefulSetController, seed: UInt64, image: String = "v2", undoneAt: Int? = nil
  ) throws -> [String: Judgement] {
    var watched = try WatchedCluster(WatchedCluster.carts(), seed: seed, controller: controller)
    watched.advance(to: 80)
    let generation = watched.setImage(image)
    let release = ActionSpan(
      name: "release", summary: "rollout", plannedAt: .seconds(80), sent: .seconds(80),
      answered: .seconds(80) + .milliseconds(1), generation: generation)
    if let undoneAt {
      watched.advance(to: undoneAt)
      _ = watched.setImage("v1")
    }
    watched.advance(to: 500)
    watched.list()
    let judgements = Judge.judge(
      try Self.expectations(
        """
          - {name: release completes, rolloutCompletes: {action: release, within: 120s}}
          - {name: capacity holds, availabilityFloor: {during: release}}
        """), on: watched.timeline(release: release, phases: [("steady", 60)]))
    return Dictionary(judgements.map { ($0.name, $0) }) { $1 }
  }

  @Test("a rollout in order passes", arguments: 1...10 as ClosedRange<UInt64>)
  func inOrder(seed: UInt64) throws {
    for (name, judgement) in try verdicts(StatefulSetController(), seed: seed) {
      #expect(judgement.verdict == .pass, "\(name): \(judgement.finding)")
    }
  }

  @Test(
    "a controller that does something else fails where an expectation is about it", arguments: OrderMutation.allCases)
  fileprivate func mutated(_ mutation: OrderMutation) throws {
    for seed in UInt64(1)...5 {
      let judgement = try #require(verdicts(mutation.controller, seed: seed)[mutation.breaks])
      #expect(judgement.verdict == .fail, "seed \(seed): \(judgement.finding)")
    }
  }

  @Test(
    "a release that never becomes ready fails, also after an undo that OrderedReady does not carry out",
    arguments: [nil, 300])
  func broken(undoneAt: Int?) throws {
    let judgement = try #require(
      verdicts(StatefulSetController(), seed: 1, image: "broken", undoneAt: undoneAt)["release completes"])

    #expect(judgement.verdict == .fail)
    #expect(judgement.finding.contains("1 of 3 updated, 2 available"), "\(judgement.finding)")
    #expect(judgement.evidence.contains { $0.text == "pod carts-2 never became ready" }, "\(judgement.evidence)")
  }

  @Test(
    "an HPA that scales a StatefulSet conforms, stays in its corridor and is in time",
    arguments: 1...5 as ClosedRange<UInt64>)
  func autoscaled(seed: UInt64) throws {
    var watched = try WatchedCluster.scaled(seed: seed)
    watched.list()

    let judgements = Judge.judge(
      try Self.expectations(
        """
          - {name: out, scaleUp: {after: surge.start, to: 6, of: ready, within: 120s}}
          - {name: back, scaleDown: {after: settle.start, notBefore: 270s, to: 3, within: 400s}}
          - {name: conforms, hpaConformance: {}}
          - {name: corridor, withinCorridor: {}}
        """),
      on: watched.timeline(
        release: nil, phases: [("steady", 60), ("surge", 180), ("settle", 400)], hpa: "carts"))

    for judgement in judgements { #expect(judgement.verdict == .pass, "\(judgement.name): \(judgement.finding)") }
  }
}
