import Foundation
import KubernetesObjects
import LoadFacts
import RunRecording
import RunTimeline
import Statistics

/// Parts of a small run that uses every field.
enum SampleRun {
  static let description = RunDescription(
    name: "surge", toolVersion: "1.2.3", profileText: "kind: Profile\n", profileSource: "Profiles/surge.yaml",
    startedAt: KubernetesTime(microseconds: 1_795_456_622_069_768), timeScale: 20,
    cluster: ClusterDescription(
      context: "simulated", namespace: "production", workload: WorkloadReference(.deployment, "web"),
      autoscaler: "web-hpa", serverVersion: "v1.36.0"),
    environment: ["seed": "7"])

  static let phases = [
    PhaseSpan(
      name: "calm", plannedStart: .zero, plannedEnd: .seconds(60), startRate: 200, endRate: 200, start: .zero,
      end: .milliseconds(60_001)),
    PhaseSpan(
      name: "surge", plannedStart: .seconds(60), plannedEnd: .seconds(120), startRate: 200, endRate: 1400.5),
    PhaseSpan(
      name: "shoppers", plannedStart: .zero, plannedEnd: .seconds(120), startRate: 0, endRate: 0, start: .zero,
      stream: "browse", users: 50, think: .milliseconds(1_500)),
  ]

  static let faults = [
    FaultSpan(
      summary: "node 1 lost", plannedAt: .seconds(61), lasts: .seconds(30), began: .seconds(61), ended: .seconds(91)),
    FaultSpan(
      summary: "API answers 429", plannedAt: .zero, condition: "ready >= 8", began: .milliseconds(70_500),
      problem: "a problem"),
    FaultSpan(summary: "metrics stale", plannedAt: nil),
  ]

  private static let removal: ActionSpan = {
    var span = ActionSpan(
      name: "empty", summary: "drain node n1", effect: .pods(["web-a", "web-b"]), plannedAt: .seconds(95),
      sent: .seconds(95), answered: .seconds(101))
    span.requests = [
      ActionSpan.Request(line: "GET /api/v1/pods", sent: .seconds(94), answered: .seconds(95)),
      ActionSpan.Request(
        line: "POST /api/v1/namespaces/default/pods/web-a/eviction", sent: .seconds(95), answered: .seconds(96),
        problem: "429: Cannot evict pod"),
    ]
    return span
  }()

  static let actions = [
    ActionSpan(
      name: "release", summary: "rollout: set image", plannedAt: .seconds(90), sent: .milliseconds(90_001),
      answered: .milliseconds(90_020), generation: 4, problem: nil),
    ActionSpan(name: "late", summary: "restart", plannedAt: .seconds(100), problem: "never started"),
    ActionSpan(
      name: "grow", summary: "scale to 9", effect: .replicas(9), plannedAt: .zero, condition: "ready >= 8"),
    ActionSpan(
      name: "chart", summary: "run helm upgrade", effect: .changes(after: 6), plannedAt: .seconds(110), generation: 8),
    removal,
  ]

  static let failures = [
    FailedRequest(
      due: .seconds(1), sent: .milliseconds(1_001), completed: .milliseconds(1_500), route: "list", outcome: "502",
      curlCode: 0, systemError: nil, status: 502, localPort: 40_000, remoteAddress: "127.0.0.1:8443", pod: "web-1",
      version: "v1",
      times: TransferTimes(
        lookedUp: 12, connected: 340, handshaken: 1_800, requestReady: 1_810, firstByte: 400_000, end: 499_000),
      reusedConnection: false),
    FailedRequest(
      due: .seconds(2), sent: nil, completed: .seconds(3), route: "order", source: "load-1", outcome: "dropped"),
  ]

  static func lateness(_ microseconds: [Int]) -> Lateness {
    var values = LatencyHistogram()
    for value in microseconds { values.record(microseconds: value) }
    return Lateness(values)
  }

