import ApplicationNature
import AutoscalerModel
import Foundation
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

/// A cluster, its load and what befalls it, all by a seed.
private struct RandomStory {
  var cluster: ClusterSimulation
  /// What happens, by cluster time.
  var deeds: [(time: Duration, deed: Deed)] = []
  /// Pods fail by themselves or with their nodes, so that fewer than wanted are available through no fault of a controller.
  let podsFail: Bool
  let end = Duration.seconds(420)

  enum Deed {
    case rate(Double), image(String), restart(Int), replicas(Int64)
  }

  init(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    func chance(_ share: Double) -> Bool { random.fraction() < share }
    func fence() -> JSONValue { chance(0.5) ? .integer(Int64(number(0...3))) : .string("\(number(0...100))%") }

    let failing = chance(0.5)
    podsFail = failing
    var workload = try Workload()
    let surge = fence()
    var unavailable = fence()
    // The API refuses both at nothing.
    if ["0", "0%"].contains(surge.string ?? "\(surge.int ?? 1)") { unavailable = 1 }
    workload.deploymentObject["spec"]?["replicas"] = .integer(Int64(number(1...8)))
    workload.deploymentObject.setMember(surge, at: ["spec", "strategy", "rollingUpdate", "maxSurge"])
    workload.deploymentObject.setMember(unavailable, at: ["spec", "strategy", "rollingUpdate", "maxUnavailable"])
    workload.deploymentObject.setMember(.integer(Int64(max(0, number(-8...8)))), at: ["spec", "minReadySeconds"])
    workload.deploymentObject.setMember(
      .integer(Int64(number(11...40))), at: ["spec", "template", "spec", "terminationGracePeriodSeconds"])
    if chance(0.3) { workload.removePreStop() }
    if chance(0.3) {
      workload.others.removeLast()
    } else {
      let least = number(1...4)
      let last = workload.others.count - 1
      workload.others[last].setMember(.integer(Int64(least)), at: ["spec", "minReplicas"])
      workload.others[last].setMember(.integer(Int64(least + number(0...8))), at: ["spec", "maxReplicas"])
      if chance(0.5) { workload.others[last].setMember(nil, at: ["spec", "behavior"]) }
    }

    var description = SimulatedWorkload()
    description.seed = seed
    // What waits as long as a probe may makes a pod unready.
    description.application.queueLimit = failing ? number(1...2_000) : number(1...40)
    description.application.cpuPerRequest = .milliseconds(number(1...8))
    description.machines.count = number(1...4)
    if failing {
      description.application.failingShare = chance(0.3) ? 0.1 : 0
      if chance(0.3) { description.application.memoryPerRequest = 1 << 16 }
      if chance(0.3) { description.machines.capacity.cpu = Int64(number(500...2_000)) }
      if chance(0.3) { description.machines.most = 6 }
      description.versions["broken"] = .broken
      var crashing = Application()
      crashing.crashesAfter = .seconds(number(0...20))
      description.versions["crashing"] = crashing
    }
    cluster = try ClusterSimulation(
      manifests: workload.manifests, workload: description, timeScale: Double([1, 1, 20][number(0...2)]),
      epoch: KubernetesTime(seconds: 1_767_225_600), statefulSets: StatefulSetController(), historyLimit: 1_000_000)

    let images = failing ? ["v1.0.0", "v2.0.0", "broken", "crashing"] : ["v1.0.0", "v2.0.0", "v3.0.0"]
    for index in 0..<number(2...7) {
      let deed: Deed =
        switch number(0...5) {
        case 0, 1, 2: .rate(Double(number(0...2_000)))
        case 3: .image(images[number(0...images.count - 1)])
        case 4: .restart(index)
        default: .replicas(Int64(number(1...10)))
        }
      deeds.append((.seconds(number(60...400)), deed))
    }
    deeds.sort { $0.time < $1.time }
    cluster.plan(Self.faults(failing, &random), loadBegins: .seconds(60))
  }

  private static func faults(_ podsFail: Bool, _ random: inout SeededRandom) -> [Fault] {
    let change = ApplicationChange.with { $0.becomesReady = false }
    let harmless: [Fault.Kind] = [
      .resourceMetricsMissing, .metricsStale, .endpointDelay(.seconds(9)), .controllersDown,
    ]
    let harmful: [Fault.Kind] = [
      .machineLost(1), .application(change, version: nil),
      .application(ApplicationChange.with { $0.staysAlive = false }, version: "v2.0.0"),
    ]
    let kinds = podsFail ? harmless + harmful : harmless
    return (0..<Int.random(in: 0...3, using: &random)).map { _ in
      Fault(
        kinds[Int.random(in: kinds.indices, using: &random)],
        begins: .seconds(Int.random(in: 0...300, using: &random)),
        lasts: .seconds(Int.random(in: 1...120, using: &random)))
    }
  }

