import Expectations
import KubernetesObjects
import LoadFacts
import RunTimeline
import Statistics

/// A run of two streams side by side, one of them a closed model, whose generator could not keep up from 8 s to 12 s, and
/// that a stop rule ended at 20 s.
enum StrainedRun {
  static func timeline(certificateDays: Int = 12) -> Timeline {
    let started = KubernetesTime(microseconds: 1_795_456_622_000_000)
    let expires = KubernetesTime(
      microseconds: started.microseconds + Int64(certificateDays) * 86_400_000_000, hasFraction: false)
    return Timeline(
      run: RunDescription(
        name: "strained", toolVersion: "1.0.0", profileText: "kind: Profile\n", startedAt: started,
        endedAt: .seconds(20), endReason: .aborted, endDetail: "\"too many errors\": 12% of requests failed over 10s",
        environment: [
          "certificate": "CN=api.example.com, expires \(expires) (in \(certificateDays) days)",
          "certificateExpires": "\(expires)",
        ]),
      phases: [
        PhaseSpan(
          name: "steady", plannedStart: .zero, plannedEnd: .seconds(10), startRate: 400, endRate: 400, start: .zero,
          end: .seconds(10), stream: "machines"),
        PhaseSpan(
          name: "ramp", plannedStart: .seconds(10), plannedEnd: .seconds(30), startRate: 400, endRate: 800,
          start: .seconds(10), end: .seconds(20), stream: "machines"),
        PhaseSpan(
          name: "shoppers", plannedStart: .zero, plannedEnd: .seconds(30), startRate: 0, endRate: 0, start: .zero,
          end: .seconds(20), stream: "people", users: 50, think: .milliseconds(1500)),
      ],
      load: (0..<20).map(interval), failures: failures, generator: (0..<20).map(sample), connections: connections)
  }

  static func isStrained(_ second: Int) -> Bool { (8..<12).contains(second) }

  private static func interval(_ second: Int) -> LoadInterval {
    var latency = LatencyHistogram()
    for index in 1...400 { latency.record(microseconds: index * 100) }
    let dropped = isStrained(second) ? 40 : 0
    var outcomes = [
      OutcomeTally(outcome: "200", failed: false, completed: 400, bytes: 4000, fromDue: latency, fromSend: latency)
    ]
    if dropped > 0 { outcomes.append(OutcomeTally(outcome: OutcomeLabel.dropped, failed: true, completed: dropped)) }
    return LoadInterval(
      start: .seconds(second), end: .seconds(second + 1), route: "list", offered: 400 + dropped, sent: 400,
      dropped: dropped, late: isStrained(second) ? 300 : second % 5, outcomes: outcomes)
  }

  private static func sample(_ second: Int) -> GeneratorSample {
    let strained = isStrained(second)
    return GeneratorSample(
      start: .seconds(second), end: .seconds(second + 1),
      lateness: Lateness(
        p50: .microseconds(strained ? 90_000 : 30), p99: .microseconds(strained ? 480_000 : 200),
        maximum: .microseconds(strained ? 900_000 : 1_500)), processCPU: strained ? 1.3 : 0.4,
      busiestWorkerCPU: strained ? 0.98 : 0.3, connectionsOpened: second == 0 ? 60 : 5, inFlight: strained ? 100 : 12,
      queued: strained ? 250 : 0, steal: strained ? 0.12 : 0.001, runQueueDelay: strained ? 0.31 : 0.004,
      openConnections: 60 + second, ephemeralPortsUsed: 9_000 + second, ephemeralPorts: 28_232)
  }

  private static let failures = [
    FailedRequest(
      due: .seconds(3), sent: .seconds(3), completed: .milliseconds(3_250), route: "list", outcome: "connect timeout",
      curlCode: 28, localPort: 41_234, remoteAddress: "192.0.2.7:443",
      times: TransferTimes(lookedUp: 1_250, connected: 0, handshaken: 0, requestReady: 0, firstByte: 0, end: 250_000),
      reusedConnection: false),
    FailedRequest(
      due: .seconds(4), sent: .seconds(4), completed: .milliseconds(4_050), route: "list", outcome: "503", status: 503,
      localPort: 41_300, remoteAddress: "192.0.2.8:443", pod: "web-1",
      times: TransferTimes(
        lookedUp: 24, connected: 0, handshaken: 0, requestReady: 40, firstByte: 49_100, end: 49_900),
      reusedConnection: true),
  ]

  private static let connections: [ConnectionTally] = (0..<20).flatMap(tallies)

  private static func tallies(_ second: Int) -> [ConnectionTally] {
    let start = Duration.seconds(second)
    let end = Duration.seconds(second + 1)
    return [
      ConnectionTally(
        start: start, end: end, address: "192.0.2.7:443",
        ConnectionCount(opened: second == 0 ? 30 : 2, reused: 198, closedByPeer: 2, mostRequests: 7 * (second + 1))),
      ConnectionTally(
        start: start, end: end, address: "[2001:db8::7]:443",
        ConnectionCount(opened: 3, reused: 197, mostRequests: 6 * (second + 1), compressed: 10)),
    ]
  }
}
