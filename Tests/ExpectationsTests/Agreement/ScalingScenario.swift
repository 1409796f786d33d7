import Arrivals
import Foundation
import KubernetesObjects

/// A run of an autoscaler that a seed makes up: its spec, what is asked of it, and what goes wrong around it.
struct ScalingScenario {
  let seed: UInt64
  var minReplicas = 2
  var maxReplicas = 12
  var behavior: String?
  var metrics: [Metric] = [.external]
  var initialReplicas = 3
  /// How many syncs fit into the run.
  var syncs = 12
  /// What the load would take, in replicas at exactly the target, from a sync on.
  var levels: [(fromSync: Int, replicas: Double)] = [(0, 3)]
  /// Failures of a metric, by its position in the spec: over which syncs.
  var failures: [(metric: Int, syncs: Range<Int>)] = []
  var events: [Event] = []
  /// Pods without an owner that bear the workload's labels.
  var foreignPods = 0
  /// Seconds from a pod's creation until it is ready.
  var startup = 8.0
  /// Whether pods that start burn as much CPU as they are allowed.
  var startsBusy = false
  /// Seconds from a scale until the workload's controller has acted on it.
  var controllerDelay = 0.1

  enum Metric: Equatable {
    /// An external metric with an average for each replica as its target.
    case external
    /// CPU in per cent of the request.
    case utilization(Int)
    /// CPU in millicores.
    case averageCPU
  }

  /// Something that others do; all at a time in seconds.
  enum Event: Equatable {
    /// The controller manager dies, and another one takes over after some seconds.
    case restart(at: Double, after: Double)
    case scale(at: Double, to: Int, by: String)
    case editBounds(at: Double, min: Int, max: Int)

    var at: Double {
      switch self {
      case .restart(let at, _), .scale(let at, _, _), .editBounds(let at, _, _): at
      }
    }
  }

  var needsPods: Bool { metrics.contains { $0 != .external } }

  /// Seconds at which the run ends.
  var end: Double { Double(syncs) * 15.02 + 10 }

  func spec(min: Int, max: Int) -> String {
    let entries = metrics.enumerated().map { index, metric in
      switch metric {
      case .external:
        #"{"type":"External","external":{"metric":{"name":"q\#(index)"},"target":{"type":"AverageValue","averageValue":"10"}}}"#
      case .utilization(let target):
        #"{"type":"Resource","resource":{"name":"cpu","target":{"type":"Utilization","averageUtilization":\#(target)}}}"#
      case .averageCPU:
        #"{"type":"Resource","resource":{"name":"cpu","target":{"type":"AverageValue","averageValue":"200m"}}}"#
      }
    }
    let rules = behavior.map { #","behavior":\#($0)"# } ?? ""
    return #"{"scaleTargetRef":{"apiVersion":"apps/v1","kind":"Deployment","name":"web"},"minReplicas":\#(min),"#
      + #""maxReplicas":\#(max),"metrics":[\#(entries.joined(separator: ","))]\#(rules)}"#
  }
}

extension ScalingScenario {
  /// The scenario of a seed. Half of them have nothing but load; the others have what real clusters have besides.
  init(seed: UInt64) {
    self.seed = seed
    var random = SplitMix64(seed: seed)
    func chance(_ share: Double) -> Bool { random.nextUnit() < share }
    func number(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }

    minReplicas = number(1...4)
    maxReplicas = minReplicas + number(1...14)
    initialReplicas = number(minReplicas...min(maxReplicas, minReplicas + 5))
    // A window of 300 s takes 20 syncs to pass.
    syncs = chance(0.15) ? number(20...26) : number(6...13)
    metrics = Self.metrics(&random)
    if chance(0.75) { behavior = Self.behavior(&random) }
    levels = [(0, Double(initialReplicas) * (0.95 + 0.1 * random.nextUnit()))]
    var sync = number(1...4)
    while sync < syncs {
      let level = Double(number(0...maxReplicas * 10 + 20)) / 10
      // Near the edge of the tolerance, where a mistake shows least.
      let nearly = Double(initialReplicas) * (chance(0.5) ? 1.1 : 0.9) + (random.nextUnit() - 0.5) * 0.1
      levels.append((sync, chance(0.2) ? nearly : level))
      sync += number(1...8)
    }
    startup = 3 + 17 * random.nextUnit()
    startsBusy = chance(0.3)
    controllerDelay = 0.02 + 0.2 * random.nextUnit()
    if chance(0.5) { addTrouble(&random) }
  }

