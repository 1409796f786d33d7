import KubernetesObjects
import Testing

@testable import SimulatedCluster

@Suite("Which port of its pods a Service leads to, and what answers there")
struct ServicePortTests {
  /// A Service with some ports, an Ingress that leads to one of them, and the containers behind it.
  struct Story: Sendable, CustomTestStringConvertible {
    let name: String
    /// Of the only container; `nil` for none.
    var declared: JSONValue? = [["containerPort": 80]]
    /// What its readiness is asked at.
    var probe: JSONValue? = ["httpGet": ["path": "/ready", "port": 80]]
    var ports: JSONValue = [["port": 80, "targetPort": 80]]
    /// What the Service has beside its ports.
    var service: JSONValue = [:]
    var backend: JSONValue = ["number": 80]
    let answer: Answer
    /// The ports in the slices; `nil` where there are no slices.
    var inSlices: [[Int]]? = [[80]]
    /// The fields of Services that a note is about.
    var notes: [String] = []

    var testDescription: String { name }

    func workload() throws -> Workload {
      var workload = try Workload()
      var container = workload.deploymentObject["spec", "template", "spec", "containers"]?[0] ?? [:]
      container["ports"] = declared
      container["readinessProbe"] = probe
      container["livenessProbe"] = nil
      workload.deploymentObject["spec"]?["template"]?["spec"]?["containers"] = [container]
      for index in workload.others.indices {
        switch workload.others[index]["kind"]?.string {
        case "Service":
          workload.others[index]["spec"]?["ports"] = ports
          for (key, value) in service.object ?? [:] { workload.others[index]["spec"]?[key] = value }
        case "Ingress":
          let name = workload.others[index]["spec", "rules"]?[0]?["http", "paths"]?[0]?["backend", "service", "name"]
          let led: JSONValue = ["service": ["name": name ?? .null, "port": backend]]
          workload.others[index]["spec"] = ["defaultBackend": led]
        default: break
        }
      }
      return workload
    }
  }

  enum Answer { case forwarded, refused, noEndpoint }

  static let field = "spec.ports[0].targetPort"

  static let stories = [
    Story(name: "a declared port", answer: .forwarded),
    Story(
      name: "a port that is declared as that of another", ports: [["port": 80, "targetPort": 9999]], answer: .refused,
      inSlices: [[9999]], notes: [field]),
    Story(
      name: "no targetPort stands for the Service's own port", ports: [["port": 81]], backend: ["number": 81],
      answer: .refused, inSlices: [[81]], notes: [field]),
    Story(
      name: "a port that a probe is answered on", declared: [["containerPort": 9100]], answer: .forwarded),
    Story(
      name: "a port that neither a container declares nor a probe asks", declared: [["containerPort": 9100]],
      probe: ["httpGet": ["path": "/ready", "port": 8081]], answer: .refused, notes: [field]),
    Story(
      name: "nothing is declared", declared: nil, ports: [["port": 80, "targetPort": 9999]], answer: .forwarded,
      inSlices: [[9999]], notes: [field]),
    Story(
      name: "only a UDP port is declared", declared: [["containerPort": 53, "protocol": "UDP"]], answer: .forwarded,
      notes: [field]),
    Story(
      name: "by the name of a container's port", declared: [["containerPort": 80, "name": "web"]],
      ports: [["port": 80, "targetPort": "web"]], answer: .forwarded),
    Story(
      name: "by a name that no container has", ports: [["port": 80, "targetPort": "nix"]], answer: .noEndpoint,
      inSlices: [[]]),
    Story(
      name: "by a name that a port of another protocol has",
      declared: [["containerPort": 80, "name": "web", "protocol": "UDP"]],
      ports: [["port": 80, "targetPort": "web"]], answer: .noEndpoint, inSlices: [[]]),
    Story(
      name: "a Service's port that is not TCP",
      declared: [["containerPort": 80], ["containerPort": 80, "name": "web", "protocol": "UDP"]],
      ports: [["port": 80, "targetPort": "web", "protocol": "UDP"]], answer: .noEndpoint),
    Story(
      name: "the good one of two, by name",
      ports: [
        ["name": "web", "port": 80, "targetPort": 80], ["name": "metrics", "port": 9100, "targetPort": "nix"],
      ], backend: ["name": "web"], answer: .forwarded),
    Story(
      name: "the bad one of two, by name",
      ports: [
        ["name": "web", "port": 80, "targetPort": 80], ["name": "metrics", "port": 9100, "targetPort": "nix"],
      ], backend: ["name": "metrics"], answer: .noEndpoint),
    Story(
      name: "the bad one of two, by number",
      ports: [
        ["name": "web", "port": 80, "targetPort": 80], ["name": "metrics", "port": 9100, "targetPort": 9999],
      ], backend: ["number": 9100], answer: .refused, inSlices: [[80, 9999]], notes: ["spec.ports[1].targetPort"]),
    Story(name: "a port that the Service does not have", backend: ["number": 81], answer: .noEndpoint),
    Story(name: "a name that no port of the Service has", backend: ["name": "web"], answer: .noEndpoint),
    Story(name: "a Service without an address of its own", service: ["clusterIP": "None"], answer: .forwarded),
    Story(
      name: "a name elsewhere", service: ["type": "ExternalName", "externalName": "web.example.org"],
      answer: .noEndpoint, inSlices: nil, notes: ["spec.type"]),
    Story(
      name: "a Service without a selector", service: ["selector": .null], answer: .noEndpoint, inSlices: nil,
      notes: ["spec"]),
  ]