  static let generator = [
    GeneratorSample(
      start: .zero, end: .seconds(1),
      lateness: Lateness(p50: .microseconds(20), p99: .microseconds(300), maximum: .milliseconds(2)), processCPU: 0.25,
      busiestWorkerCPU: 0.2, connectionsOpened: 10, inFlight: 3, queued: 0),
    GeneratorSample(
      start: .seconds(1), end: .seconds(2), source: "load-1", lateness: lateness([20, 21, 3_000]),
      machineLateness: lateness([0, 5, 11]), processCPU: 0.5,
      busiestWorkerCPU: 0.45, connectionsOpened: 4, inFlight: 5, queued: 2, steal: 0.015, runQueueDelay: 0.125,
      openConnections: 14, ephemeralPortsUsed: 1_234, ephemeralPorts: 28_232),
  ]

  static let connections = [
    ConnectionTally(start: .zero, end: .seconds(1), address: "127.0.0.1:8443", ConnectionCount(opened: 10, reused: 90)),
    ConnectionTally(
      start: .seconds(1), end: .seconds(2), address: "127.0.0.1:8443",
      ConnectionCount(opened: 2, reused: 18, closedByPeer: 2, mostRequests: 17)),
    ConnectionTally(
      start: .seconds(1), end: .seconds(2), address: "[::1]:8443", source: "load-1",
      ConnectionCount(opened: 0, reused: 7, mostRequests: 7, compressed: 3)),
  ]

  static func tally(_ outcome: String, _ milliseconds: [Int], version: String? = nil) -> OutcomeTally {
    var fromDue = LatencyHistogram()
    var fromSend = LatencyHistogram()
    for value in milliseconds {
      fromDue.record(microseconds: value * 1_000)
      fromSend.record(microseconds: value * 900)
    }
    return OutcomeTally(
      outcome: outcome, failed: outcome != "200", version: version, completed: milliseconds.count,
      bytes: milliseconds.count * 10, fromDue: fromDue, fromSend: fromSend)
  }

  static let load = [
    LoadInterval(
      start: .zero, end: .seconds(1), route: "list", offered: 5, sent: 4, dropped: 1, late: 1,
      outcomes: [tally("200", [1, 2, 3], version: "v1"), tally("502", [9])]),
    LoadInterval(start: .zero, end: .seconds(1), route: "order", offered: 1, sent: 1, outcomes: [tally("200", [4])]),
    LoadInterval(
      start: .seconds(1), end: .seconds(2), route: "list", source: "load-1", offered: 0, sent: 0, outcomes: []),
  ]

  static func deployment(_ replicas: Int, version: Int, at instant: Duration, kind: Observation.Kind) -> Observation {
    let object =
      #"{"metadata":{"name":"web","uid":"d1","resourceVersion":"\#(version)","#
      + #""annotations":{"kubectl.kubernetes.io/last-applied-configuration":"{\"password\":\"hunter2\"}"}},"#
      + #""spec":{"replicas":\#(replicas),"template":{"spec":{"containers":[]}}},"status":{"replicas":\#(replicas)}}"#
    return Observation(
      sent: instant - .milliseconds(5), received: instant, resource: "deployments", kind: kind, name: "web", uid: "d1",
      resourceVersion: "\(version)", object: Data(object.utf8))
  }

  static let observations = [
    deployment(3, version: 10, at: .seconds(1), kind: .listed),
    Observation(
      sent: .milliseconds(995), received: .seconds(1), resource: "deployments", kind: .list, resourceVersion: "11"),
    deployment(7, version: 20, at: .seconds(5), kind: .modified),
    Observation(sent: .seconds(6), received: .seconds(7), resource: "pods", kind: .gap, message: "connection refused"),
  ]

  static func write(to writer: RecordingWriter) {
    writer.set(phases: phases)
    writer.set(actions: actions)
    writer.set(faults: faults)
    writer.append(load: load)
    writer.append(failures: failures)
    writer.append(generator: generator)
    writer.append(connections: connections)
    writer.append(observations: observations)
    writer.append(clock: clock, at: .seconds(1))
  }

  static let clock = ServerClock(
    runStart: description.startedAt, offset: .milliseconds(-5) ... .milliseconds(7), skew: .milliseconds(100))
}
