import AutoscalerModel
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("Controllers of the simulated cluster, each alone")
struct ControllerTests {
  @Test("the Deployment controller makes a ReplicaSet of the template, and no pod")
  func deployment() throws {
    var bench = Bench()
    let key = try bench.store(.deployment, Bench.workload("web", replicas: 3))
    var controller = DeploymentController()

    controller.reconcile(key, in: &bench.context, pods: bench.pods)
    controller.reconcile(key, in: &bench.context, pods: bench.pods)

    let sets = bench.context.store.all(.replicaSet)
    #expect(sets.count == 1 && sets.first?.replicaSet?.spec.replicas == 3)
    #expect(bench.podNames.isEmpty)
    #expect(bench.context.store[.deployment, key]?.deployment?.status?.unavailableReplicas == 3)
  }

  @Test("the ReplicaSet controller makes what is missing, deletes what is too much, and counts")
  func replicaSet() throws {
    var bench = Bench()
    let key = try bench.store(.replicaSet, Bench.workload("web", replicas: 3))
    var controller = ReplicaSetController()
    controller.reconcile(key, in: &bench.context, pods: &bench.pods)
    let made = bench.podNames
    bench.runMachines(until: .seconds(30))
    controller.reconcile(key, in: &bench.context, pods: &bench.pods)
    let counted = bench.context.store[.replicaSet, key]?.replicaSet?.status
    try bench.context.setScale(.replicaSet, key, to: 1, manager: "test")
    controller.reconcile(key, in: &bench.context, pods: &bench.pods)
    controller.reconcile(key, in: &bench.context, pods: &bench.pods)

    #expect(made.count == 3)
    #expect(counted?.replicas == 3 && counted?.readyReplicas == 3)
    #expect(bench.context.store.all(.pod).filter { $0.pod?.isTerminating == true }.count == 2)
    #expect(bench.context.store[.replicaSet, key]?.replicaSet?.status?.terminatingReplicas == 2)
  }

  @Test("the StatefulSet controller does one step of its order in a sync, and asks nobody else")
  func statefulSet() throws {
    var bench = Bench()
    let key = try bench.store(.statefulSet, Bench.workload("db", replicas: 2))
    var controller = StatefulSetController()
    controller.reconcile(key, in: &bench.context, pods: &bench.pods)
    let first = bench.podNames
    controller.reconcile(key, in: &bench.context, pods: &bench.pods)
    let waiting = bench.podNames
    bench.runMachines(until: .seconds(30))
    controller.reconcile(key, in: &bench.context, pods: &bench.pods)

    #expect(first == ["db-0"] && waiting == first)
    #expect(bench.podNames == ["db-0", "db-1"])
    #expect(bench.context.store.all(.controllerRevision).count == 1)
    #expect(bench.context.store[.statefulSet, key]?.statefulSet?.status?.readyReplicas == 1)
  }

  @Test("what a StatefulSet's controller does is what its order says")
  func wrongOrder() throws {
    var bench = Bench()
    let key = try bench.store(.statefulSet, Bench.workload("db", replicas: 3))
    var controller = StatefulSetController { _, rules in
      StatefulSetOrder.Plan(rules.ordinals.reversed().map { .create(ordinal: $0) })
    }

    controller.reconcile(key, in: &bench.context, pods: &bench.pods)

    let messages = bench.messages.filter { $0.hasPrefix("create Pod") }
    #expect(messages == [2, 1, 0].map { "create Pod db-\($0) in StatefulSet db successful" })
  }

  @Test("the EndpointSlice controller writes the ready pods of a Service, and tells the Ingress once")
  func endpoints() throws {
    var bench = Bench()
    let set = try bench.store(.replicaSet, Bench.workload("web", replicas: 2))
    let service = try bench.store(
      .service,
      [
        "metadata": ["name": "web", "namespace": "n"],
        "spec": ["selector": ["app": "a"], "ports": [["port": 80, "targetPort": "http"]]],
      ])
    var sets = ReplicaSetController()
    sets.reconcile(set, in: &bench.context, pods: &bench.pods)
    bench.runMachines(until: .seconds(30))
    var controller = EndpointSliceController()

    controller.reconcile(service, in: &bench.context, pods: bench.pods)
    controller.reconcile(service, in: &bench.context, pods: bench.pods)

    let slices = bench.context.store.all(.endpointSlice).compactMap(\.endpointSlice)
    #expect(slices.count == 1 && slices.first?.endpoints?.count == 2)
    #expect(slices.first?.ports?.first?.port == 80)
    let routes = bench.work(until: .seconds(60)).filter { if case .route = $0 { true } else { false } }
    #expect(routes == [.route(service: service, pods: [1, 2])])
  }

