import Expectations
import Foundation
import KubernetesObjects
import LoadFacts
import RunTimeline
import Statistics
import Units

/// The demonstration run for reports: what a real control plane did about a surge and a rollout, with a load of the same
/// shape made up beside it from a fixed seed.
enum DemoStory {
  static let phases = [
    PhaseSpan(
      name: "calm", plannedStart: .zero, plannedEnd: .seconds(60), startRate: 200, endRate: 200, start: .zero,
      end: .seconds(60)),
    PhaseSpan(
      name: "surge", plannedStart: .seconds(60), plannedEnd: .seconds(300), startRate: 1400, endRate: 1400,
      start: .seconds(60), end: .seconds(300)),
    PhaseSpan(
      name: "settle", plannedStart: .seconds(300), plannedEnd: .seconds(1140), startRate: 200, endRate: 200,
      start: .seconds(300), end: .seconds(1140)),
  ]

  /// What was observed.
  static func log() throws -> WatchLog {
    try WatchLog(Data(contentsOf: TestFiles.recording("surge-and-rollout.jsonl")))
  }

  static func timeline(timeScale: Double = 1, withFailures: Bool = true) throws -> Timeline {
    let log = try log()
    let run = RunDescription(
      name: "surge-and-rollout", toolVersion: "1.0.0-test", profileText: "apiVersion: scaleproof/v1\nkind: Profile\n",
      profileSource: "Profiles/surge-and-rollout.yaml", startedAt: log.startedAt, timeScale: timeScale,
      endedAt: .seconds(1140), endReason: .completed,
      cluster: ClusterDescription(
        context: "staging", namespace: "production", workload: WorkloadReference(.deployment, "aspnetcore-deployment"),
        autoscaler: "aspnetcore-hpa", serverVersion: "v1.36.0"),
      environment: ["libcurl": "7.88.1", "seed": "1", "workers": "2"])
    let clock = ServerClock(
      runStart: log.startedAt, offset: .milliseconds(-4)...(.milliseconds(3)), skew: .milliseconds(50))
    let bare = Timeline(run: run, phases: phases, observations: log.observations, clock: clock)
    let deletions = (bare.cluster?.pods ?? []).compactMap(\.deleteRequested).map(\.latest)
      .filter { withFailures && $0 > .seconds(170) && $0 < .seconds(230) }
    var random = SeededNumbers(seed: 1)
    var load: [LoadInterval] = []
    var failures: [FailedRequest] = []
    var generator: [GeneratorSample] = []
    var connections: [ConnectionTally] = []
    for second in 0..<1140 {
      let start = Duration.seconds(second)
      let rate = (60..<300).contains(second) ? 1400 : 200
      let offered = Int(Double(rate) / timeScale) + random.next(below: 21) - 10
      let overload = (60..<78).contains(second) ? 12.0 : (170..<215).contains(second) ? 2.2 : 1.0
      let failed = deletions.filter { $0 >= start && $0 < start + .seconds(1) }.count * 4
      load.append(interval(start, offered: offered, failed: failed, overload: overload, &random))
      for number in 0..<failed {
        let due = start + .milliseconds(150 + number * 90)
        failures.append(
          FailedRequest(
            due: due, sent: due, completed: due + .milliseconds(3), route: "list", outcome: "502", status: 502,
            localPort: 40_000 + number, remoteAddress: "127.0.0.1:8443",
            times: TransferTimes(
              lookedUp: 0, connected: 0, handshaken: 0, requestReady: 31, firstByte: 2_810, end: 2_970),
            reusedConnection: true))
      }
      generator.append(
        GeneratorSample(
          start: start, end: start + .seconds(1),
          lateness: Lateness(
            p50: .microseconds(40 + random.next(below: 20)), p99: .microseconds(210 + random.next(below: 300)),
            maximum: .microseconds(900 + random.next(below: 3000))), processCPU: Double(rate) / 9000,
          busiestWorkerCPU: Double(rate) / 15000, connectionsOpened: second == 0 ? 64 : 0, inFlight: rate / 100,
          queued: 0, steal: Double(random.next(below: 4)) / 1000, runQueueDelay: Double(random.next(below: 20)) / 1000,
          openConnections: 64, ephemeralPortsUsed: 80, ephemeralPorts: 28_232))
      connections.append(
        ConnectionTally(
          start: start, end: start + .seconds(1), address: "127.0.0.1:8443",
          ConnectionCount(
            opened: second == 0 ? 64 : 0, reused: offered - (second == 0 ? 64 : 0), mostRequests: 10 * (second + 1))))
    }
    return Timeline(
      run: run, phases: phases,
      actions: [
        ActionSpan(
          name: "release", summary: "rollout: set image aspnetcore=myregistry.azurecr.io/aspnetcore-app:v2.0.0",
          plannedAt: .seconds(180), sent: .seconds(180), answered: .seconds(180) + .milliseconds(12))
      ],
      load: load, failures: failures, generator: generator, connections: connections, observations: log.observations,
      clock: clock)
  }