  private static func metrics(_ random: inout SplitMix64) -> [Metric] {
    switch Int.random(in: 0..<10, using: &random) {
    case 0..<4: [.external]
    case 4..<6: [.external, .external]
    case 6..<8: [.utilization(Int.random(in: 5...9, using: &random) * 10)]
    case 8: [.averageCPU]
    default: [.utilization(70), .external]
    }
  }

  private static func behavior(_ random: inout SplitMix64) -> String {
    func rules(_ windows: [Int]) -> String {
      var members: [String] = []
      if let window = windows.randomElement(using: &random) {
        members.append(#""stabilizationWindowSeconds":\#(window)"#)
      }
      if random.nextUnit() < 0.1 {
        members.append(#""selectPolicy":"Disabled""#)
      } else if random.nextUnit() < 0.3 {
        members.append(#""selectPolicy":"Min""#)
      }
      if random.nextUnit() < 0.25 {
        members.append(#""tolerance":"\#(["50m", "200m", "0"].randomElement(using: &random) ?? "0")""#)
      }
      let policies = (0..<Int.random(in: 0...2, using: &random)).map { _ in
        let isPercent = Bool.random(using: &random)
        let value =
          isPercent ? [10, 50, 100].randomElement(using: &random) ?? 50 : Int.random(in: 1...4, using: &random)
        let period = [15, 30, 60, 90].randomElement(using: &random) ?? 60
        return #"{"type":"\#(isPercent ? "Percent" : "Pods")","value":\#(value),"periodSeconds":\#(period)}"#
      }
      if !policies.isEmpty { members.append(#""policies":[\#(policies.joined(separator: ","))]"#) }
      return "{\(members.joined(separator: ","))}"
    }
    return #"{"scaleUp":\#(rules([0, 0, 20, 60])),"scaleDown":\#(rules([0, 20, 40, 60, 100, 300]))}"#
  }

  private mutating func addTrouble(_ random: inout SplitMix64) {
    func chance(_ share: Double) -> Bool { random.nextUnit() < share }
    func instant() -> Double { 20 + random.nextUnit() * (end - 40) }
    if chance(0.35) {
      let start = Int.random(in: 1..<syncs, using: &random)
      failures.append(
        (Int.random(in: metrics.indices, using: &random), start..<start + Int.random(in: 1...5, using: &random)))
    }
    if chance(0.3) { events.append(.restart(at: instant(), after: 1 + random.nextUnit() * 40)) }
    if chance(0.3) {
      events.append(.scale(at: instant(), to: Int.random(in: 1...maxReplicas + 3, using: &random), by: "kubectl"))
    }
    if chance(0.3) {
      let min = Int.random(in: 1...5, using: &random)
      events.append(.editBounds(at: instant(), min: min, max: min + Int.random(in: 1...12, using: &random)))
    }
    if needsPods, chance(0.3) { foreignPods = Int.random(in: 1...2, using: &random) }
    events.sort { $0.at < $1.at }
  }

  /// How much is asked at an instant.
  func level(atSync sync: Int) -> Double { levels.last { $0.fromSync <= sync }?.replicas ?? 0 }

  func fails(metric: Int, atSync sync: Int) -> Bool {
    failures.contains { $0.metric == metric && $0.syncs.contains(sync) }
  }
}

extension ScalingScenario: CustomStringConvertible {
  var description: String {
    let asked = levels.map { "\($0.fromSync): \(($0.replicas * 100).rounded() / 100)" }.joined(separator: ", ")
    let failed = failures.map { "metric \($0.metric) in syncs \($0.syncs)" }.joined(separator: ", ")
    return """
      seed \(seed): \(spec(min: minReplicas, max: maxReplicas))
        starts at \(initialReplicas); asked from sync on: \(asked)\(failed.isEmpty ? "" : "; fails: \(failed)")
        \(events)\(foreignPods > 0 ? "; \(foreignPods) foreign pods" : "")
      """
  }
}
