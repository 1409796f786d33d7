import LoadFacts
import RunTimeline
import Testing
import Units

@testable import Expectations

/// Who answered what failed, and when, decides whether what happened just then can be the cause.
@Suite("Causes of failed requests, and what contradicts them")
struct AttributionCauseTests {
  /// 199 seconds of 100 requests each beside a cluster, of which some fail.
  private struct Run {
    var load: [LoadInterval] = []
    var failures: [FailedRequest] = []

    /// - Parameters:
    ///   - failing: how many fail in a second.
    ///   - answers: of 100 requests, how many each version answers; none where answers do not tell.
    ///   - failure: which pod and version the failures of a second tell of, by their number.
    init(
      outcome: String = "502", failing: (Int) -> Int, answers: (Int) -> [String: Int] = { _ in [:] },
      failure: (Int) -> (pod: String?, version: String?) = { _ in (nil, nil) }
    ) {
      for second in 0..<199 {
        var left = answers(second)
        if left.isEmpty { left = ["": 100] }
        var failed: [String: Int] = [:]
        for number in 0..<failing(second) {
          let teller = failure(number)
          failed[teller.version ?? "", default: 0] += 1
          left[teller.version ?? "", default: 0] -= 1
          failures.append(
            FailedRequest(
              due: .seconds(Double(second) + Double(number) / 100), sent: nil,
              completed: .seconds(Double(second) + Double(number) / 100 + 0.01), route: "home", outcome: outcome,
              status: OutcomeLabel.status(outcome), pod: teller.pod, version: teller.version))
        }
        func name(_ version: String) -> String? { version.isEmpty ? nil : version }
        let succeeded = left.filter { $0.value > 0 }
          .map { OutcomeTally(outcome: "200", failed: false, version: name($0.key), completed: $0.value) }
        let tallies = failed.map {
          OutcomeTally(outcome: outcome, failed: true, version: name($0.key), completed: $0.value)
        }
        load.append(
          LoadInterval(
            start: .seconds(second), end: .seconds(second + 1), route: "home", offered: 100, sent: 100,
            outcomes: succeeded + tallies))
      }
    }

    func attribution(_ script: ClusterScript) throws -> Attribution {
      var timeline = script.timeline
      (timeline.load, timeline.failures) = (load, failures)
      return try #require(Attribution(timeline))
    }
  }

  private static func some(_ count: Int, in range: Range<Int>) -> (Int) -> Int {
    { range.contains($0) ? count : 0 }
  }

  /// Of three pods one goes at 70 s, after its programs have waited for so long.
  private static func termination(sleeping seconds: Int = 0) -> ClusterScript {
    var script = ClusterScript()
    let names = ["web-1-1", "web-1-2", "web-1-3"]
    script.lifecycle = seconds > 0 ? #", "lifecycle": {"preStop": {"sleep": {"seconds": \#(seconds)}}}"# : ""
    script.deployment(at: 0, wanted: 3)
    script.replicaSet("1", at: 0, replicas: 3)
    for name in names { script.pod(name, at: 0) }
    script.slice("web-a", at: 0, ready: names)
    script.begin()
    script.heard(at: 65)
    // No fewer are wanted than are left.
    script.deployment(at: 69.9, wanted: 2, current: 3, generation: 2)
    script.pod("web-1-1", at: 70.1, .init(deleted: 70))
    script.slice("web-a", at: 70.2, ready: ["web-1-2", "web-1-3"])
    script.pod("web-1-1", at: 78, .init(ready: false, transition: 77, deleted: 70), gone: true)
    script.heard(at: 199)
    return script
  }

