import ApplicationNature
import KubernetesObjects
import SimulatedCluster
import Testing
import Units

@Suite("Limits, timeouts and tries of the simulated Ingress")
struct IngressProxyTests {
  /// - Parameter annotations: without their prefix.
  private static func cluster(
    _ annotations: [String: String], _ nature: SimulatedWorkload = SimulatedWorkload(), tls: JSONValue? = nil
  ) throws -> ClusterSimulation {
    var workload = try Workload()
    for index in workload.others.indices where workload.others[index]["kind"] == "Ingress" {
      let written = annotations.map { ("nginx.ingress.kubernetes.io/\($0.key)", JSONValue.string($0.value)) }
      workload.others[index]["metadata"]?["annotations"] = .object(Dictionary(uniqueKeysWithValues: written))
      workload.others[index]["spec"]?["tls"] = tls
    }
    return try workload.settledCluster(nature)
  }

  private static func isTooLarge(_ cluster: inout ClusterSimulation, _ bytes: Int64) -> Bool {
    var destination = IngressDestination(host: Workload.host, target: "/", method: "POST", longestBody: bytes)
    return cluster.arrive(at: &destination, bodyLength: { bytes }) == .tooLarge
  }

  @Test(
    "a body may be as long as proxy-body-size says, and 1m without it",
    arguments: [
      (nil, 1 << 20), ("8m", 8 << 20), ("512k", 512 << 10), ("2K", 2 << 10), ("100", 100), ("much", 1 << 20),
    ] as [(String?, Int64)])
  func bodyLimit(size: String?, limit: Int64) throws {
    var cluster = try Self.cluster(size.map { ["proxy-body-size": $0] } ?? [:])

    #expect(!Self.isTooLarge(&cluster, limit))
    #expect(Self.isTooLarge(&cluster, limit + 1))
    var destination = IngressDestination(host: Workload.host, target: "/")
    #expect(cluster.bodyLimit(of: &destination) == limit)
  }

  @Test("a body has no limit where proxy-body-size is 0; its length is not asked for where the longest is within it")
  func noBodyLimit() throws {
    var cluster = try Self.cluster(["proxy-body-size": "0"])
    #expect(!Self.isTooLarge(&cluster, 1 << 40))
    var short = IngressDestination(host: Workload.host, target: "/", longestBody: 10)
    var isAsked = false
    _ = cluster.arrive(
      at: &short,
      bodyLength: {
        isAsked = true
        return 10
      })
    #expect(!isAsked)
  }

  /// What becomes of a request in the end, and how long that takes.
  private static func end(
    _ cluster: inout ClusterSimulation, method: String = "GET", at start: Duration = .seconds(60)
  ) -> (status: Int, pods: [String], after: Duration) {
    var destination = IngressDestination(host: Workload.host, target: "/", method: method)
    var decision = cluster.arrive(at: &destination)
    var pods: [String] = []
    var after = Duration.zero
    while case .forwarded(let request) = decision {
      pods.append(cluster.answeringPod(request.pod).name)
      after += request.answerAfter
      cluster.advance(to: start + after)
      switch cluster.outcome(of: request) {
      case .answered: return (200, pods, after)
      case .failed: return (500, pods, after)
      case .cut: return (502, pods, after)
      case .goesOn(let next): decision = next
      }
    }
    let status =
      switch decision {
      case .timedOut: 504
      case .refused: 502
      case .overloaded, .noEndpoint: 503
      default: 0
      }
    return (status, pods, after)
  }

  @Test(
    "an answer is awaited for proxy-read-timeout, else 60 s; others are tried where a request may be sent twice",
    arguments: [
      (["proxy-read-timeout": "2"], "GET", 504, 1, 2), ([:], "GET", 504, 1, 60),
      (["proxy-read-timeout": "200"], "GET", 200, 1, 100),
      (["proxy-read-timeout": "2", "proxy-next-upstream": "error timeout"], "GET", 504, 3, 6),
      (["proxy-read-timeout": "2", "proxy-next-upstream-tries": "2"], "GET", 504, 2, 4),
      (["proxy-read-timeout": "2", "proxy-next-upstream-tries": "3"], "POST", 504, 1, 2),
      (["proxy-read-timeout": "2", "proxy-next-upstream": "timeout non_idempotent"], "POST", 504, 3, 6),
      (["proxy-read-timeout": "2", "proxy-next-upstream": "off"], "GET", 504, 1, 2),
      (["proxy-read-timeout": "2", "proxy-next-upstream-timeout": "3"], "GET", 504, 2, 4),
    ] as [([String: String], String, Int, Int, Double)])
  func readTimeout(annotations: [String: String], method: String, status: Int, pods: Int, seconds: Double) throws {
    var nature = SimulatedWorkload()
    nature.application.serviceTime = ServiceTime(.seconds(100))
    var cluster = try Self.cluster(annotations, nature)

    let end = Self.end(&cluster, method: method)

    #expect(end.status == status && Set(end.pods).count == pods && end.pods.count == pods, "\(end)")
    #expect(abs(end.after.seconds - seconds) < 0.01)
  }

