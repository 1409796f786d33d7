import ApplicationNature
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Requests through the Ingress")
struct IngressTrafficTests {
  @Test("A request is answered by a ready pod after the service time, in turn")
  func turns() throws {
    var cluster = try Workload().settledCluster()
    var pods: Set<String> = []
    for _ in 0..<3 {
      guard case .forwarded(let request) = cluster.arrive(host: "api.example.com:8080", target: "/x?y=1") else {
        Issue.record("not forwarded")
        return
      }
      pods.insert(cluster.answeringPod(request.pod).name)
      #expect(cluster.answeringPod(request.pod).version == "v1.0.0")
      #expect(abs(request.answerAfter.seconds - 0.005) < 1e-6)
    }
    #expect(pods.count == 3)
  }

  @Test("Unknown hosts are 404; a service without ready pods is 503")
  func refusals() throws {
    var cluster = try Workload().settledCluster()
    #expect(cluster.arrive(host: "other.example.com", target: "/") == .noRoute)
    var young = try ClusterSimulation(manifests: Workload().manifests)
    #expect(young.arrive(host: Workload.host, target: "/") == .noEndpoint)
  }

  @Test("Requests beyond the CPU limit wait, and beyond the queue they are refused by the pod")
  func overload() throws {
    var workload = SimulatedWorkload()
    workload.application.queueLimit = 10
    var cluster = try Workload().settledCluster(workload)
    var delays: [Duration] = []
    var overloaded = 0
    for _ in 0..<60 {
      switch cluster.arrive(host: Workload.host, target: "/") {
      case .forwarded(let request): delays.append(request.answerAfter)
      case .overloaded: overloaded += 1
      default: Issue.record("unexpected")
      }
    }
    // Three pods; each works on one and lets ten wait; 2 ms a request at half a core.
    #expect(delays.count == 33 && overloaded == 27)
    #expect(abs((delays.max() ?? .zero).seconds - (0.005 + 10 * 0.002)) < 1e-6)
  }

  @Test(
    "An application that works on so many requests at once lets the others wait for a place, and refuses those beyond")
  func places() throws {
    var workload = SimulatedWorkload()
    workload.application.concurrency = 2
    workload.application.queueLimit = 3
    workload.application.serviceTime = ServiceTime(.milliseconds(100))
    var cluster = try Workload().settledCluster(workload)
    var delays: [Double] = []
    var overloaded = 0
    for _ in 0..<18 {
      switch cluster.arrive(host: Workload.host, target: "/") {
      case .forwarded(let request): delays.append(request.answerAfter.seconds)
      case .overloaded: overloaded += 1
      default: Issue.record("unexpected")
      }
    }
    // Three pods with two places and room for three that wait; the CPU takes 2 ms for one after the other.
    #expect(overloaded == 3)
    let expected = [0.1, 0.102, 0.2, 0.202, 0.3].flatMap { Array(repeating: $0, count: 3) }
    #expect(zip(delays.sorted(), expected).allSatisfy { abs($0 - $1) < 1e-6 }, "\(delays)")
    cluster.advance(to: cluster.now + .milliseconds(150))
    guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") else {
      Issue.record("not forwarded")
      return
    }
    // One waits in each pod, until 200 ms are over.
    #expect(abs(request.answerAfter.seconds - (0.202 + 0.1 - 0.15)) < 1e-6)
  }

  @Test("Requests that wait for a place cost no CPU before their turn")
  func costOfWaiting() throws {
    var load = PodLoad(cost: 0.01, limit: 0.5, queueLimit: 100)
    var application = Application()
    application.concurrency = 1
    load.begin(application, at: 0, timeScale: 1)
    for _ in 0..<10 { _ = load.take(at: 0, serviceTime: 1) }

    let used = [0.01, 0.02, 0.5, 1.01, 1.5, 9.5, 20].map { load.used(at: $0) }
    let expected = [0.005, 0.01, 0.01, 0.015, 0.02, 0.1, 0.1]
    #expect(zip(used, expected).allSatisfy { abs($0 - $1) < 1e-9 }, "\(used)")
  }

  @Test(
    "A spread of service times has the median and the 99th percentile that are asked for, the same by the same seed")
  func spread() throws {
    var workload = SimulatedWorkload()
    workload.application.serviceTime = ServiceTime(.milliseconds(20), p99: .milliseconds(200))
    func times() throws -> [Double] {
      var cluster = try Workload().settledCluster(workload)
      return (0..<30_000).compactMap { index in
        cluster.advance(to: .seconds(60) + .milliseconds(20) * index)
        guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") else { return nil }
        return request.answerAfter.seconds
      }
    }
    let first = try times()

    let sorted = first.sorted()
    #expect(first.count == 30_000)
    // Four standard errors of a quantile of so many.
    #expect((0.0193...0.0207).contains(sorted[15_000]), "\(sorted[15_000])")
    #expect((0.183...0.218).contains(sorted[29_700]), "\(sorted[29_700])")
    #expect(try times() == first)
  }

  @Test("A destination that was looked up before goes where a new one goes, whatever has changed in between")
  func destinations() throws {
    var cluster = try Workload().settledCluster()
    var known = IngressDestination(host: Workload.host, target: "/x?page=1")
    let path = "/apis/networking.k8s.io/v1/namespaces/production/ingresses/aspnetcore-ingress"
    let replicas = "/apis/apps/v1/namespaces/production/deployments/aspnetcore-deployment"
    let changes: [(path: String, patch: JSONValue)] = [
      (replicas, ["spec": ["replicas": 5]]), (replicas, ["spec": ["replicas": 1]]),
      (path, ["spec": ["rules": [["host": "other.example.com"]]]]),
    ]
    // Two clusters with one past: one gets the known destination, the other a new one.
    for change in changes {
      cluster.ask("PATCH", change.path, type: "application/merge-patch+json", body: change.patch)
      for second in 1...40 {
        cluster.advance(to: cluster.now + .seconds(second % 2))
        var other = cluster
        let decision = cluster.arrive(at: &known)
        #expect(decision == other.arrive(host: Workload.host, target: "/x"), "\(change.patch), step \(second)")
      }
    }
    #expect(cluster.arrive(at: &known) == .noRoute, "no rule is left for the host")
  }

  @Test("A request that is under way in a pod when it is killed is cut")
  func cut() throws {
    var workload = SimulatedWorkload()
    workload.application.serviceTime = ServiceTime(.seconds(60))
    var cluster = try Workload().settledCluster(workload)
    guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") else {
      Issue.record("not forwarded")
      return
    }
    let pod = cluster.answeringPod(request.pod).name
    cluster.ask("DELETE", "/api/v1/namespaces/production/pods/\(pod)", body: ["gracePeriodSeconds": 1])
    cluster.advance(to: .seconds(60) + request.answerAfter)
    #expect(cluster.outcome(of: request) == .cut)
  }
}