  @Test(
    "what a pod answers is the doing of a termination where that pod goes, and not where all pods answer so",
    arguments: ["500", "503"])
  func answers(outcome: String) throws {
    let script = Self.termination()
    let own = Run(outcome: outcome, failing: Self.some(6, in: 71..<75)) { _ in
      [:]
    } failure: { _ in
      ("web-1-1", nil)
    }
    let all = Run(outcome: outcome, failing: Self.some(6, in: 71..<75)) { _ in
      [:]
    } failure: {
      ("web-1-\($0 % 3 + 1)", nil)
    }

    #expect(try own.attribution(script).cause == .named(.termination))
    #expect(try all.attribution(script).cause == .none)
    #expect(
      try all.attribution(script).sentence
        == "24 failed requests were answered by the application itself, in 3 pods, and nothing that was seen of the cluster "
        + "explains them: look at the application and at what it depends on.")
    // Where all that are known failed alike, more of those that go do not make it a cause.
    let most = Run(outcome: outcome, failing: Self.some(5, in: 71..<73)) { _ in
      [:]
    } failure: {
      (["web-1-1", "web-1-2", "web-1-1", "web-1-3", "web-1-1"][$0], nil)
    }
    let attribution = try most.attribution(script)
    #expect(attribution.cause == .none)
    #expect(attribution.row(of: .termination)?.contradiction == .othersFailAlike, "\(attribution.rows)")
  }

  @Test(
    "what only an application answers is the doing of no pod that goes, but where that one answered",
    arguments: [("500", false), ("404", false), ("check failed: body", false), ("504", true), ("read timeout", true)])
  func statuses(outcome: String, isTermination: Bool) throws {
    let run = Run(outcome: outcome, failing: Self.some(6, in: 71..<75))
    #expect(try run.attribution(Self.termination()).cause == (isTermination ? .named(.termination) : .none))
  }

  @Test("what began before is no doing of it, and neither are more failures than requests that went there")
  func contradictions() throws {
    let cases: [(Run, TriggerContradiction?)] = [
      (Run(outcome: "503", failing: Self.some(10, in: 69..<74)), nil),
      (Run(outcome: "503", failing: Self.some(10, in: 65..<74)), .beganBefore),
      (Run(outcome: "503", failing: Self.some(30, in: 70..<74)), nil),
      (Run(outcome: "503", failing: Self.some(90, in: 70..<74)), .moreThanTheyGot),
    ]
    for (index, (run, contradiction)) in cases.enumerated() {
      let attribution = try run.attribution(Self.termination())
      #expect(attribution.row(of: .termination)?.contradiction == contradiction, "\(index): \(attribution.rows)")
      #expect(attribution.cause == (contradiction == nil ? .named(.termination) : .none), "\(index)")
    }
  }

  @Test("nothing fails for a termination while the programs of the pod have not been told of it")
  func waiting() throws {
    let run = Run(outcome: "503", failing: Self.some(10, in: 71..<74))
    #expect(try run.attribution(Self.termination(sleeping: 5)).cause == .none)
    let later = Run(outcome: "503", failing: Self.some(10, in: 75..<78))
    #expect(try later.attribution(Self.termination(sleeping: 5)).cause == .named(.termination))
  }

  /// Two pods of a second template beside two of the first, from 70 s to 130 s.
  private static let canary: ClusterScript = {
    var script = ClusterScript.healthy()
    script.heard(at: 65)
    for number in 1...2 {
      let new = ClusterScript.PodState(ready: false, transition: 66, created: 66, scheduled: 66, hash: "2")
      script.pod("web-2-\(number)", at: 66, new)
    }
    for number in 1...2 {
      script.pod("web-2-\(number)", at: 70, .init(transition: 70, created: 66, scheduled: 66, hash: "2"))
    }
    script.slice("web-a", at: 70.2, ready: ["web-1-1", "web-1-2", "web-2-1", "web-2-2"])
    for number in 1...2 {
      script.pod("web-2-\(number)", at: 130, .init(transition: 70, created: 66, scheduled: 66, deleted: 130, hash: "2"))
    }
    script.slice("web-a", at: 130.2, ready: ["web-1-1", "web-1-2"])
    script.heard(at: 199)
    return script
  }()

  private static func shares(_ second: Int) -> [String: Int] {
    70..<130 ~= second ? ["v1": 50, "v2": 50] : ["v1": 100]
  }

  @Test("failures of one version, and none of another at the same time, are that version's: by its name or by its pods")
  func version() throws {
    let named = Run(outcome: "500", failing: Self.some(3, in: 72..<130), answers: Self.shares) { _ in (nil, "v2") }
    let pods = Run(outcome: "500", failing: Self.some(3, in: 72..<130)) { _ in
      [:]
    } failure: {
      ("web-2-\($0 % 2 + 1)", nil)
    }
    for (run, subject) in [(named, "version v2"), (pods, "pods of template 2")] {
      let attribution = try run.attribution(Self.canary)
      #expect(attribution.cause == .named(.version), "\(attribution.rows)")
      #expect(attribution.row(of: .version)?.subject == subject)
      #expect(attribution.advice?.contains(subject) ?? false, "\(attribution.advice ?? "none")")
      #expect(
        attribution.sentence?.contains("of all, were answered by \(subject) (") ?? false,
        "\(attribution.sentence ?? "")")
    }
  }

  @Test("a version is no cause where others fail alike, or never answered at the same time")
  func versions() throws {
    let alike = Run(outcome: "500", failing: Self.some(4, in: 80..<88), answers: Self.shares) {
      (nil, "v\($0 % 2 + 1)")
    }
    #expect(try alike.attribution(Self.canary).cause == .none)

    // Proxies notice late that others have come, and that these go.
    let late = Run(outcome: "500", failing: Self.some(4, in: 70..<74)) { _ in
      [:]
    } failure: {
      ("web-1-\($0 % 2 + 1)", nil)
    }
    let attribution = try late.attribution(Self.canary)
    #expect(attribution.cause == .none)
    #expect(attribution.sentence?.contains("in 2 pods, all of template 1, and nothing") ?? false)

    let apart = Run(outcome: "500", failing: Self.some(4, in: 80..<88)) {
      ["v\($0 < 75 ? 1 : 2)": 100]
    } failure: { _ in
      (nil, "v2")
    }
    #expect(try apart.attribution(Self.canary).cause == .none)
  }

  @Test("a version whose pods fail only while they are young is not to blame as such")
  func youngVersion() throws {
    func run(until end: Int) -> Run {
      Run(outcome: "503", failing: Self.some(6, in: 71..<end), answers: Self.shares) { ("web-2-\($0 % 2 + 1)", "v2") }
    }
    let young = try run(until: 78).attribution(Self.canary)
    #expect(young.cause == .named(.readiness), "\(young)")
    #expect(try run(until: 130).attribution(Self.canary).cause == .named(.version))
  }

  @Test("the loss of a node explains what went to its pods, and not more", arguments: [(30, true), (90, false)])
  func node(failed: Int, isNode: Bool) throws {
    var script = ClusterScript()
    script.deployment(at: 0, wanted: 3)
    script.replicaSet("1", at: 0, replicas: 3)
    let names = ["web-1-1", "web-1-2", "web-1-3"]
    for name in names { script.pod(name, at: 0, .init(node: name == "web-1-1" ? "node-a" : "node-b")) }
    script.slice("web-a", at: 0, ready: names)
    script.begin()
    script.event("NodeNotReady", of: ("Node", "node-a"), at: 80, "Node node-a status is now: NodeNotReady")
    script.heard(at: 199)
    let attribution = try Run(outcome: "read timeout", failing: Self.some(failed, in: 40..<80)).attribution(script)

    #expect(attribution.cause == (isNode ? .named(.node) : .none), "\(attribution.rows)")
    #expect(attribution.row(of: .node)?.contradiction == (isNode ? nil : .moreThanTheyGot))
  }

  @Test(
    "an error of the application is no doing of a change of routes, and an answer of another backend is",
    arguments: [("500", false), ("404", true), ("503", true), ("check failed: body", true)])
  func write(outcome: String, isWrite: Bool) throws {
    var script = ClusterScript.healthy()
    script.actions = [Self.patch]
    script.heard(at: 199)
    let attribution = try Run(outcome: outcome, failing: Self.some(50, in: 71..<78)).attribution(script)
    #expect(attribution.cause == (isWrite ? .named(.write) : .none), "\(attribution.rows)")
  }

  private static let patch: ActionSpan = {
    var action = ActionSpan(
      name: "routes", summary: "patch", effect: .none, plannedAt: .seconds(70), sent: .seconds(70),
      answered: .seconds(70.1))
    action.requests = [
      .init(
        line: "PATCH /apis/networking.k8s.io/v1/namespaces/shop/ingresses/web", sent: .seconds(70),
        answered: .seconds(70.1))
    ]
    return action
  }()

  @Test("a Service that had no endpoints while pods were ready is named, with what to look at")
  func emptyService() throws {
    var script = ClusterScript.healthy()
    script.slice("web-a", at: 70, ready: [])
    script.slice("web-a", at: 80, ready: ["web-1-1", "web-1-2"])
    script.heard(at: 199)
    let attribution = try Run(outcome: "503", failing: Self.some(100, in: 70..<80)).attribution(script)

    #expect(attribution.cause == .named(.noEndpoints), "\(attribution.rows)")
    #expect(attribution.advice?.hasPrefix("look at spec.selector and the ports of Service web") ?? false)
    // Answers of the application did not come through it.
    let answered = Run(outcome: "503", failing: Self.some(100, in: 70..<80)) { _ in
      [:]
    } failure: { _ in
      ("web-1-1", nil)
    }
    #expect(try answered.attribution(script).cause == .none)
  }

  @Test("a Service through which no request comes is no cause", arguments: ["web", "other"])
  func unroutedService(routed: String) throws {
    var script = ClusterScript.healthy()
    script.ingress(to: routed, at: 1)
    script.slice("web-a", at: 70, ready: [])
    script.slice("web-a", at: 80, ready: ["web-1-1", "web-1-2"])
    script.heard(at: 199)

    let attribution = try Run(outcome: "503", failing: Self.some(100, in: 70..<80)).attribution(script)

    #expect((attribution.row(of: .noEndpoints) != nil) == (routed == "web"), "\(attribution.rows)")
  }

  @Test("failures about the end of a container are that one's, with what it wrote to look at")
  func crash() throws {
    var script = ClusterScript.healthy(pods: 3)
    script.heard(at: 65)
    script.pod(
      "web-1-1", at: 70.5, .init(ready: false, transition: 70, restarts: 1, ended: ("Error", 3, 70), isRunning: false))
    script.heard(at: 199)
    let attribution = try Run(failing: Self.some(6, in: 70..<74)).attribution(script)

    #expect(attribution.causes.contains(.crash) || attribution.causes == [.underCapacity], "\(attribution.rows)")
    #expect(attribution.advice?.contains("exit code 3") ?? false, "\(attribution.advice ?? "none")")
  }

  @Test(
    "events of unequal chances add up exactly",
    arguments: [
      ([0.5, 0.2], 1, 0.6), ([0.5, 0.2], 2, 0.1), ([0.5, 0.2], 0, 1), ([0.3, 0.3, 0.3], 2, 0.216),
      ([0.9, 0.1, 0.5], 3, 0.045),
    ])
  func chances(_ chances: [Double], count: Int, expected: Double) throws {
    let pValue = try #require(UnequalChances.pValue(atLeast: count, chances.map { ($0, 1) }))
    #expect(abs(pValue - expected) < 1e-12)
    #expect(UnequalChances.pValue(atLeast: count, [(0.5, 1_001)]) == nil)
  }
}