  @Test(
    "a pod whose node is gone is given up after proxy-connect-timeout, and another one is tried, whatever the method",
    arguments: [
      ([:], 504, 5.0), (["proxy-connect-timeout": "2"], 504, 2.0),
      (["proxy-connect-timeout": "2", "proxy-next-upstream-tries": "3"], 200, 2.0),
    ] as [([String: String], Int, Double)])
  func connectTimeout(annotations: [String: String], status: Int, seconds: Double) throws {
    var cluster = try Self.cluster(annotations)
    cluster.plan([Fault(.machineLost(1), begins: .zero)], loadBegins: .seconds(60))
    cluster.advance(to: .seconds(61))

    // Each of three pods is next in turn once.
    let ends = (0..<3).map { _ in
      var copy = cluster
      defer { _ = cluster.arrive(host: Workload.host, target: "/") }
      return Self.end(&copy, method: "POST", at: .seconds(61))
    }

    let late = ends.filter { $0.after > .seconds(1) }
    #expect(late.count == 1 && late.first?.status == status, "\(ends)")
    #expect(abs((late.first?.after.seconds ?? 0) - seconds) < 0.01)
  }

  @Test("a request that its pod loses with its node is given up when no answer came in time")
  func lostOnTheWay() throws {
    var nature = SimulatedWorkload()
    nature.application.serviceTime = ServiceTime(.seconds(3))
    var cluster = try Self.cluster(["proxy-read-timeout": "10"], nature)
    cluster.plan([Fault(.machineLost(1), begins: .zero)], loadBegins: .seconds(61))

    let ends = (0..<3).map { _ in
      var copy = cluster
      defer { _ = cluster.arrive(host: Workload.host, target: "/") }
      return Self.end(&copy)
    }

    let lost = ends.filter { $0.status == 504 }
    #expect(lost.count == 1 && abs((lost.first?.after.seconds ?? 0) - 10) < 0.01, "\(ends)")
  }

  @Test(
    "pods that answer 500 are followed by another one only where the Ingress says so",
    arguments: [([:], 1), (["proxy-next-upstream": "error http_500"], 3)] as [([String: String], Int)])
  func failing(annotations: [String: String], pods: Int) throws {
    var nature = SimulatedWorkload()
    nature.application.failingShare = 1
    var cluster = try Self.cluster(annotations, nature)

    let end = Self.end(&cluster)

    #expect(end.status == 500 && end.pods.count == pods, "\(end)")
  }

  @Test(
    "requests without TLS are sent to https where an Ingress has TLS for the host, unless it says otherwise",
    arguments: [
      ([:], true, true), ([:], false, false), (["ssl-redirect": "false"], true, false),
      (["force-ssl-redirect": "true"], false, true),
    ] as [([String: String], Bool, Bool)])
  func redirect(annotations: [String: String], hasTLS: Bool, isRedirected: Bool) throws {
    let tls: JSONValue = [["hosts": [.string(Workload.host)], "secretName": "nowhere"]]
    var cluster = try Self.cluster(annotations, tls: hasTLS ? tls : nil)
    var secure = IngressDestination(host: Workload.host, target: "/", isSecure: true)

    #expect((cluster.arrive(host: Workload.host, target: "/") == .redirected) == isRedirected)
    #expect(cluster.arrive(at: &secure) != .redirected)
  }

  @Test(
    "notes say for which hosts with TLS there is no certificate",
    arguments: [
      (nil, "the Secret web is not among the manifests"), ([:], "no certificate under tls.crt"),
      (["tls.crt": "bm9uZQ==", "tls.key": "bm9uZQ=="], "no certificate under tls.crt"),
    ] as [(JSONValue?, String)])
  func certificateNotes(data: JSONValue?, text: String) throws {
    var objects = try Workload().manifests.map(\.object)
    for index in objects.indices where objects[index]["kind"] == "Ingress" {
      objects[index]["spec"]?["tls"] = [["hosts": [.string(Workload.host)], "secretName": "web"]]
    }
    if let data {
      objects.append([
        "apiVersion": "v1", "kind": "Secret", "metadata": ["name": "web", "namespace": .string(Workload.namespace)],
        "data": data,
      ])
    }

    let told = SimulationNotes.notes(on: objects).filter { $0.field == "spec.tls[0]" }

    #expect(told.count == 1 && told.first?.text.contains(text) == true, "\(told)")
  }

  @Test("a request that is with a pod ends as its Ingress said, though the Ingress is gone meanwhile")
  func ingressGone() throws {
    var nature = SimulatedWorkload()
    nature.application.serviceTime = ServiceTime(.seconds(100))
    var cluster = try Self.cluster(["proxy-read-timeout": "2", "proxy-next-upstream-tries": "2"], nature)
    guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") else {
      Issue.record("not forwarded")
      return
    }

    cluster.ask("DELETE", "/apis/networking.k8s.io/v1/namespaces/production/ingresses/aspnetcore-ingress")
    cluster.advance(to: .seconds(62))

    guard case .goesOn(.forwarded(let second)) = cluster.outcome(of: request) else {
      Issue.record("not tried again")
      return
    }
    #expect(second.pod != request.pod)
  }
}
