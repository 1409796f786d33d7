import ApplicationNature
import KubernetesObjects
import Testing
import Units

@testable import Profiles

@Suite("What a profile says of its simulated cluster")
struct SimulationReadingTests {
  private static func profile(_ simulated: String, incident: String = "") -> String {
    """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: test}
    target: {url: "http://web.example.com"}
    cluster:
      workload: deployment/web
      simulated:
        manifests: web.yaml
        \(simulated)
    requests: [{name: home, path: /}]
    load: {phases: [{name: calm, for: 60s, rate: 10/s}, {name: surge, for: 60s, rate: 90/s}]}
    actions: [{name: release, at: surge + 30s, rollout: {restart: true}}]
    expectations: [{name: up, scaleUp: {after: surge.start, to: 8, within: 60s}}]
    \(incident)
    """
  }

  private static func problems(_ text: String) -> [String] {
    do {
      _ = try ProfileReader.read(text: text, source: "p.yaml")
      return []
    } catch {
      return error.problems.map { problem in
        // The place is held by the tests of all fields.
        String(problem.description.split(separator: ": ", maxSplits: 1).last ?? "")
      }
    }
  }

  private func simulation(_ simulated: String) throws -> Simulation {
    let profile = try ProfileReader.read(text: Self.profile(simulated), source: "p.yaml")
    guard case .simulated(let simulation)? = profile.cluster?.kind else { throw NotSimulated() }
    return simulation
  }

  private struct NotSimulated: Error {}

  @Test("Applications, of all pods and of versions, have the fields that are written and no others")
  func applications() throws {
    let simulation = try simulation(
      """
      workload: {cpuPerRequest: 2ms, concurrency: 8, serviceTime: {median: 20ms, p99: 200ms}, queueLimit: 9, failing: 2.5%, memory: 64Mi, memoryPerRequest: 1Ki, drains: false, start: 3s}
          versions: {v2: {crashesAfter: 5s, busyStart: 40s, busyStartCPU: 250m, warmUp: 1m, warmUpCost: 3, becomesReady: false, staysAlive: false}}
      """)
    var application = ApplicationChange()
    application.cpuPerRequest = .milliseconds(2)
    application.concurrency = 8
    application.serviceTime = ServiceTime(.milliseconds(20), p99: .milliseconds(200))
    application.queueLimit = 9
    application.failingShare = 0.025
    application.memory = 64 << 20
    application.memoryPerRequest = 1 << 10
    application.drains = false
    application.start = .seconds(3)
    #expect(simulation.application == application)
    var second = ApplicationChange()
    second.crashesAfter = .seconds(5)
    second.busyStart = .seconds(40)
    second.busyStartCores = 0.25
    second.warmUp = .seconds(60)
    second.warmUpCost = 3
    second.becomesReady = false
    second.staysAlive = false
    #expect(simulation.versions == ["v2": second])
  }

