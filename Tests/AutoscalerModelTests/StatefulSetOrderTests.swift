import AutoscalerModel
import Foundation
import KubernetesObjects
import Testing

/// A case of the StatefulSet vectors.
private struct StatefulSetCase: Sendable, CustomTestStringConvertible {
  let value: JSONValue

  var testDescription: String { value["name"]?.string ?? "?" }

  static func all(_ file: String) throws -> [StatefulSetCase] {
    let path = TestData.folder.appending(path: "statefulset-vectors/\(file).json")
    return try (JSONValue(json: Data(contentsOf: path))["cases"]?.array ?? []).map(StatefulSetCase.init)
  }

  var rules: StatefulSetOrder.Rules {
    let start = value["start"]?.int ?? 0
    let maxUnavailable = value["maxUnavailable"].flatMap { value in
      value.int.map(IntOrPercent.count) ?? value.string.flatMap { Int($0.dropLast()) }.map(IntOrPercent.percent)
    }
    return StatefulSetOrder.Rules(
      ordinals: start..<start + (value["replicas"]?.int ?? 0), isParallel: value["policy"] == "Parallel",
      replacement: value["strategy"] == "OnDelete"
        ? .byHand : .ordered(partition: value["partition"]?.int ?? 0, maxUnavailable: maxUnavailable),
      currentRevision: "old", updateRevision: "new")
  }

  var pods: [StatefulSetOrder.OrdinalPod] {
    (value["pods"]?.array ?? []).compactMap(\.string).map { text in
      let words = text.split(separator: " ").map(String.init)
      let isReady = !words.contains("unready") && !words.contains("ended")
      return StatefulSetOrder.OrdinalPod(
        ordinal: Int(words[0]) ?? -1, revision: words[1], isReady: isReady,
        isAvailable: isReady && !words.contains("unavailable"), isTerminating: words.contains("terminating"),
        hasEnded: words.contains("ended"))
    }
  }
}

extension StatefulSetOrder.Action {
  fileprivate var text: String {
    switch self {
    case .create(let ordinal): "create \(ordinal)"
    case .remove(let ordinal): "remove \(ordinal)"
    case .replace(let ordinal): "replace \(ordinal)"
    }
  }
}

@Suite("The order of a StatefulSet")
struct StatefulSetOrderTests {
  @Test(
    "a sync does what the controller does, and waits for whom it waits", arguments: try StatefulSetCase.all("order"))
  fileprivate func order(_ vector: StatefulSetCase) {
    let plan = StatefulSetOrder.plan(pods: vector.pods, rules: vector.rules)

    #expect(plan.actions.map(\.text) == vector.value["actions"]?.array?.compactMap(\.string))
    #expect(plan.waitsFor == vector.value["waitsFor"]?.int)
    // In which order the pods were listed says nothing.
    #expect(StatefulSetOrder.plan(pods: vector.pods.reversed(), rules: vector.rules) == plan)
  }

  @Test("the status counts as the controller counts", arguments: try StatefulSetCase.all("status"))
  fileprivate func status(_ vector: StatefulSetCase) {
    let plan = StatefulSetOrder.plan(pods: vector.pods, rules: vector.rules)

    let status = StatefulSetOrder.status(
      of: vector.pods, rules: vector.rules, plan: plan, generation: 7, collisionCount: 1)

    #expect(status.observedGeneration == 7 && status.collisionCount == 1)
    let counts: [String: Int?] = [
      "replicas": status.replicas, "readyReplicas": status.readyReplicas,
      "availableReplicas": status.availableReplicas, "currentReplicas": status.currentReplicas,
      "updatedReplicas": status.updatedReplicas,
    ]
    for (name, count) in counts { #expect(count == vector.value["status", name]?.int, "\(name)") }
    #expect(status.currentRevision == vector.value["status", "currentRevision"]?.string)
    #expect(status.updateRevision == vector.value["status", "updateRevision"]?.string)
  }

  @Test(
    "a pod that is made has the template of its side of the partition", arguments: try StatefulSetCase.all("revision"))
  fileprivate func revision(_ vector: StatefulSetCase) throws {
    let ordinal = try #require(vector.value["ordinal"]?.int)

    #expect(vector.rules.revision(ofNew: ordinal) == vector.value["revision"]?.string)
  }

  @Test("from any start, when pods do become available, all ends in so many available pods of the new revision")
  func alwaysArrives() {
    for seed in UInt64(0)..<200 {
      var walk = RandomWalk(seed: seed)
      walk.run()
      #expect(walk.problem == nil, "seed \(seed): \(walk.problem ?? "")")
    }
  }
}

/// A StatefulSet whose pods are of any state at first, and which is synced while its pods come up and go.
private struct RandomWalk {
  private var numbers: SplitMix
  private let rules: StatefulSetOrder.Rules
  private var pods: [StatefulSetOrder.OrdinalPod]
  private let allowed: Int
  private(set) var problem: String?

