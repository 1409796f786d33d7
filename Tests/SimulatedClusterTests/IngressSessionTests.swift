import ApplicationNature
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Sessions and connections of the simulated Ingress")
struct IngressSessionTests {
  /// - Parameter annotations: without their prefix.
  private static func cluster(
    _ annotations: [String: String], replicas: Int64? = nil, _ change: (inout SimulatedWorkload) -> Void = { _ in }
  ) throws -> ClusterSimulation {
    var workload = try Workload()
    workload.others.removeAll { $0["kind"] == "HorizontalPodAutoscaler" }
    for index in workload.others.indices where workload.others[index]["kind"] == "Ingress" {
      workload.others[index]["metadata"]?["annotations"] = annotation(annotations)
    }
    if let replicas { workload.deploymentObject["spec"]?["replicas"] = .integer(replicas) }
    var nature = SimulatedWorkload()
    change(&nature)
    return try workload.settledCluster(nature)
  }

  private static func annotation(_ written: [String: String]) -> JSONValue {
    .object(
      Dictionary(
        uniqueKeysWithValues: written.map { ("nginx.ingress.kubernetes.io/\($0.key)", JSONValue.string($0.value)) }))
  }

  /// Who answers a request with a cookie, and the cookie that comes with the answer, as a client sends it back.
  private static func ask(
    _ cluster: inout ClusterSimulation, _ cookie: String? = nil
  ) -> (pod: String, version: String, cookie: String?, written: String?) {
    // No pod has too many at once.
    cluster.advance(to: cluster.now + .milliseconds(10))
    var destination = IngressDestination(host: Workload.host, target: "/")
    let decision = cluster.arrive(at: &destination, header: { $0 == "Cookie" ? cookie : nil })
    guard case .forwarded(let request) = decision else { return ("", "", nil, nil) }
    let written = cluster.sessionCookie(of: request)
    let pod = cluster.answeringPod(request.pod)
    return (pod.name, pod.version, written?.split(separator: ";").first.map(String.init), written)
  }

  private static func scale(_ cluster: inout ClusterSimulation, to replicas: Int64) {
    cluster.ask(
      "PATCH", "/apis/apps/v1/namespaces/production/deployments/\(Workload.deployment)/scale",
      type: "application/merge-patch+json", body: ["spec": ["replicas": .integer(replicas)]])
    cluster.advance(to: cluster.now + .seconds(60))
  }

  @Test(
    "a client stays with the pod of its cookie, and clients without one are spread",
    arguments: ["balanced", "persistent"])
  func sticks(mode: String) throws {
    var cluster = try Self.cluster(["affinity": "cookie", "affinity-mode": mode], replicas: 6)

    var pods: Set<String> = []
    for _ in 0..<60 {
      let first = Self.ask(&cluster)
      pods.insert(first.pod)
      let cookie = try #require(first.cookie)
      #expect(cookie.hasPrefix("INGRESSCOOKIE="))
      for _ in 0..<5 {
        let again = Self.ask(&cluster, "other=1; \(cookie)")
        #expect(again.pod == first.pod && again.cookie == nil)
      }
    }
    #expect(pods.count == 6)
  }

  @Test(
    "added pods get their share of balanced cookies and none of persistent ones; of removed pods only their clients move",
    arguments: ["balanced", "persistent"])
  func moves(mode: String) throws {
    var cluster = try Self.cluster(["affinity": "cookie", "affinity-mode": mode], replicas: 4)
    let clients = (0..<200).map { _ in Self.ask(&cluster) }
    let cookies = clients.compactMap(\.cookie)

    Self.scale(&cluster, to: 8)
    let more = cookies.map { Self.ask(&cluster, $0).pod }
    let moved = zip(clients, more).count { $0.pod != $1 }
    if mode == "balanced" {
      #expect((60...140).contains(moved), "\(moved)")
    } else {
      #expect(moved == 0)
    }
    let old = Set(clients.map(\.pod))
    #expect(zip(clients, more).allSatisfy { $0.pod == $1 || !old.contains($1) })

    Self.scale(&cluster, to: 2)
    let left = Set(cluster.objects(.pod).map(\.key.name))
    let fewer = cookies.map { Self.ask(&cluster, $0) }
    #expect(fewer.allSatisfy { left.contains($0.pod) })
    #expect(zip(more, fewer).allSatisfy { !left.contains($0) || $0 == $1.pod })
    // Who has lost its pod for good gets another cookie for that.
    #expect(zip(more, fewer).allSatisfy { ($1.cookie != nil) == (mode == "persistent" && !left.contains($0)) })
  }

  @Test("any value of the cookie stands for a pod, so that so many clients can be written into a profile")
  func anyValue() throws {
    var cluster = try Self.cluster(["affinity": "cookie", "session-cookie-name": "stay"], replicas: 5)

    let pods = (1...100).map { Self.ask(&cluster, "stay=\($0)").pod }
    #expect(Set(pods).count == 5)
    #expect(pods == (1...100).map { Self.ask(&cluster, "stay=\($0)").pod })
    #expect(Self.ask(&cluster, "INGRESSCOOKIE=5").cookie?.hasPrefix("stay=") == true)
  }