  mutating func perform(_ deed: Deed) {
    let path = "/apis/apps/v1/namespaces/production/deployments/\(Workload.deployment)"
    switch deed {
    case .rate(let rate): cluster.setOfferedRate(rate, host: Workload.host)
    case .image(let tag): cluster.setImage(tag)
    case .restart(let number):
      cluster.ask(
        "PATCH", path, type: "application/merge-patch+json",
        body: ["spec": ["template": ["metadata": ["annotations": ["restarted": .string("\(number)")]]]]])
    case .replicas(let count):
      cluster.ask("PATCH", path, type: "application/merge-patch+json", body: ["spec": ["replicas": .integer(count)]])
    }
  }
}

@Suite("A simulated cluster of any kind, whatever befalls it")
struct RandomClusterTests {
  @Test(
    "keeps the fences of rollouts and the limits of autoscalers, loses no pod, and tells watches all",
    arguments: stride(from: 1, through: 1_000, by: 50).map { $0...$0 + 49 })
  func rules(seeds: ClosedRange<Int>) throws {
    for seed in seeds {
      var story = try RandomStory(seed: UInt64(seed))
      let problem = try check(&story)
      #expect(problem == nil, "seed \(seed): \(problem ?? "")")
    }
  }

  /// What is against a rule; `nil` when nothing is.
  private func check(_ story: inout RandomStory) throws -> String? {
    var settled = Duration.seconds(60)
    var wanted: Int?
    var ran = true
    var available = 0
    var deeds = story.deeds[...]
    while story.cluster.now < story.end {
      let next = min(
        story.cluster.nextDue ?? story.end, deeds.first?.time ?? story.end, story.end)
      story.cluster.advance(to: next)
      while let deed = deeds.first, deed.time <= story.cluster.now {
        story.perform(deed.deed)
        deeds.removeFirst()
      }
      let cluster = story.cluster
      guard let deployment = cluster.deployment else { return "the Deployment is gone" }
      let fences = RolloutArithmetic.resolve(
        maxSurge: deployment.spec.strategy?.rollingUpdate?.maxSurge,
        maxUnavailable: deployment.spec.strategy?.rollingUpdate?.maxUnavailable,
        replicas: deployment.spec.replicas ?? 1)
      if deployment.spec.replicas != wanted || !cluster.controllersRun || !ran {
        // What controllers have not looked at yet is not theirs.
        (wanted, ran) = (deployment.spec.replicas, cluster.controllersRun)
        settled = cluster.now + .seconds(1)
      }
      if let problem = loss(in: cluster) { return "\(cluster.now.text): \(problem)" }
      if let autoscaler = cluster.objects(.autoscaler).first?.autoscaler,
        let desired = autoscaler.status?.desiredReplicas, desired > 0,
        desired < autoscaler.spec.minReplicas ?? 1 || desired > autoscaler.spec.maxReplicas
      {
        return "\(cluster.now.text): \(desired) desired beyond the limits of the autoscaler"
      }
      let pods = cluster.objects(.replicaSet).compactMap { $0.replicaSet?.spec.replicas }.reduce(0, +)
      if cluster.now > settled, pods > fences.ceiling {
        return "\(cluster.now.text): \(pods) pods asked for, over the ceiling of \(fences.ceiling)"
      }
      // A ReplicaSet that shrinks takes unready pods first, but makes no difference between a ready one that is not available yet
      // and an available one of about its age (`ActivePodsWithRanks`), so that the floor is exact without minReadySeconds.
      let isExact = !story.podsFail && deployment.spec.minReadySeconds ?? 0 == 0
      let now = deployment.status?.availableReplicas ?? 0
      if isExact, cluster.now > settled, now < available, now < fences.floor {
        return "\(cluster.now.text): \(now) available, under the floor of \(fences.floor)"
      }
      available = now
    }
    return watched(story.cluster)
  }

  /// Machines and API know of the same pods, and each has an owner.
  private func loss(in cluster: ClusterSimulation) -> String? {
    let known = Set(cluster.dataPlane.podIDs.keys)
    let stored = Set(cluster.objects(.pod).map(\.key))
    guard known == stored else {
      return "pods that only one side knows: \(known.symmetricDifference(stored).map(\.name))"
    }
    let running = cluster.dataPlane.runtimes.values.count
    guard running == known.count else { return "\(running) pods run, and \(known.count) are known" }
    let orphans = cluster.objects(.pod).filter { $0.metadata.controller(kind: "ReplicaSet") == nil }
    return orphans.isEmpty ? nil : "orphans: \(orphans.map(\.key.name))"
  }

  /// Whoever follows all changes has what the API lists.
  private func watched(_ cluster: ClusterSimulation) -> String? {
    for kind in ClusterKind.allCases {
      var followed: [ObjectKey: String] = [:]
      for change in cluster.changes(kind, after: 200) ?? [] {
        followed[change.object.key] = change.action == .deleted ? nil : change.object.metadata.resourceVersion
      }
      let listed = Dictionary(
        uniqueKeysWithValues: cluster.objects(kind).map { ($0.key, $0.metadata.resourceVersion ?? "") })
      if followed != listed { return "watch and list of \(kind) differ: \(followed.count) and \(listed.count)" }
    }
    return nil
  }
}