  @Test("no slice has more than a hundred endpoints, and each pod is in one")
  func manyEndpoints() throws {
    var bench = Bench()
    let set = try bench.store(.replicaSet, Bench.workload("web", replicas: 230))
    let service = try bench.store(
      .service,
      ["metadata": ["name": "web", "namespace": "n"], "spec": ["selector": ["app": "a"], "ports": [["port": 80]]]])
    var sets = ReplicaSetController()
    sets.reconcile(set, in: &bench.context, pods: &bench.pods)
    bench.runMachines(until: .seconds(60))
    var controller = EndpointSliceController()
    controller.reconcile(service, in: &bench.context, pods: bench.pods)

    let slices = bench.context.store.all(.endpointSlice).compactMap { $0.endpointSlice?.endpoints }

    let pods = slices.joined().compactMap { $0.targetRef?.uid }
    #expect(slices.map(\.count).sorted() == [30, 100, 100])
    #expect(pods.count == 230 && Set(pods).count == 230)
  }

  @Test("the volume controller binds a claim to a volume of its own, which goes with it")
  func volumes() throws {
    var bench = Bench()
    let key = try bench.store(
      .persistentVolumeClaim,
      [
        "metadata": ["name": "data", "namespace": "n"],
        "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
      ])
    VolumeController.reconcile(key, in: &bench.context)
    let claim = try #require(bench.context.store[.persistentVolumeClaim, key]?.json())
    let volumes = bench.context.store.all(.persistentVolume).map(\.key.name)
    bench.context.discard(.persistentVolumeClaim, key)
    VolumeController.reconcile(key, in: &bench.context)

    #expect(claim["status"] == ["phase": "Bound", "accessModes": ["ReadWriteOnce"], "capacity": ["storage": "1Gi"]])
    #expect(claim["spec", "volumeName"]?.string.map { [$0] } == volumes)
    #expect(bench.context.store.all(.persistentVolume).isEmpty)
  }

  @Test(
    "the autoscaler's controller reads the scale of each kind of workload and writes its size",
    arguments: [
      ClusterKind.deployment, .replicaSet, .statefulSet,
    ])
  func autoscaler(kind: ClusterKind) throws {
    var bench = Bench()
    let key = try bench.store(kind, Bench.workload("web", replicas: 1))
    let hpa = try bench.store(
      .autoscaler,
      [
        "metadata": ["name": "web", "namespace": "n"],
        "spec": [
          "scaleTargetRef": ["apiVersion": "apps/v1", "kind": .string(kind.resource.kind), "name": "web"],
          "minReplicas": 3, "maxReplicas": 5,
        ],
      ])
    var controller = AutoscalerController()

    controller.synchronize(hpa, in: &bench.context, pods: bench.pods, metrics: MetricsPipeline())

    #expect(bench.context.store[kind, key]?.scale?.wanted == 3)
  }

  @Test("what an object owned goes after it, and nothing else")
  func garbage() throws {
    var bench = Bench()
    let set = try bench.store(.statefulSet, Bench.workload("db", replicas: 1))
    let other = try bench.store(.replicaSet, Bench.workload("web", replicas: 1))
    var statefulSets = StatefulSetController()
    statefulSets.reconcile(set, in: &bench.context, pods: &bench.pods)
    var replicaSets = ReplicaSetController()
    replicaSets.reconcile(other, in: &bench.context, pods: &bench.pods)

    GarbageCollector.collect(ownerUID: "uid-db", in: &bench.context, pods: &bench.pods)

    #expect(bench.context.store.all(.controllerRevision).isEmpty)
    let going = bench.context.store.all(.pod).filter { $0.pod?.isTerminating == true }.map(\.key.name)
    #expect(going == ["db-0"])
  }
}