  init(seed: UInt64) {
    var numbers = SplitMix(state: seed)
    let start = numbers.number(below: 3)
    let replicas = numbers.number(below: 6)
    let partition = numbers.number(below: 3)
    let maxUnavailable = numbers.number(below: 4)
    rules = StatefulSetOrder.Rules(
      ordinals: start..<start + replicas, isParallel: numbers.number(below: 2) == 0,
      replacement: .ordered(partition: partition, maxUnavailable: maxUnavailable == 0 ? nil : .count(maxUnavailable)),
      currentRevision: "old", updateRevision: "new")
    allowed = max(maxUnavailable, 1)
    pods = (0..<9).filter { _ in numbers.number(below: 2) == 0 }.map { ordinal in
      StatefulSetOrder.OrdinalPod(
        ordinal: ordinal, revision: numbers.number(below: 2) == 0 ? "old" : "new",
        isReady: numbers.number(below: 3) > 0, isTerminating: numbers.number(below: 4) == 0)
    }
    self.numbers = numbers
  }

  mutating func run() {
    for _ in 0..<400 where problem == nil {
      let plan = StatefulSetOrder.plan(pods: pods, rules: rules)
      check(plan)
      apply(plan)
      settle()
    }
    let there = pods.map(\.ordinal).sorted()
    if there != Array(rules.ordinals) { problem = problem ?? "left with \(there) for \(rules)" }
    for pod in pods where pod.revision != "new" && pod.ordinal >= rules.ordinals.lowerBound + partition {
      problem = problem ?? "\(pod) was not replaced"
    }
  }

  private var partition: Int { if case .ordered(let partition, _) = rules.replacement { partition } else { 0 } }

  private mutating func check(_ plan: StatefulSetOrder.Plan) {
    if !rules.isParallel {
      let others = plan.actions.filter { if case .replace = $0 { false } else { true } }
      if others.count > 1 || (!others.isEmpty && plan.actions.count > 1) { problem = "\(plan) does too much at once" }
    }
    // No more of those that are available go than may be missing; of others nobody is worse off.
    let missing = rules.ordinals.filter { ordinal in
      !pods.contains { $0.ordinal == ordinal && $0.isAvailable && !$0.isTerminating }
    }.count
    let replaced = plan.actions.filter { action in
      guard case .replace(let ordinal) = action else { return false }
      return pods.contains { $0.ordinal == ordinal && $0.isAvailable }
    }.count
    let isCounted = rules.replacement != .ordered(partition: partition, maxUnavailable: nil) || !rules.isParallel
    if isCounted, replaced > 0, missing + replaced > allowed { problem = "\(plan) with \(missing) missing: \(rules)" }
    if replaced > allowed { problem = "\(plan) replaces more than \(allowed)" }
  }

  private mutating func apply(_ plan: StatefulSetOrder.Plan) {
    for action in plan.actions {
      switch action {
      case .create(let ordinal):
        pods.append(.init(ordinal: ordinal, revision: rules.revision(ofNew: ordinal), isReady: false))
      case .remove(let ordinal), .replace(let ordinal):
        for index in pods.indices where pods[index].ordinal == ordinal { pods[index].isTerminating = true }
      }
    }
  }

  /// Some pods become available, and some that terminate are gone.
  private mutating func settle() {
    for index in pods.indices where numbers.number(below: 2) == 0 {
      if !pods[index].isReady {
        pods[index].isReady = true
      } else if !pods[index].isAvailable {
        pods[index].isAvailable = true
      }
    }
    let goes = pods.map { _ in numbers.number(below: 2) == 0 }
    pods = zip(pods, goes).filter { !($0.isTerminating && $1) }.map(\.0)
  }
}

/// Numbers by a seed (SplitMix64).
private struct SplitMix {
  var state: UInt64

  mutating func number(below bound: UInt64) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = (state ^ (state >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((mixed ^ (mixed >> 31)) % bound)
  }
}
