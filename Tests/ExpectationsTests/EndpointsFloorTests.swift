import Expectations
import RunTimeline
import TestRecordings
import Testing

@Suite("Endpoints of Services that come, go and are not all watched from the start")
struct EndpointsFloorTests {
  private static let two = ["web-1-1", "web-1-2"]

  private func judged(_ more: String, on script: ClusterScript) throws -> Judgement {
    try judge("{name: e, endpointsFloor: {\(more)}}", on: ReleaseCases.whole(script))
  }

  /// Service web as it was, and what happens to another one.
  private func script(_ change: (inout ClusterScript) -> Void) -> ClusterScript {
    var script = ClusterScript.healthy()
    change(&script)
    return script
  }

  @Test("what a Service had before anybody asked for its slices is not known, and not nothing; later it is")
  func askedForLater() throws {
    let script = script { $0.slice("next-a", of: "next", at: 70, ready: Self.two, created: -500) }
    for more in ["during: calm, atLeast: 2", "during: calm, atLeast: 2, service: next", "during: run, atLeast: 1"] {
      let judgement = try judged(more, on: script)

      #expect(judgement.verdict == .inconclusive, "\(more): \(judgement.finding)")
      #expect(judgement.finding.contains("Service next were not asked for before"), "\(judgement.finding)")
    }
    #expect(try judged("during: settle, atLeast: 2", on: script).verdict == .pass)
    #expect(try judged("during: run, atLeast: 2, service: web", on: script).verdict == .pass)
  }

  @Test("an object of any kind that was there before it was asked for counted as what nobody knows")
  func unseenReplicaSet() throws {
    for wasThere in [true, false] {
      let script = script { $0.replicaSet("9", at: 70, replicas: 3, created: wasThere ? -500 : 70) }
      let created = try #require(ReleaseCases.whole(script).cluster).createdReplicas

      #expect(created.range(at: .seconds(30)) == (wasThere ? nil : 2...2))
      #expect(created.range(at: .seconds(100)) == 5...5)
    }
  }

  @Test("a Service that is made during the run is asked for endpoints from then on, and before it nothing")
  func madeLater() throws {
    let script = script {
      $0.slice("next-a", of: "next", at: 70.5, ready: Self.two, created: 70)
      $0.slice("next-a", of: "next", at: 130, ready: ["web-1-1"], created: 70)
    }
    let surge = try judged("during: surge, atLeast: 2", on: script)
    let before = try judged("during: calm, atLeast: 2, service: next", on: script)

    #expect(surge.verdict == .pass, "\(surge.finding)")
    #expect(surge.evidence.contains { $0.text.hasPrefix("Service next came into being") }, "\(surge.evidence)")
    #expect(before.verdict == .inconclusive && before.finding.contains("Service next was not there during calm"))
    #expect(try judged("during: settle, atLeast: 2", on: script).verdict == .fail)
  }

  @Test(
    "a Service that is deleted has none left, unless the Ingress had left it before: then nothing is asked any more")
  func deleted() throws {
    func script(switched: Double?, to deleted: Double) -> ClusterScript {
      var script = ClusterScript()
      script.deployment(at: 0, wanted: 2)
      script.replicaSet("1", at: 0, replicas: 2)
      for name in Self.two { script.pod(name, at: 0) }
      script.slice("web-a", at: 0, ready: Self.two)
      script.slice("next-a", of: "next", at: 0, ready: Self.two)
      script.ingress(to: "web", at: 0)
      script.begin()
      if let switched, switched < deleted { script.ingress(to: "next", at: switched) }
      script.slice("web-a", at: deleted, ready: Self.two, gone: true)
      if let switched, switched > deleted { script.ingress(to: "next", at: switched) }
      return script
    }
    for more in ["during: run, atLeast: 2", "during: surge, atLeast: 1, service: web"] {
      #expect(try judged(more, on: script(switched: 70, to: 80)).verdict == .pass, "\(more)")
      for switched in [nil, 90] as [Double?] {
        let judgement = try judged(more, on: script(switched: switched, to: 80))

        #expect(judgement.verdict == .fail, "\(more): \(judgement.finding)")
        #expect(judgement.finding.hasPrefix("0 ready endpoints of Service web from 80s"), "\(judgement.finding)")
        #expect(judgement.evidence.first?.text.hasPrefix("Service web was deleted: lead whoever") ?? false)
      }
    }
    let late = try judged("during: settle, atLeast: 1, service: web", on: script(switched: 70, to: 80))
    #expect(late.verdict == .inconclusive && late.finding.contains("was not there"), "\(late.finding)")
  }

