import KubernetesObjects
import SimulatedCluster
import Testing
import Units

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
      pods.insert(request.pod)
      #expect(request.version == "v1.0.0")
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
    workload.application.serviceTime = .seconds(60)
    var cluster = try Workload().settledCluster(workload)
    guard case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") else {
      Issue.record("not forwarded")
      return
    }
    cluster.ask(
      "DELETE", "/api/v1/namespaces/production/pods/\(request.pod)", body: ["gracePeriodSeconds": 1])
    cluster.advance(to: .seconds(60) + request.answerAfter)
    #expect(cluster.outcome(of: request) == .cut)
  }
}