  @Test(
    "the cookie is written as its annotations say",
    arguments: [
      ([:], "; Path=/; HttpOnly"),
      (
        [
          "session-cookie-path": "/shop", "session-cookie-max-age": "3600", "session-cookie-domain": "example.com",
          "session-cookie-secure": "true", "session-cookie-samesite": "Lax",
        ], "; Path=/shop; Max-Age=3600; Domain=example.com; Secure; SameSite=Lax; HttpOnly"
      ),
    ] as [([String: String], String)])
  func attributes(annotations: [String: String], written: String) throws {
    var cluster = try Self.cluster(annotations.merging(["affinity": "cookie"]) { $1 })
    #expect(Self.ask(&cluster).written?.hasSuffix(written) == true)
  }

  @Test("a client stays with the canary that has served it, or with the main Ingress", arguments: ["sticky", "legacy"])
  func canary(behavior: String) throws {
    var cluster = try TwoVersions(
      canary: ["canary": "true", "canary-weight": "50"],
      main: ["affinity": "cookie", "affinity-canary-behavior": behavior]
    ).settledCluster()

    let clients = (0..<40).map { _ in Self.ask(&cluster) }
    #expect(Set(clients.map(\.version)).count == 2)
    let same = clients.count { client in
      (0..<6).allSatisfy { _ in Self.ask(&cluster, client.cookie).version == client.version }
    }
    if behavior == "sticky" { #expect(same == 40) } else { #expect(same < 10) }
  }

  @Test(
    "a client whose pod does not answer goes to another one, for good where the cookie changes",
    arguments: [false, true])
  func failure(changes: Bool) throws {
    var cluster = try Self.cluster(
      [
        "affinity": "cookie", "session-cookie-change-on-failure": "\(changes)", "proxy-next-upstream-tries": "3",
        "proxy-connect-timeout": "1",
      ], replicas: 3
    ) { $0.keptConnections = .zero }
    let clients = (0..<20).map { _ in Self.ask(&cluster) }
    cluster.plan([Fault(.machineLost(1), begins: .zero)], loadBegins: cluster.now)
    cluster.advance(to: cluster.now + .milliseconds(10))
    var lost = 0
    for client in clients {
      var destination = IngressDestination(host: Workload.host, target: "/")
      var copy = cluster
      let decision = copy.arrive(at: &destination, header: { $0 == "Cookie" ? client.cookie : nil })
      guard case .forwarded(let request) = decision, request.isUnreachable else { continue }
      lost += 1
      copy.advance(to: copy.now + request.answerAfter)
      guard case .goesOn(.forwarded(let next)) = copy.outcome(of: request) else {
        Issue.record("no other pod was tried")
        continue
      }
      let pod = copy.answeringPod(next.pod).name
      #expect(pod != client.pod)
      let cookie = copy.sessionCookie(of: next)
      #expect((cookie != nil) == changes)
      if let cookie {
        #expect(Self.ask(&copy, cookie.split(separator: ";").first.map(String.init)).pod == pod)
      }
    }
    #expect(lost > 0)
  }

  @Test(
    "balanced connections of one address go to one pod where the Service says so, until it is gone or idle for long",
    arguments: [nil, 30])
  func clientIP(timeout: Int64?) throws {
    var workload = try Workload()
    workload.others.removeAll { $0["kind"] == "HorizontalPodAutoscaler" }
    for index in workload.others.indices where workload.others[index]["kind"] == "Service" {
      workload.others[index]["spec"]?["sessionAffinity"] = "ClientIP"
      if let timeout {
        workload.others[index]["spec"]?["sessionAffinityConfig"] = ["clientIP": ["timeoutSeconds": .integer(timeout)]]
      }
    }
    var nature = SimulatedWorkload()
    nature.balancing = .connections
    var cluster = try workload.settledCluster(nature)
    var next = 0
    func pods(_ connections: Int) -> Set<String> {
      var pods: Set<String> = []
      for _ in 0..<connections {
        next += 1
        if case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/", over: next) {
          pods.insert(cluster.answeringPod(request.pod).name)
        }
      }
      return pods
    }

    let first = pods(20)
    #expect(first.count == 1)
    cluster.advance(to: cluster.now + .seconds(20))
    #expect(pods(20) == first)
    cluster.advance(to: cluster.now + .seconds(29))
    #expect(pods(20) == first)
    cluster.advance(to: cluster.now + .seconds(31))
    #expect((pods(1) == first) == (timeout == nil))
    let pod = try #require(pods(1).first)
    cluster.ask("DELETE", "/api/v1/namespaces/production/pods/\(pod)")
    cluster.advance(to: cluster.now + .seconds(10))
    let second = pods(20)
    #expect(second.count == 1 && second != [pod])
    #expect(
      SimulationNotes.notes(on: workload.manifests.map(\.object)).contains { $0.field == "spec.sessionAffinity" })
  }

  @Test("without that, and for requests, connections of one address are spread over the pods")
  func noClientIP() throws {
    for balancing in [SimulatedWorkload.Balancing.requests, .connections] {
      var cluster = try Self.cluster([:]) { $0.balancing = balancing }
      let pods = (1...20).map { connection -> String in
        guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/", over: connection) else {
          return ""
        }
        return cluster.answeringPod(request.pod).name
      }
      #expect(Set(pods).count == 3)
    }
  }

  @Test(
    "the Ingress acts on a change of an Ingress or a Service when its delay has passed, and on each as it was made",
    arguments: [0, 2, 7])
  func ruleDelay(seconds: Int) throws {
    var cluster = try Self.cluster([:]) { $0.ruleDelay = .seconds(seconds) }
    let path = "/apis/networking.k8s.io/v1/namespaces/production/ingresses/\(try Self.ingressName())"
    func rules(host: String) -> JSONValue {
      ["spec": ["rules": [["host": .string(host), "http": ["paths": [Self.path]]]]]]
    }
    func isKnown(_ host: String) -> Bool { cluster.arrive(host: host, target: "/") != .noRoute }
    let began = cluster.now

    cluster.ask("PATCH", path, type: "application/merge-patch+json", body: rules(host: "one.example.com"))
    cluster.advance(to: began + .seconds(1))
    cluster.ask("PATCH", path, type: "application/merge-patch+json", body: rules(host: "two.example.com"))
    for half in 0...20 {
      cluster.advance(to: max(cluster.now, began + .milliseconds(half * 500)))
      let passed = cluster.now - began
      let expected = passed < .seconds(seconds) ? Workload.host : passed < .seconds(seconds + 1) ? "one" : "two"
      for host in [Workload.host, "one.example.com", "two.example.com"] {
        #expect(isKnown(host) == host.hasPrefix(expected), "\(host) after \(passed)")
      }
    }

    let changed = cluster.now
    cluster.ask(
      "PATCH", "/api/v1/namespaces/production/services/\(try Self.serviceName())", type: "application/merge-patch+json",
      body: ["spec": ["ports": [["port": 9999, "targetPort": 8080]]]])
    for half in 0...20 {
      cluster.advance(to: changed + .milliseconds(half * 500))
      let isServed = cluster.arrive(host: "two.example.com", target: "/") != .noEndpoint
      #expect(isServed == (cluster.now - changed < .seconds(seconds)))
    }
  }

  private static func ingressName() throws -> String {
    try #require(try Workload().others.first { $0["kind"] == "Ingress" }?["metadata", "name"]?.string)
  }

  private static func serviceName() throws -> String {
    try #require(try Workload().others.first { $0["kind"] == "Service" }?["metadata", "name"]?.string)
  }

  private static var path: JSONValue {
    (try? Workload().others.first { $0["kind"] == "Ingress" })??["spec", "rules"]?[0]?["http", "paths"]?[0] ?? .null
  }

  @Test(
    "requests to a lost node go over connections that stood before, as many as were used; later ones cannot connect",
    arguments: [60.0, 0])
  func deadConnections(keeps: Double) throws {
    var cluster = try Self.cluster(["proxy-read-timeout": "30", "proxy-connect-timeout": "4"], replicas: 3) {
      $0.keptConnections = .seconds(keeps)
      $0.application.serviceTime = ServiceTime(.milliseconds(100))
      $0.application.cpuPerRequest = .milliseconds(0)
    }
    // Each pod gets 40 requests a second, of which four are under way at once.
    let began = cluster.now
    for number in 0..<(120 * 20) {
      cluster.advance(to: began + .milliseconds(Double(number) * 1000 / 120))
      _ = cluster.arrive(host: Workload.host, target: "/")
    }
    cluster.plan([Fault(.machineLost(1), begins: .zero)], loadBegins: cluster.now)
    cluster.advance(to: cluster.now + .milliseconds(1))

    var waits: [Int] = []
    for _ in 0..<30 {
      guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/"),
        request.answerAfter > .seconds(1)
      else { continue }
      waits.append(Int(request.answerAfter.seconds.rounded()))
    }
    let dead = waits.prefix { $0 == 30 }.count
    #expect(waits.count == 10 && waits.dropFirst(dead).allSatisfy { $0 == 4 }, "\(waits)")
    #expect(keeps > 0 ? (4...5).contains(dead) : dead == 0, "\(waits)")
  }

  @Test(
    "a pod that ends closes its connections as it stops listening: what comes later is refused, or goes to another one")
  func endedConnections() throws {
    var cluster = try Self.cluster([:], replicas: 3) { $0.endpointDelay = .seconds(30) }
    let pod = try #require(cluster.objects(.pod).first?.key.name)
    for _ in 0..<300 {
      cluster.advance(to: cluster.now + .milliseconds(10))
      _ = cluster.arrive(host: Workload.host, target: "/")
    }
    cluster.ask("DELETE", "/api/v1/namespaces/production/pods/\(pod)")
    cluster.advance(to: cluster.now + .seconds(20))

    let decisions = (0..<9).map { _ in cluster.arrive(host: Workload.host, target: "/") }
    #expect(decisions.count { $0 == .refused } == 3)
  }
}
