import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("To whom pods and ReplicaSets belong, by their labels")
struct OwnershipTests {
  private static let pods = "/api/v1/namespaces/\(Workload.namespace)/pods"
  private static let apps = "/apis/apps/v1/namespaces/\(Workload.namespace)"

  private func relabel(_ cluster: inout ClusterSimulation, _ path: String, _ app: JSONValue, seconds: Int = 30) {
    let answer = cluster.ask(
      "PATCH", path, type: "application/merge-patch+json", body: ["metadata": ["labels": ["app": app]]])
    #expect(answer.status == 200, "\(answer.body)")
    cluster.advance(to: cluster.now + .seconds(seconds))
  }

  private func names(_ cluster: ClusterSimulation, of kind: ClusterKind = .pod) -> Set<String> {
    Set(cluster.objects(kind, namespace: Workload.namespace).map(\.key.name))
  }

  private func endpoints(_ cluster: ClusterSimulation) -> Set<String> {
    Set(
      cluster.objects(.endpointSlice, namespace: Workload.namespace).flatMap { $0.endpointSlice?.endpoints ?? [] }
        .compactMap { $0.targetRef?.name })
  }

  /// Which pods answer requests.
  private func answering(_ cluster: ClusterSimulation) -> Set<String> {
    var cluster = cluster
    var pods: Set<String> = []
    for _ in 0..<20 {
      if case .forwarded(let request) = cluster.arrive(host: Workload.host, target: "/") {
        pods.insert(cluster.answeringPod(request.pod).name)
      }
    }
    return pods
  }

  @Test("a relabelled pod is released: it leaves the endpoints, lives on alone, and another one takes its place")
  func released() throws {
    var cluster = try Workload().settledCluster()
    let before = names(cluster)
    let pod = try #require(before.min())
    relabel(&cluster, "\(Self.pods)/\(pod)", "debug")

    let object = try #require(cluster.object(.pod, namespace: Workload.namespace, name: pod))
    #expect(object.metadata.ownerReferences == nil && object.pod?.isReady == true)
    #expect(object.json()["metadata", "ownerReferences"] == nil)
    #expect(names(cluster).count == 4 && names(cluster).isSuperset(of: before))
    #expect(endpoints(cluster) == names(cluster).subtracting([pod]))
    #expect(answering(cluster) == names(cluster).subtracting([pod]))
    #expect(cluster.deployment?.status?.replicas == 3)

    cluster.ask("DELETE", "\(Self.apps)/deployments/\(Workload.deployment)")
    cluster.advance(to: cluster.now + .seconds(120))
    #expect(names(cluster) == [pod])
  }

  @Test("a pod that bears the labels again is adopted, and then there is one too many")
  func adopted() throws {
    var cluster = try Workload().settledCluster()
    let pod = try #require(names(cluster).min())
    relabel(&cluster, "\(Self.pods)/\(pod)", "debug")
    relabel(&cluster, "\(Self.pods)/\(pod)", "aspnetcore", seconds: 0)
    cluster.advance(to: cluster.now + .seconds(1))

    let object = try #require(cluster.object(.pod, namespace: Workload.namespace, name: pod))
    let owner = try #require(object.metadata.controller(kind: "ReplicaSet"))
    #expect(owner.uid == cluster.objects(.replicaSet).first?.metadata.uid)
    cluster.advance(to: cluster.now + .seconds(120))
    #expect(names(cluster).count == 3 && cluster.deployment?.status?.replicas == 3)
    #expect(endpoints(cluster) == names(cluster))
  }

  @Test("a pod that a client makes with the labels of a ReplicaSet is taken, and one of another namespace is not")
  func strayPod() throws {
    var cluster = try Workload().settledCluster()
    let labels = try #require(cluster.objects(.pod).first?.metadata.labels).mapValues { JSONValue.string($0) }
    let spec: JSONValue = ["containers": [["name": "a", "image": "a:1"]]]
    for namespace in [Workload.namespace, "default"] {
      let made = cluster.ask(
        "POST", "/api/v1/namespaces/\(namespace)/pods",
        body: ["metadata": ["name": "stray", "labels": .object(labels)], "spec": spec])
      #expect(made.status == 201, "\(made.body)")
    }
    let version = cluster.resourceVersion
    cluster.advance(to: cluster.now + .seconds(120))

    let changes = try #require(cluster.changes(.pod, after: version))
    let stray = changes.filter { $0.object.key.name == "stray" && $0.object.key.namespace == Workload.namespace }
    #expect(stray.contains { $0.object.metadata.controller(kind: "ReplicaSet") != nil })
    #expect(names(cluster).count == 3)
    let other = try #require(cluster.object(.pod, namespace: "default", name: "stray"))
    #expect(other.metadata.ownerReferences == nil)
  }

