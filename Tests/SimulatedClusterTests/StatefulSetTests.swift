import ApplicationNature
import AutoscalerModel
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

@Suite("StatefulSets")
struct StatefulSetTests {
  @Test(
    "pods are made one after another, each when the one before is ready, with names, labels and volumes of their own")
  func orderedCreation() throws {
    let cluster = try Carts().cluster()

    #expect(cluster.cartsStory() == ["made 0", "ready 0", "made 1", "ready 1", "made 2", "ready 2"])
    let revision = try #require(cluster.carts?.status?.currentRevision)
    for ordinal in 0..<3 {
      let object = try #require(cluster.object(.pod, namespace: Carts.namespace, name: "carts-\(ordinal)"))
      let labels = object.metadata.labels
      #expect(labels?["app"] == "carts" && labels?[StatefulSet.revisionLabel] == revision)
      #expect(labels?["statefulset.kubernetes.io/pod-name"] == "carts-\(ordinal)")
      #expect(labels?["apps.kubernetes.io/pod-index"] == "\(ordinal)")
      #expect(object.metadata.controller(kind: "StatefulSet")?.name == "carts")
      let spec = object.json()["spec"]
      #expect(spec?["hostname"] == .string("carts-\(ordinal)") && spec?["subdomain"] == "carts")
      #expect(
        spec?["volumes"] == [
          ["name": "data", "persistentVolumeClaim": ["claimName": .string("data-carts-\(ordinal)")]],
          ["name": "scratch", "emptyDir": [:]],
        ])
      #expect(cluster.claim(ordinal)?.json()["status", "phase"] == "Bound")
    }
    #expect(cluster.objects(.persistentVolume).count == 3)
    let messages = cluster.events.filter { $0.involvedObject.kind == "StatefulSet" }.compactMap(\.message)
    #expect(messages.contains("create Claim data-carts-0 Pod carts-0 in StatefulSet carts success"))
    #expect(messages.contains("create Pod carts-2 in StatefulSet carts successful"))
  }

  @Test("the status is that of a control plane: counts, one revision, the generation")
  func settledStatus() throws {
    let cluster = try Carts().cluster()

    let status = try #require(cluster.object(.statefulSet, namespace: Carts.namespace, name: "carts")?.json()["status"])
    let revisions = cluster.objects(.controllerRevision)
    #expect(revisions.count == 1)
    let name = JSONValue.string(revisions.first?.key.name ?? "")
    #expect(
      status == [
        "observedGeneration": 1, "replicas": 3, "readyReplicas": 3, "availableReplicas": 3, "currentReplicas": 3,
        "updatedReplicas": 3, "currentRevision": name, "updateRevision": name, "collisionCount": 0,
      ])
    let revision = try #require(revisions.first?.json())
    #expect(revision["revision"] == 1 && revision["data", "spec", "template", "$patch"] == "replace")
    #expect(revision["metadata", "labels", "app"] == "carts")
  }

  @Test("Parallel makes all pods at once, and removes all that are too much at once")
  func parallel() throws {
    var cluster = try Carts([(["podManagementPolicy"], "Parallel")]).cluster()
    let made = cluster.cartsStory().prefix(3)
    let version = cluster.resourceVersion
    cluster.ask("PATCH", Carts.path + "/scale", type: "application/merge-patch+json", body: ["spec": ["replicas": 0]])
    cluster.advance(to: .seconds(120))

    #expect(made == ["made 0", "made 1", "made 2"])
    #expect(cluster.cartsStory(after: version).prefix(3) == ["going 2", "going 1", "going 0"])
    #expect(cluster.objects(.pod).isEmpty)
  }

  @Test("a rolling update goes from the highest ordinal down, one pod at a time, and leaves one revision")
  func rollingUpdate() throws {
    var cluster = try Carts().cluster()
    let version = cluster.resourceVersion
    let claims = (0..<3).map { cluster.claim($0)?.metadata.uid }
    cluster.setCartsImage("v2")
    cluster.advance(to: .milliseconds(60_100))
    let inMidUpdate = try #require(cluster.carts?.status)
    cluster.advance(to: .seconds(200))

    #expect(inMidUpdate.currentRevision != inMidUpdate.updateRevision)
    #expect(inMidUpdate.currentReplicas == 2 && inMidUpdate.updatedReplicas == 0)
    #expect(
      cluster.cartsStory(after: version)
        == [2, 1, 0].flatMap { ["going \($0)", "gone \($0)", "made \($0)", "ready \($0)"] })
    #expect(cluster.fewestAvailableCarts(after: version) == 2)
    let status = try #require(cluster.carts?.status)
    #expect(status.currentRevision == status.updateRevision && status.updatedReplicas == 3)
    #expect((0..<3).map { cluster.claim($0)?.metadata.uid } == claims)
    #expect(cluster.objects(.controllerRevision).count == 2)
  }

  @Test("below the partition pods stay, and come back as they were")
  func partition() throws {
    var cluster = try Carts([(["updateStrategy"], ["rollingUpdate": ["partition": 2]])]).cluster()
    cluster.setCartsImage("v2")
    cluster.advance(to: .seconds(100))
    cluster.ask("DELETE", "/api/v1/namespaces/shop/pods/carts-1")
    cluster.advance(to: .seconds(200))

    let images = (0..<3).map { cluster.cart($0)?.spec.containers?.first?.image?.split(separator: ":").last }
    #expect(images == ["v1", "v1", "v2"])
    let status = try #require(cluster.carts?.status)
    #expect(status.updatedReplicas == 1 && status.currentReplicas == 2)
    #expect(status.currentRevision != status.updateRevision)
  }

  @Test("maxUnavailable of 2 replaces two pods at a time")
  func maxUnavailable() throws {
    let strategy: JSONValue = ["rollingUpdate": ["maxUnavailable": 2]]
    var cluster = try Carts([(["updateStrategy"], strategy), (["replicas"], 4)]).cluster(settled: .seconds(90))
    let version = cluster.resourceVersion
    cluster.setCartsImage("v2")
    cluster.advance(to: .seconds(240))

    let going = cluster.cartsStory(after: version).filter { $0.hasPrefix("going") }
    #expect(going == ["going 3", "going 2", "going 1", "going 0"])
    #expect(cluster.cartsStory(after: version).prefix(2) == ["going 3", "going 2"])
    #expect(cluster.fewestAvailableCarts(after: version) == 2)
    #expect(cluster.carts?.status?.currentRevision == cluster.carts?.status?.updateRevision)
  }

  @Test("OnDelete replaces a pod only when somebody deletes it")
  func onDelete() throws {
    var cluster = try Carts([(["updateStrategy"], ["type": "OnDelete"])]).cluster()
    let version = cluster.resourceVersion
    cluster.setCartsImage("v2")
    cluster.advance(to: .seconds(120))
    let before = cluster.cartsStory(after: version)
    cluster.ask("DELETE", "/api/v1/namespaces/shop/pods/carts-0")
    cluster.advance(to: .seconds(180))

    #expect(before.isEmpty)
    #expect(cluster.cart(0)?.spec.containers?.first?.image == "registry.example.com/carts:v2")
    #expect(cluster.cart(2)?.spec.containers?.first?.image == "registry.example.com/carts:v1")
    #expect(cluster.carts?.status?.updatedReplicas == 1)
  }

  @Test("a broken rollout stays stuck after an undo, until its pod is deleted by hand; Parallel goes on by itself")
  func rollbackTrap() throws {
    var description = SimulatedWorkload()
    description.versions["broken"] = .broken
    var ordered = try Carts().cluster(description)
    var parallel = try Carts([(["podManagementPolicy"], "Parallel")]).cluster(description)
    ordered.setCartsImage("broken")
    parallel.setCartsImage("broken")
    ordered.advance(to: .seconds(120))
    parallel.advance(to: .seconds(120))
    let stuck = try #require(ordered.carts?.status)
    ordered.setCartsImage("v1")
    parallel.setCartsImage("v1")
    ordered.advance(to: .seconds(600))
    parallel.advance(to: .seconds(600))
    let undone = try #require(ordered.carts?.status)
    let broken = ordered.cart(2)?.isReady
    ordered.ask("DELETE", "/api/v1/namespaces/shop/pods/carts-2")
    ordered.advance(to: .seconds(700))

    #expect(stuck.availableReplicas == 2 && stuck.updatedReplicas == 1)
    #expect(broken == false && undone.availableReplicas == 2)
    #expect(ordered.carts?.status?.availableReplicas == 3)
    #expect(parallel.carts?.status?.availableReplicas == 3)
    // The template from before has its revision again, with the highest number.
    let numbers = ordered.objects(.controllerRevision).map { $0.json()["revision"]?.int }
    #expect(Set(numbers) == [2, 3])
    #expect(ordered.carts?.status?.currentRevision == ordered.carts?.status?.updateRevision)
  }

  @Test("a pod holds up the next until it has been ready for minReadySeconds")
  func minReadySeconds() throws {
    let quick = try Carts().cluster(settled: .seconds(300))
    let slow = try Carts([(["minReadySeconds"], 30)]).cluster(settled: .seconds(300))

    func time(_ event: String, in cluster: ClusterSimulation) -> Double {
      let change = (cluster.changes(.pod, after: 200) ?? []).first {
        $0.object.key.name == "carts-2" && ($0.action == .added) == (event == "made")
      }
      return change?.time.seconds ?? 0
    }
    #expect(time("made", in: slow) - time("made", in: quick) > 55)
    #expect(slow.carts?.status?.availableReplicas == 3)
  }

  @Test("claims stay when pods go, unless the policy gives them to the pod or to the StatefulSet")
  func retention() throws {
    func claims(_ policy: JSONValue?, afterDeletion: Bool) throws -> [String] {
      var carts = try Carts()
      carts.set.setMember(policy, at: ["spec", "persistentVolumeClaimRetentionPolicy"])
      var cluster = try carts.cluster()
      if afterDeletion {
        cluster.ask("DELETE", Carts.path)
      } else {
        cluster.ask(
          "PATCH", Carts.path + "/scale", type: "application/merge-patch+json", body: ["spec": ["replicas": 1]])
      }
      cluster.advance(to: .seconds(300))
      #expect(cluster.objects(.pod).count == (afterDeletion ? 0 : 1))
      #expect(cluster.objects(.persistentVolume).count == cluster.objects(.persistentVolumeClaim).count)
      return cluster.objects(.persistentVolumeClaim).map(\.key.name)
    }
    let all = ["data-carts-0", "data-carts-1", "data-carts-2"]

    #expect(try claims(nil, afterDeletion: false) == all)
    #expect(try claims(nil, afterDeletion: true) == all)
    #expect(try claims(["whenScaled": "Delete"], afterDeletion: false) == ["data-carts-0"])
    #expect(try claims(["whenScaled": "Delete"], afterDeletion: true) == all)
    #expect(try claims(["whenDeleted": "Delete"], afterDeletion: false) == all)
    #expect(try claims(["whenDeleted": "Delete"], afterDeletion: true) == [])
  }

  @Test("a quota of claims caps the pods, and the events say so")
  func claimQuota() throws {
    var carts = try Carts()
    carts.others.append([
      "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "volumes", "namespace": "shop"],
      "spec": ["hard": ["persistentvolumeclaims": "2"]],
    ])
    let cluster = try carts.cluster()

    #expect(cluster.objects(.pod).count == 2)
    #expect(cluster.carts?.status?.replicas == 2)
    let refusal =
      "persistentvolumeclaims \"data-carts-2\" is forbidden: exceeded quota: volumes, "
      + "requested: persistentvolumeclaims=1, used: persistentvolumeclaims=2, limited: persistentvolumeclaims=2"
    let messages = cluster.events.filter { $0.reason == "FailedCreate" }.compactMap(\.message)
    #expect(
      messages.contains("create Claim data-carts-2 for Pod carts-2 in StatefulSet carts failed error: \(refusal)"))
    #expect(
      messages.contains(
        "create Pod carts-2 in StatefulSet carts failed error: failed to create PVC data-carts-2: \(refusal)"))
  }

  @Test("the oldest revisions go beyond revisionHistoryLimit, not those that pods have")
  func history() throws {
    var cluster = try Carts([(["revisionHistoryLimit"], 1)]).cluster()
    for (number, tag) in ["v2", "v3", "v4"].enumerated() {
      cluster.setCartsImage(tag)
      cluster.advance(to: .seconds(200 * (number + 1)))
    }

    let numbers = cluster.objects(.controllerRevision).map { $0.json()["revision"]?.int ?? 0 }
    #expect(numbers.sorted() == [3, 4])
  }

  @Test("what may not change of a StatefulSet is refused in the words of the API server")
  func immutable() throws {
    var cluster = try Carts().cluster()

    let refused = cluster.patchCarts(["serviceName": "other"])
    let taken = cluster.patchCarts(["minReadySeconds": 5])

    #expect(refused.status == 422 && taken.status == 200)
    #expect(
      refused.body["message"]?.string?.contains(
        "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', "
          + "'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are "
          + "forbidden") == true, "\(refused.body)")
  }

  @Test("what a cluster would do in another way is told for each field")
  func notes() throws {
    let plain = try Carts()
    let rolling = try Carts([(["updateStrategy"], ["rollingUpdate": ["maxUnavailable": 2]])])

    #expect(SimulationNotes.notes(on: [plain.set]).map(\.field) == ["spec.volumeClaimTemplates"])
    #expect(
      SimulationNotes.notes(on: [rolling.set]).map(\.field)
        == ["spec.updateStrategy.rollingUpdate.maxUnavailable", "spec.volumeClaimTemplates"])
  }

  @Test("an HPA scales a StatefulSet out pod by pod and back from the highest ordinal")
  func autoscaled() throws {
    var carts = try Carts()
    carts.others.append([
      "apiVersion": "autoscaling/v2", "kind": "HorizontalPodAutoscaler",
      "metadata": ["name": "carts", "namespace": "shop"],
      "spec": [
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "StatefulSet", "name": "carts"], "minReplicas": 3,
        "maxReplicas": 6,
      ],
    ])
    var cluster = try carts.cluster()
    let version = cluster.resourceVersion
    cluster.setOfferedRate(900, host: "carts.example.com")
    cluster.advance(to: .seconds(200))
    let up = cluster.cartsStory(after: version)
    let settled = cluster.resourceVersion
    cluster.setOfferedRate(30, host: "carts.example.com")
    cluster.advance(to: .seconds(900))

    // 900/s of 1 ms each over 250m: 6 pods at 80 %.
    #expect(up.prefix(4) == ["made 3", "ready 3", "made 4", "ready 4"])
    #expect(
      cluster.object(.autoscaler, namespace: "shop", name: "carts")?.autoscaler?.status?.conditions?
        .contains { $0.type == "ScalingActive" && $0.isTrue } == true)
    let down = cluster.cartsStory(after: settled).filter { $0.hasPrefix("going") || $0.hasPrefix("gone") }
    #expect(down.first == "going \(up.filter { $0.hasPrefix("made") }.count + 2)")
    #expect(zip(down, down.dropFirst()).enumerated().allSatisfy { $0 % 2 == 1 || $1.1.hasPrefix("gone") })
    #expect(cluster.carts?.status?.replicas == 3)
  }

  @Test(
    "in any state, whatever is deleted or asked for, all ends in what is wanted",
    arguments: 1...20 as ClosedRange<UInt64>)
  func arrives(seed: UInt64) throws {
    var description = SimulatedWorkload()
    description.seed = seed
    var random = SeededRandom(seed: seed)
    let policy: JSONValue = Bool.random(using: &random) ? "Parallel" : "OrderedReady"
    var cluster = try Carts([(["podManagementPolicy"], policy)]).cluster(description)
    var wanted = 3
    var image = "v1"
    for step in 1...12 {
      switch Int.random(in: 0..<4, using: &random) {
      case 0:
        wanted = Int.random(in: 0...5, using: &random)
        cluster.ask(
          "PATCH", Carts.path + "/scale", type: "application/merge-patch+json",
          body: ["spec": ["replicas": .integer(Int64(wanted))]])
      case 1:
        image = "v\(Int.random(in: 1...3, using: &random))"
        cluster.setCartsImage(image)
      case 2: cluster.ask("DELETE", "/api/v1/namespaces/shop/pods/carts-\(Int.random(in: 0..<5, using: &random))")
      default: break
      }
      cluster.advance(to: .seconds(60 + step * Int.random(in: 1...30, using: &random)))
    }
    cluster.advance(to: .seconds(2_000))

    #expect(cluster.objects(.pod).map(\.key.name) == (0..<wanted).map { "carts-\($0)" })
    #expect(cluster.objects(.pod).allSatisfy { $0.pod?.spec.containers?.first?.image?.hasSuffix(image) == true })
    #expect(cluster.objects(.pod).allSatisfy { $0.pod?.isReady == true })
    let status = try #require(cluster.carts?.status)
    #expect(status.replicas == wanted && status.readyReplicas == wanted && status.updatedReplicas == wanted)
    #expect(status.currentRevision == status.updateRevision)
  }
}
