import Expectations
import Foundation
import KubernetesObjects
import LoadFacts
import RunTimeline
import Statistics
import Testing
import Units

@testable import Harness

private let web = ClusterDescription(
  context: "simulated", namespace: "default", workload: WorkloadReference(.deployment, "web"), autoscaler: "web")

private func lines(_ progress: RunProgress) -> JSONLines {
  JSONLines(
    progress: progress, clock: RunClock(origin: .now, scale: 1),
    phases: [
      PhaseSpan(name: "calm", plannedStart: .zero, plannedEnd: .seconds(2), startRate: 10, endRate: 10),
      PhaseSpan(name: "surge", plannedStart: .seconds(2), plannedEnd: .seconds(4), startRate: 10, endRate: 10),
    ])
}

private func interval(_ second: Int, offered: Int, failed: Int = 0) -> LoadInterval {
  var latency = LatencyHistogram()
  for _ in 0..<(offered - failed) { latency.record(microseconds: 12_500) }
  return LoadInterval(
    start: .seconds(second), end: .seconds(second + 1), route: "list", offered: offered, sent: offered, dropped: 1,
    late: 2,
    outcomes: [
      OutcomeTally(outcome: "200", failed: false, completed: offered - failed, fromDue: latency),
      OutcomeTally(outcome: "502", failed: true, completed: failed),
    ])
}

private func sample(to second: Int) -> GeneratorSample {
  GeneratorSample(
    start: .seconds(second - 1), end: .seconds(second),
    lateness: Lateness(p50: .zero, p99: .microseconds(420), maximum: .zero), processCPU: 0, busiestWorkerCPU: 0,
    connectionsOpened: 3, inFlight: 12, queued: 4, openConnections: 9)
}

private func deployment(replicas: Int, at second: Int) throws -> Observation {
  let object: JSONValue = [
    "metadata": ["name": "web"], "status": ["readyReplicas": 3],
    "spec": [
      "replicas": .integer(Int64(replicas)), "selector": ["matchLabels": ["app": "web"]],
      "template": ["metadata": [:], "spec": ["containers": []]],
    ],
  ]
  return Observation(
    sent: .zero, received: .seconds(second), resource: "deployments", kind: .modified, name: "web", uid: "1",
    object: try object.json())
}