  private static func interval(
    _ start: Duration, offered: Int, failed: Int, overload: Double, _ random: inout SeededNumbers
  ) -> LoadInterval {
    var latency = LatencyHistogram()
    for _ in 0..<(offered - failed) {
      // A few milliseconds with a long tail.
      let tail = 1.0 / (1.0 - Double(random.next(below: 995)) / 1000)
      latency.record(microseconds: Int(4000 * overload + 900 * overload * tail.squareRoot() * 3))
    }
    var outcomes = [
      OutcomeTally(
        outcome: "200", failed: false, version: "v1", completed: offered - failed, bytes: offered * 512,
        fromDue: latency, fromSend: latency)
    ]
    if failed > 0 { outcomes.append(OutcomeTally(outcome: "502", failed: true, completed: failed)) }
    return LoadInterval(
      start: start, end: start + .seconds(1), route: "list", offered: offered, sent: offered, outcomes: outcomes)
  }

  static let judgements = [
    Judgement(
      name: "scales out in time", kind: "scaleUp", expected: "ready replicas >= 8 within 90s of surge.start",
      verdict: .pass, finding: "reached 8 at 01:48.6, 41s before the bound",
      window: InstantBounds(.seconds(60), .seconds(150)),
      evidence: [
        Evidence(at: InstantBounds(.seconds(73), .seconds(73.4)), "the HPA recommended 7: CPU 144 % of 70 %"),
        Evidence(at: InstantBounds(.seconds(103), .seconds(103.4)), "the HPA recommended 8: CPU 80 % of 70 %"),
      ],
      measurements: [
        Judgement.Measurement(
          "readyReplicas.reachedAfter", .seconds, lowest: 47.6, highest: 48.6,
          limit: Judgement.Measurement.Limit(.atMost, 90))
      ]),
    Judgement(
      name: "back to the floor", kind: "scaleDown", expected: "ready replicas 3 within 12m of settle.start",
      verdict: .pass, finding: "reached 3 at 10:58.9, 6m 1s before the bound",
      window: InstantBounds(.seconds(300), .seconds(1020))),
    Judgement(
      name: "release costs no errors", kind: "errorBudget", expected: "at most 0.01 % of requests fail during release",
      verdict: .fail, finding: "32 of 39,760 requests failed (0.08 %), 28 more than the budget allows",
      window: InstantBounds(.seconds(180), .seconds(208.4)),
      evidence: [
        Evidence(
          at: InstantBounds(.seconds(180.2), .seconds(180.9)), "4 × 502 while pod aspnetcore-…-7xk2p was terminating"),
        Evidence("28 × 502 at other terminations"),
      ],
      measurements: [
        Judgement.Measurement(
          "requests.failedShare", .ratio, lowest: 32.0 / 39_760, highest: nil,
          limit: Judgement.Measurement.Limit(.atMost, 0.0001)),
        Judgement.Measurement("requests.failed", .count, lowest: 32, highest: 32),
      ]),
    Judgement(
      name: "fast enough", kind: "latency", expected: "p99 below 250ms during surge", verdict: .inconclusive,
      finding: "p99 was between 180 ms and 260 ms", reason: "too few requests to bound the percentile",
      furtherReason: "too few requests to bound the percentile",
      window: InstantBounds(.seconds(60), .seconds(300))),
  ]
}

/// A small generator of numbers with a seed (D. Knuth's MMIX constants), for inputs that are the same in every run.
struct SeededNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next(below bound: Int) -> Int {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Int((state >> 33) % UInt64(bound))
  }
}

extension Duration {
  static func seconds(_ value: Double) -> Duration { .microseconds(Int64((value * 1e6).rounded())) }
}
