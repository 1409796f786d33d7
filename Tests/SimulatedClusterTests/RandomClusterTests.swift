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
  /// Whether a LimitRange gives each container a limit of CPU and memory.
  let hasLimits: Bool
  /// An eviction that left fewer healthy pods than the budget wants.
  var brokenBudget: String?

  enum Deed {
    case rate(Double), image(String), restart(Int), replicas(Int64), evict(Int)
  }

  init(seed: UInt64) throws {
    var random = SeededRandom(seed: seed)
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
    func chance(_ share: Double) -> Bool { random.fraction() < share }
    func fence() -> JSONValue { chance(0.5) ? .integer(Int64(number(0...3))) : .string("\(number(0...100))%") }

    let failing = chance(0.5)
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
    // Drawn beside the rest, which is what it was without them.
    var extra = SeededRandom(seed: seed &+ 1_000_000)
    let isDrained = extra.fraction() < 0.4
    podsFail = failing || isDrained
    if isDrained {
      let share = Int64.random(in: 0...100, using: &extra)
      let bounds: [JSONValue] = [.integer(share / 30), .string("\(share)%")]
      workload.others.append([
        "apiVersion": "policy/v1", "kind": "PodDisruptionBudget",
        "metadata": ["name": "web", "namespace": "production"],
        "spec": [
          extra.fraction() < 0.5 ? "minAvailable" : "maxUnavailable": bounds[Int.random(in: 0...1, using: &extra)],
          "selector": ["matchLabels": ["app": "aspnetcore"]],
          "unhealthyPodEvictionPolicy": extra.fraction() < 0.5 ? "AlwaysAllow" : "IfHealthyBudget",
        ],
      ])
      for _ in 0..<Int.random(in: 5...30, using: &extra) {
        // Never at the very moment of another deed or fault.
        let time = Duration.milliseconds(Int.random(in: 60...400, using: &extra) * 1_000 + 500)
        deeds.append((time, .evict(Int.random(in: 0...99, using: &extra))))
      }
    }
    hasLimits = extra.fraction() < 0.3
    if hasLimits {
      var container = workload.deploymentObject["spec", "template", "spec", "containers"]?[0] ?? [:]
      container["resources"] = ["requests": ["cpu": "250m"]]
      workload.deploymentObject.setMember([container], at: ["spec", "template", "spec", "containers"])
      workload.others.append([
        "apiVersion": "v1", "kind": "LimitRange", "metadata": ["name": "limits", "namespace": "production"],
        "spec": [
          "limits": [
            [
              "type": "Container", "default": ["cpu": "500m", "memory": "512Mi"], "defaultRequest": ["memory": "256Mi"],
              "min": ["cpu": "100m"], "max": ["memory": "1Gi"],
            ]
          ]
        ],
      ])
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
    case .evict(let number): evict(number)
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

extension RandomStory {
  /// Evicts one of the pods, and notes it when that breaks the budget.
  ///
  /// A budget is as fresh as its controller: what has changed within the last moment it does not know.
  fileprivate mutating func evict(_ number: Int) {
    let pods = cluster.objects(.pod).filter { $0.metadata.deletionTimestamp == nil }
    guard !pods.isEmpty, let budget = cluster.objects(.podDisruptionBudget).first else { return }
    let pod = pods[number % pods.count]
    let wasReady = pod.pod?.isReady ?? false
    let changed = cluster.changes(.pod, after: 200)?.last?.time ?? .zero
    let isFresh = cluster.controllersRun && cluster.now - changed > .milliseconds(100)
    let status = cluster.ask(
      "POST", "/api/v1/namespaces/production/pods/\(pod.key.name)/eviction",
      body: [
        "apiVersion": "policy/v1", "kind": "Eviction",
        "metadata": ["name": .string(pod.key.name), "namespace": "production"],
      ]
    ).status
    guard status == 201 else {
      if status != 429 { brokenBudget = "an eviction is answered by \(status)" }
      return
    }
    let healthy = cluster.objects(.pod).compactMap(\.pod).count { $0.isReady && !$0.isTerminating }
    let least = budget.disruptionBudgetStatus.desiredHealthy
    if wasReady, isFresh, healthy < least {
      brokenBudget = "an eviction left \(healthy) healthy pods, and the budget wants \(least)"
    }
  }
}

@Suite("A simulated cluster of any kind, whatever befalls it")
struct RandomClusterTests {
  @Test(
    "keeps the fences of rollouts, the limits of autoscalers and disruption budgets, loses no pod, and tells watches all",
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
      if let problem = story.brokenBudget ?? loss(in: cluster) { return "\(cluster.now.text): \(problem)" }
      if story.hasLimits, let pod = cluster.objects(.pod).first(where: { $0.pod?.hasLimits != true }) {
        return "\(cluster.now.text): \(pod.key.name) has not the limits of the LimitRange"
      }
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
      // What a cluster has from its start is older than what watches tell.
      let old = cluster.objects(kind).filter { $0.resourceVersion <= 200 }
      var followed = Dictionary(uniqueKeysWithValues: old.map { ($0.key, String($0.resourceVersion)) })
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

extension Pod {
  fileprivate var hasLimits: Bool {
    let limits = spec.containers?.first?.resources?.limits
    return limits?["cpu"]?.quantity == Quantity(milli: 500) && limits?["memory"] != nil
  }
}