@Suite("Progress for programs")
struct JSONLinesTests {
  @Test("an interval line has every key, in its unit")
  func intervalKeys() throws {
    let progress = RunProgress(collectsNews: true)
    progress.add([interval(1, offered: 100, failed: 20)])
    progress.add(sample(to: 2))
    try progress.add([deployment(replicas: 7, at: 1)], of: web)
    let news = progress.takeNews(atLeast: .milliseconds(900))

    let line = lines(progress).intervalLine(news.figures, over: try #require(news.span), progress.snapshot)

    let expected: JSONValue = [
      "type": "interval", "from": 0, "to": 2, "phases": ["calm"], "offered": 100, "sent": 100, "completed": 100,
      "failed": 20, "dropped": 1, "droppedByTarget": 0, "stopped": 0, "late": 2, "p50Ms": 12.5, "p99Ms": 12.5,
      "queued": 4, "inFlight": 12,
      "openConnections": 9, "latenessP99Ms": 0.42, "machineLatenessP99Ms": .null, "placesHeldSince": .null,
      "replicas": ["wanted": 7, "ready": 3, "recommended": .null, "deletedAt": .null, "stale": .null],
      "workloads": [],
    ]
    #expect(line == expected)
  }

  @Test("an interval line tells each of several workloads by its name")
  func severalWorkloads() throws {
    let progress = RunProgress(collectsNews: true)
    var two = web
    two.workloads = WatchedWorkloads(
      WatchedWorkload(name: "api", WorkloadReference(.deployment, "api")),
      others: [WatchedWorkload(name: "pages", WorkloadReference(.deployment, "web"))])
    progress.add(sample(to: 2))
    try progress.add([deployment(replicas: 7, at: 1)], of: two)
    let news = progress.takeNews(atLeast: .milliseconds(900))

    let line = lines(progress).intervalLine(news.figures, over: try #require(news.span), progress.snapshot)

    let unknown: JSONValue = [
      "wanted": .null, "ready": .null, "recommended": .null, "deletedAt": .null, "stale": .null,
    ]
    #expect(line["replicas"] == unknown)
    #expect(line["workloads"]?.array?.compactMap { $0["name"]?.string } == ["api", "pages"])
    #expect(line["workloads"]?.array?.map { $0["wanted"] } == [.null, 7])
  }

  @Test("the sums over all interval lines are the totals, however late answers come")
  func sums() {
    let progress = RunProgress(collectsNews: true)
    var taken: [RunProgress.News] = []
    for second in 0..<5 {
      progress.add([interval(second, offered: 10 + second), interval(0, offered: 1, failed: 1)])
      progress.add(sample(to: second + 1))
      taken.append(progress.takeNews(atLeast: .seconds(2)))
    }
    progress.add([interval(0, offered: 3)])
    taken.append(progress.takeLastNews(at: .seconds(6)))

    let spans = taken.compactMap(\.span)

    #expect(taken.reduce(0) { $0 + $1.figures.offered } == progress.snapshot.total.offered)
    #expect(taken.reduce(0) { $0 + $1.figures.failed } == 5)
    #expect(spans == [.zero ..< .seconds(2), .seconds(2) ..< .seconds(4), .seconds(4) ..< .seconds(6)])
  }

  @Test("no line is due before the generator has reported as much run time as a line covers")
  func notTooSoon() {
    let progress = RunProgress(collectsNews: true)
    progress.add([interval(0, offered: 10)])

    let before = progress.takeNews(atLeast: .milliseconds(900))
    progress.add(sample(to: 1))
    let after = progress.takeNews(atLeast: .milliseconds(900))

    #expect(before.span == nil)
    #expect(after.span == .zero ..< .seconds(1))
    #expect(after.figures.offered == 10)
  }

  @Test("a change of the wanted replicas is a rescale; the first sight of them is not")
  func rescale() throws {
    let progress = RunProgress(collectsNews: true)
    try progress.add([deployment(replicas: 3, at: 0), deployment(replicas: 3, at: 1)], of: web)
    try progress.add([deployment(replicas: 8, at: 2)], of: web)

    let events = progress.takeNews(atLeast: .zero).events

    #expect(
      events == [
        ProgressEvent(at: .seconds(2), kind: .rescale, subject: "Deployment/web", message: "replicas wanted: 3 to 8")
      ])
  }

  @Test(
    "an Event of the cluster says what it is about",
    arguments: [
      ("Pod", ProgressEvent.Kind.pod), ("ReplicaSet", .rollout), ("Deployment", .rollout),
      ("HorizontalPodAutoscaler", .cluster),
    ])
  func clusterEvents(kind: String, expected: ProgressEvent.Kind) throws {
    let progress = RunProgress(collectsNews: true)
    let event: JSONValue = [
      "metadata": ["name": "e", "uid": "1"], "involvedObject": ["kind": .string(kind), "name": "web-1"],
      "reason": "Because", "message": "line\none",
    ]
    progress.add(
      [
        Observation(
          sent: .zero, received: .seconds(3.25), resource: "events", kind: .added, name: "e", uid: "1",
          object: try event.json())
      ], of: web)

    let line = try #require(progress.takeNews(atLeast: .zero).events.first.map(JSONLines.line))

    let value: JSONValue = [
      "type": "event", "at": 3.25, "kind": .string(expected.rawValue), "subject": .string("\(kind)/web-1"),
      "reason": "Because", "message": "line\none",
    ]
    #expect(line == value)
    #expect(!String(decoding: try line.json(), as: UTF8.self).contains("\n"))
  }

  @Test("a stop is an event, once")
  func stop() {
    let progress = RunProgress(collectsNews: true)
    progress.stopping("abortOn \"slow\"", at: .seconds(9))
    progress.stopping("interrupted", at: .seconds(10))

    let events = progress.takeNews(atLeast: .zero).events

    #expect(events == [ProgressEvent(at: .seconds(9), kind: .stop, message: "abortOn \"slow\"")])
  }

  @Test("the last line of a refused run says why, with the exit status")
  func refusal() {
    let line = JSONLines.endLine(of: HarnessError(.unreachable, "nobody listens"))

    let expected: JSONValue = [
      "type": "end", "schema": 1, "reason": "refused", "detail": "nobody listens", "at": .null, "exitStatus": 69,
      "files": .null,
    ]
    #expect(line == expected)
  }

  @Test("nothing is kept for programs when none asked")
  func noNews() throws {
    let progress = RunProgress()
    progress.add([interval(0, offered: 10)])
    progress.note("action release", at: .seconds(1))
    progress.stopping("interrupted", at: .seconds(1))

    let news = progress.takeNews(atLeast: .zero)

    #expect(news.events.isEmpty)
    #expect(news.figures.offered == 0)
  }
}