  @Test("a Service that was never seen is named, with those that were")
  func neverSeen() throws {
    let judgement = try judged("during: surge, atLeast: 1, service: nope", on: ClusterScript.healthy())

    #expect(
      judgement.finding
        == "undecided: Service nope was never seen to send to a pod of the workload; those that did are web")
  }

  @Test("the fewest are told, not the first, and no advice that nothing seen calls for")
  func worst() throws {
    let script = script {
      $0.slice("web-a", at: 70, ready: ["web-1-1"], others: ["web-1-2"])
      $0.slice("web-a", at: 72, ready: Self.two)
      $0.slice("web-a", at: 80, ready: [], others: Self.two)
      $0.slice("web-a", at: 84, ready: Self.two)
    }
    let judgement = try judged("during: surge, atLeast: 2", on: script)

    #expect(judgement.finding.hasPrefix("0 ready endpoints of Service web from 80s to"), "\(judgement.finding)")
    #expect(judgement.evidence.allSatisfy { $0.text.contains("->") }, "\(judgement.evidence.map(\.text))")
  }

  @Test("advice follows from what was seen: the Service's selector, the wanted count, a crash, a drain, the strategy")
  func advice() throws {
    func dip(_ change: (inout ClusterScript) -> Void) throws -> String? {
      var script = ClusterScript.healthy()
      script.container = #", "readinessProbe": {"periodSeconds": 5}"#
      script.deployment(at: 20, wanted: 2, generation: 2)
      change(&script)
      script.slice("web-a", at: 80, ready: ["web-1-1"])
      script.slice("web-a", at: 100, ready: Self.two)
      let judgement = try judged("during: surge, atLeast: 2", on: script)
      #expect(judgement.verdict == .fail)
      return judgement.evidence.first { !$0.text.contains("->") }?.text
    }
    func unready(_ script: inout ClusterScript) {
      script.pod("web-1-2", at: 80, .init(ready: false, transition: 80))
      script.pod("web-1-2", at: 99, .init(transition: 99))
    }
    func release(_ script: inout ClusterScript, unavailable: Int) {
      script.spec = #""strategy": {"rollingUpdate": {"maxSurge": 1, "maxUnavailable": \#(unavailable)}}"#
      script.deployment(at: 75, wanted: 2, updated: 1, available: 1, current: 2, image: "app:v2", generation: 3)
      script.pod("web-1-2", at: 80, .init(deleted: 79.5))
    }
    let cases: [(String, (inout ClusterScript) -> Void)] = [
      ("look at spec.selector and the ports of Service web", { _ in }),
      (
        "raise spec.replicas to 2: only 1 was wanted",
        {
          $0.deployment(at: 79, wanted: 1, generation: 3); unready(&$0)
        }
      ),
      ("change readinessProbe.timeoutSeconds", unready),
      (
        "look at what container app wrote",
        { $0.pod("web-1-2", at: 80, .init(ready: false, transition: 80, restarts: 1, ended: ("Error", 1, 80))) }
      ),
      ("give the pods a PodDisruptionBudget", { $0.pod("web-1-2", at: 80, .init(deleted: 79.5)) }),
      ("change strategy.rollingUpdate.maxUnavailable to 0: it lets 1 of 2", { release(&$0, unavailable: 1) }),
    ]
    for (begin, change) in cases {
      let advice = try dip(change)
      #expect(advice?.hasPrefix(begin) ?? false, "\(begin): \(advice ?? "none")")
    }
  }

  @Test(
    "endpoints in a slice without the port that is sent to are none, but for a Service whose name stands for the pods",
    arguments: [
      (nil, nil, false, .fail), ([], nil, false, .fail), ([""], nil, false, .pass), (nil, nil, true, .pass),
      (["web"], #"{"name": "web"}"#, false, .pass), (["metrics"], #"{"name": "web"}"#, false, .fail),
      (["web", "metrics"], #"{"name": "web"}"#, false, .pass), (["metrics"], #"{"number": 80}"#, false, .pass),
      (nil, #"{"number": 80}"#, false, .fail),
    ] as [([String]?, String?, Bool, Verdict)])
  func withoutPort(ports: [String]?, port: String?, isHeadless: Bool, verdict: Verdict) throws {
    let script = script {
      if let port { $0.ingress(to: "next", port: port, at: 0) }
      $0.slice("next-a", of: "next", at: 0, ready: Self.two, ports: ports, isHeadless: isHeadless)
      $0.slice("next-b", of: "next", at: 0, ready: Self.two, ports: ports, isHeadless: isHeadless)
    }

    let judgement = try judged("during: run, atLeast: 2, service: next", on: script)

    #expect(judgement.verdict == verdict, "\(judgement.finding)")
    let says = judgement.evidence.contains {
      $0.text.contains("give a container a port of the name that targetPort of Service next says")
    }
    #expect(says == (verdict == .fail), "\(judgement.evidence)")
  }
}