  @Test("what is orphaned by a deletion belongs to nobody, and to who selects it next: ReplicaSets and pods alike")
  func orphaned() throws {
    var cluster = try Workload().settledCluster()
    let (pods, sets) = (names(cluster), names(cluster, of: .replicaSet))
    let written = try Workload().deploymentObject
    let path = "\(Self.apps)/deployments"
    let deleted = cluster.ask(
      "DELETE", "\(path)/\(Workload.deployment)", body: ["kind": "DeleteOptions", "propagationPolicy": "Orphan"])
    #expect(deleted.status == 200)
    cluster.advance(to: cluster.now + .seconds(60))

    #expect(names(cluster) == pods && names(cluster, of: .replicaSet) == sets)
    #expect(cluster.objects(.replicaSet).allSatisfy { $0.metadata.ownerReferences == nil })

    #expect(cluster.ask("POST", path, body: written).status == 201)
    cluster.advance(to: cluster.now + .seconds(60))
    #expect(names(cluster) == pods && names(cluster, of: .replicaSet) == sets)
    let uid = cluster.deployment?.metadata.uid
    #expect(cluster.objects(.replicaSet).allSatisfy { $0.metadata.controller(kind: "Deployment")?.uid == uid })
    #expect(cluster.deployment?.status?.readyReplicas == 3)
  }

  @Test("a ReplicaSet that is relabelled leaves its Deployment, which makes another one")
  func releasedReplicaSet() throws {
    var cluster = try Workload().settledCluster()
    let set = try #require(names(cluster, of: .replicaSet).first)
    relabel(&cluster, "\(Self.apps)/replicasets/\(set)", "debug")

    #expect(cluster.object(.replicaSet, namespace: Workload.namespace, name: set)?.metadata.ownerReferences == nil)
  }

  @Test("a StatefulSet lets a relabelled pod go, cannot make another one of its name, and takes it back")
  func statefulSet() throws {
    var cluster = try Carts().cluster()
    let path = "/api/v1/namespaces/\(Carts.namespace)/pods/carts-1"
    relabel(&cluster, path, "debug", seconds: 60)

    #expect(cluster.cart(1)?.metadata.ownerReferences == nil && cluster.cart(1)?.isReady == true)
    #expect(cluster.carts?.status?.replicas == 2 && cluster.objects(.pod).count == 3)
    #expect(!endpoints(cluster, of: Carts.namespace).contains("carts-1"))

    relabel(&cluster, path, "carts", seconds: 60)
    #expect(cluster.cart(1)?.metadata.controller(kind: "StatefulSet")?.name == "carts")
    #expect(cluster.carts?.status?.replicas == 3)

    relabel(&cluster, path, "debug", seconds: 60)
    cluster.ask("DELETE", path)
    cluster.advance(to: cluster.now + .seconds(400))
    #expect(cluster.carts?.status?.readyReplicas == 3, "its name is free again")
  }

  private func endpoints(_ cluster: ClusterSimulation, of namespace: String) -> Set<String> {
    Set(
      cluster.objects(.endpointSlice, namespace: namespace).flatMap { $0.endpointSlice?.endpoints ?? [] }
        .compactMap { $0.targetRef?.name })
  }

  @Test("who was relabelled while no controller ran is released when they are started again")
  func whileControllersRest() throws {
    var cluster = try Workload().settledCluster()
    let pod = try #require(names(cluster).min())
    cluster.stopControllers()
    relabel(&cluster, "\(Self.pods)/\(pod)", "debug")
    #expect(names(cluster).count == 3 && endpoints(cluster).contains(pod))
    cluster.startControllers()
    cluster.advance(to: cluster.now + .seconds(30))

    #expect(names(cluster).count == 4 && !endpoints(cluster).contains(pod))
  }
}