  @Test("Nodes, Ingress and metrics are read")
  func surroundings() throws {
    let simulation = try simulation(
      """
      nodes: {count: 2, cpu: 1500m, memory: 4Gi, pods: 20, max: 5, addingTakes: 90s, min: 2, removedAfter: 10m}
          ingress: {balances: connections, retries: 2}
          metrics: {rps: requests, depth: waiting, t: {course: {0s: 10, 60s: 20}}, jobs: {backlog: {arrivals: {0s: 5}, perPod: 2, notBy: v2}}}
      """)
    #expect(simulation.nodes.cpu == 1_500 && simulation.nodes.memory == 4 << 30 && simulation.nodes.pods == 20)
    #expect(simulation.nodes.min == 2 && simulation.nodes.removedAfter == .seconds(600))
    #expect(simulation.nodes.count == 2 && simulation.nodes.max == 5 && simulation.nodes.addingTakes == .seconds(90))
    #expect(simulation.ingress.balances == .connections && simulation.ingress.retries == 2)
    #expect(simulation.metrics["rps"] == .measured(.requests) && simulation.metrics["depth"] == .measured(.waiting))
    #expect(
      simulation.metrics["t"] == .course([.init(at: .zero, value: 10), .init(at: .seconds(60), value: 20)]))
    #expect(
      simulation.metrics["jobs"] == .backlog(arrivals: [.init(at: .zero, value: 5)], perPod: 2, notBy: ["v2"]))
  }

  @Test("Each kind of fault is read, with its time")
  func faults() throws {
    let simulation = try simulation(
      """
      metrics: {jobs: waiting}
          faults:
            - {at: surge, for: 20s, metricsMissing: resource}
            - {at: release.start + 5s, metricsMissing: jobs}
            - {at: 10s, metricsStale: true}
            - {at: 10s, endpointDelay: 30s}
            - {at: 10s, nodeLost: 3}
            - {at: 10s, controllersDown: true}
            - {at: 10s, application: {version: v2, failing: 5%}}
            - {at: 10s, write: {by: helm, patch: deployment/web, fields: {spec: {replicas: 3}}}}
            - {at: 10s, write: {create: {apiVersion: v1, kind: ResourceQuota, metadata: {name: q}}}}
            - {at: 10s, write: {delete: ResourceQuota/q}}
            - {at: 10s, apiErrors: {status: 429, share: 25%, retryAfter: 3s, verbs: [list, watch], resources: pods}}
            - {at: 10s, apiErrors: {status: 503}}
            - {at: 10s, watchesDropped: true}
            - {at: 10s, for: 60s, watchesDropped: {every: 5s, resources: [pods, hpa]}}
            - {when: ready >= 8, watchesSilent: true}
            - {at: surge, when: rollout begins, for: 30s, watchesSilent: {resources: pods}}
      """)
    var change = ApplicationChange()
    change.failingShare = 0.05
    var throttled = SimulatedAPIErrors(status: 429, share: 0.25, retryAfter: 3)
    throttled.verbs = [.list, .watch]
    throttled.resources = ["pods"]
    #expect(
      simulation.faults.map(\.kind) == [
        .metricsMissing("resource"), .metricsMissing("jobs"), .metricsStale, .endpointDelay(.seconds(30)), .nodeLost(3),
        .controllersDown, .application(change, version: "v2"),
        .write(
          ForeignWrite(by: "helm", deed: .patch(kind: "deployment", name: "web", fields: ["spec": ["replicas": 3]]))),
        .write(
          ForeignWrite(
            by: "kubectl",
            deed: .create(["apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "q"]]))),
        .write(ForeignWrite(by: "kubectl", deed: .delete(kind: "resourcequota", name: "q"))),
        .apiErrors(throttled), .apiErrors(SimulatedAPIErrors(status: 503)),
        .watchesDropped(resources: [], every: nil), .watchesDropped(resources: ["pods", "hpa"], every: .seconds(5)),
        .watchesSilent(resources: []), .watchesSilent(resources: ["pods"]),
      ])
    #expect(simulation.faults[14].when == .workload(WorkloadCondition(.count(.ready, CountCondition(.atLeast, 8)))))
    #expect(simulation.faults[14].at == Moment(.runStart))
    #expect(simulation.faults[15].when == .workload(WorkloadCondition(.turn(.rolloutBegins))))
    #expect(simulation.faults[15].at == Moment(.phaseStart("surge")))
    #expect(simulation.faults[0].at == Moment(.phaseStart("surge")) && simulation.faults[0].lasts == .seconds(20))
    #expect(simulation.faults[1].at == Moment(.actionStart("release"), offset: .seconds(5)))
  }

  @Test(
    "What cannot be is refused, with what can",
    arguments: [
      ("nodes: {min: 2}", "nodes.min: no node is ever taken away; say after how long, as in removedAfter: 10m"),
      (
        "nodes: {removedAfter: 10m}", "nodes.removedAfter: how much of a node is used is not known; say what a node has"
      ),
      ("nodes: {cpu: 2, min: 4, removedAfter: 10m}", "nodes.min: 4 is more than there are; write 3 or less"),
      ("faults: [{at: 10s}]", "it is not said what goes wrong; write one of application, metricsMissing, metricsStale"),
      ("faults: [{at: 10s, nodeLost: 1, metricsStale: true}]", "metricsStale and nodeLost are two faults"),
      ("faults: [{at: 10s, nodeLost: 4}]", "4 is out of range; it must be from 1 to 3"),
      ("faults: [{at: 10s, metricsMissing: jobs}]", "there is no metric \"jobs\"; known are resource"),
      ("faults: [{at: 10s, metricsStale: false}]", "a fault that does not happen is none"),
      ("faults: [{at: 10s, application: {version: v2}}]", "nothing of the application changes"),
      ("faults: [{at: release.end, metricsStale: true}]", "when release ends depends on the cluster"),
      ("faults: [{at: 3m, metricsStale: true}]", "the fault would begin 3m after the start, but the run ends at 2m"),
      ("faults: [{at: 10s, for: 5s, write: {delete: pod/x}}]", "a write is not undone by itself"),
      ("faults: [{at: 10s, write: {by: me}}]", "it is not said what is written"),
      ("faults: [{at: 10s, write: {patch: web, fields: {}}}]", "\"web\" names no object; write KIND/NAME"),
      ("faults: [{at: 10s, write: {create: {kind: Pod}}}]", "the key \"apiVersion\" is missing"),
      ("faults: [{metricsStale: true}]", "it is not said when it begins"),
      ("faults: [{when: redy >= 8, metricsStale: true}]", "is not a condition (did you mean ready?)"),
      ("faults: [{when: ready >= 8 for long, metricsStale: true}]", "\"long\" is not a duration"),
      ("faults: [{when: ready > x, metricsStale: true}]", "is not a count"),
      ("faults: [{when: scale out, metricsStale: true}]", "did you mean scales out?"),
      ("faults: [{at: 10s, of: api, metricsStale: true}]", "only a condition is about a workload"),
      ("faults: [{when: ready >= 8, of: api, metricsStale: true}]", "the profile names no workloads"),
      ("faults: [{when: errors > 1%, of: api, metricsStale: true}]", "errors are those of the whole load; leave of"),
      ("faults: [{when: errors > 1% over 2h, metricsStale: true}]", "2h is longer than the run, which takes"),
      ("faults: [{when: errors > 1, metricsStale: true}]", "is not a percentage"),
      ("faults: [{at: 10s, apiErrors: {share: 3%}}]", "the key \"status\" is missing"),
      ("faults: [{at: 10s, apiErrors: {status: 418}}]", "an API server in trouble does not answer 418"),
      ("faults: [{at: 10s, apiErrors: {status: 429, share: 0%}}]", "no request is answered so"),
      ("faults: [{at: 10s, apiErrors: {status: 429, retryAfter: 1500ms}}]", "is no whole number of seconds"),
      ("faults: [{at: 10s, apiErrors: {status: 429, verbs: [lst]}}]", "\"lst\" is not known; did you mean \"list\"?"),
      ("faults: [{at: 10s, for: 5s, watchesDropped: true}]", "watches are cut at an instant"),
      ("faults: [{at: 10s, watchesSilent: false}]", "a fault that does not happen is none"),
      ("nodes: {addingTakes: 30s}", "nodes.addingTakes: no node is ever added; say how many there may be"),
      ("nodes: {max: 5}", "no node is ever full, so that none is ever added"),
      ("nodes: {count: 4, cpu: 1, max: 2}", "2 is less than there are; write 4 or more"),
      ("metrics: {a: {course: {60s: 1, 0s: 2}}}", "0s does not come after 1m"),
      ("metrics: {a: {course: {soon: 1}}}", "\"soon\" is no time of the run"),
      ("metrics: {a: {course: {}}}", "there is no value"),
      ("metrics: {a: {}}", "a metric has one source"),
      ("workload: {memory: -1Mi}", "\"-1048576\" is negative; write an amount, as in 128Mi"),
      ("workload: {warmUpCost: 0}", "\"0\" is not a number that fits here; write a number from 1 to 1000"),
      ("versions: {v2: {crashAfter: 3s}}", "unknown key \"crashAfter\"; did you mean \"crashesAfter\"?"),
    ])
  func mistakes(simulated: String, expected: String) {
    let problems = Self.problems(Self.profile(simulated))
    #expect(problems.count == 1 && problems.first?.contains(expected) == true, "\(problems)")
  }

  @Test(
    "An incident names verdicts of its own expectations, and changes",
    arguments: [
      ("{seen: x, verdicts: {down: fail}, fix: {because: y, set: [a=b]}}", "there is no expectation \"down\""),
      ("{seen: x, verdicts: {}, fix: {because: y, set: [a=b]}}", "nothing goes wrong"),
      ("{seen: x, verdicts: {up: red}, fix: {because: y, set: [a=b]}}", "\"red\""),
      ("{seen: x, verdicts: {up: fail}, fix: {because: y, set: [a]}}", "\"a\" changes nothing; write PATH=VALUE"),
      ("{verdicts: {up: fail}, fix: {because: y, set: [a=b]}}", "the key \"seen\" is missing"),
    ])
  func incidents(incident: String, expected: String) {
    let problems = Self.problems(Self.profile("timeScale: 20", incident: "incident: " + incident))
    #expect(problems.count == 1 && problems.first?.contains(expected) == true, "\(problems)")
  }
}