  @Test(
    "a request is answered where something listens, refused where nothing does, and goes nowhere else",
    arguments: stories)
  func answer(_ story: Story) throws {
    var cluster = try story.workload().settledCluster()

    let answer = cluster.arrive(host: Workload.host, target: "/")

    switch (story.answer, answer) {
    case (.forwarded, .forwarded), (.refused, .refused), (.noEndpoint, .noEndpoint): break
    default: Issue.record("\(answer)")
    }
    let slices = cluster.objects(.endpointSlice).compactMap(\.endpointSlice)
    #expect((slices.isEmpty ? nil : slices.map { ($0.ports ?? []).compactMap(\.port) }) == story.inSlices)
    cluster.setOfferedRate(100, host: Workload.host)
    cluster.advance(to: .seconds(70))
    let totals = cluster.offeredLoadTotals()
    #expect((totals.answered > 0) == (story.answer == .forwarded))
    #expect((totals.refused > 0) == (story.answer == .refused))
  }

  @Test("a note says what of that is not as written, and where", arguments: stories)
  func notes(_ story: Story) throws {
    let objects = try story.workload().manifests.map(\.object)

    let notes = SimulationNotes.notes(on: objects).filter { objects[$0.object]["kind"] == "Service" }

    #expect(notes.map(\.field) == story.notes, "\(notes.map(\.text))")
  }

  @Test(
    "a port that is changed while the cluster runs counts from then on, and back again",
    arguments: [(9999, Answer.refused, [9999]), ("nix", .noEndpoint, [])] as [(JSONValue, Answer, [Int])])
  func changed(target: JSONValue, answer: Answer, ports: [Int]) throws {
    var cluster = try Workload().settledCluster()
    let service = try #require(cluster.objects(.service).first { $0.service?.spec.selector != nil }).key.name
    func patch(_ target: JSONValue, until end: Duration) -> IngressDecision {
      let answer = cluster.ask(
        "PATCH", "/api/v1/namespaces/production/services/\(service)", type: "application/json-patch+json",
        body: [["op": "replace", "path": "/spec/ports/0/targetPort", "value": target]])
      #expect(answer.status == 200, "\(answer.body)")
      cluster.advance(to: end)
      return cluster.arrive(host: Workload.host, target: "/")
    }

    #expect(patch(target, until: .seconds(80)) == (answer == .refused ? .refused : .noEndpoint))
    let slices = cluster.objects(.endpointSlice).compactMap(\.endpointSlice)
    #expect(slices.count == 1 && slices.first?.endpoints?.count == 3)
    #expect(slices.first?.ports?.compactMap(\.port) == ports)
    guard case .forwarded = patch(80, until: .seconds(100)) else {
      Issue.record("still not answered")
      return
    }
  }

  @Test("pods with different ports are in different slices, and those without any in one without ports")
  func differentPorts() throws {
    let web = EndpointSlice.Port(name: "", port: 80, transport: "TCP")
    let other = EndpointSlice.Port(name: "", port: 8080, transport: "TCP")
    func content(_ pods: [Int], _ ports: [EndpointSlice.Port]) -> SliceLayout.Content {
      SliceLayout.Content(
        endpoints: pods.map {
          EndpointSlice.Endpoint(
            address: "10.0.0.\($0)", ready: true, serving: true, terminating: false,
            pod: EndpointSlice.Reference(pod: "web-\($0)", namespace: "shop", uid: "\($0)"), nodeName: nil)
        }, ports: ports)
    }
    let begun = SliceLayout([content([1, 2], [web])], over: [content([], [])])
    #expect(begun.kept == [content([1, 2], [web])] && begun.made.isEmpty)
    let mixed = SliceLayout(
      [content([1], [web]), content([2], []), content([3], [other])], over: [content([1, 2], [web])])
    #expect(mixed.kept == [content([1], [web])])
    #expect(mixed.made == [content([2], []), content([3], [other])])
    let changed = SliceLayout([content([1, 2], [other])], over: [content([1, 2], [web])])
    #expect(changed.kept == [content([1, 2], [other])] && changed.made.isEmpty)
    let ended = SliceLayout([], over: [content([1], [web]), content([2], [other])])
    #expect(ended.kept == [content([], []), nil] && ended.made.isEmpty)
  }
}
