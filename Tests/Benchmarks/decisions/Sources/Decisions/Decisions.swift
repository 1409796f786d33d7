import AutoscalerModel
import Foundation
import KubernetesObjects
import Units

/// Times the decisions of the autoscaler model: one controller, one HPA, a sync every 15 s of its own clock.
@main
enum Decisions {
  private static let rounds = 5
  private static let syncs = 1_000_000

  /// What one core should do in a second with a workload of ten pods.
  private static let wanted = 1_000_000

  static func main() throws {
    var isFastEnough = true
    for scenario in [
      Scenario(name: "10 pods, 1 Resource metric, steady", pods: 10, isBusy: false),
      Scenario(name: "10 pods, 1 Resource metric, load up and down, behavior", pods: 10, isBusy: true),
      Scenario(name: "100 pods, 1 Resource metric, steady", pods: 100, isBusy: false),
    ] {
      let count = syncs * 10 / scenario.pods
      let times = try (0..<rounds).map { _ in try scenario.nanoseconds(syncs: count) }.sorted()
      let median = times[times.count / 2]
      let perSecond = Int(1e9 / median)
      if scenario.pods == 10, perSecond < wanted { isFastEnough = false }
      print("\(scenario.name): \(Int(median.rounded())) ns a decision, \(grouped(perSecond)) decisions/s on one core")
    }
    if !isFastEnough { exit(1) }
  }

  private static func grouped(_ number: Int) -> String {
    var digits = String(number)
    var result = ""
    while digits.count > 3 {
      result = "," + digits.suffix(3) + result
      digits.removeLast(3)
    }
    return digits + result
  }
}

/// One workload under one HPA.
struct Scenario {
  var name: String
  var pods: Int
  /// Whether the load swings, so that windows and policies decide.
  var isBusy: Bool

  /// Nanoseconds a sync, everything in it: pods, samples, windows, limits, and the memory of the controller.
  func nanoseconds(syncs: Int) throws -> Double {
    var controller = HPAController()
    let autoscaler = try Self.autoscaler()
    let readings = (isBusy ? [700, 1400, 200] : [700]).map { reading(milli: Int64($0)) }
    let pods = (0..<self.pods).map(Self.pod)
    var target = ScaleTarget(specReplicas: self.pods, statusReplicas: self.pods, selector: "app=web")
    var checksum = 0
    let clock = ContinuousClock()
    let start = clock.now
    for index in 0..<syncs {
      let now = KubernetesTime(microseconds: Int64(index) * 15_000_000)
      // Each load lasts 5 minutes, longer than the policies look back.
      let decision = controller.sync(
        at: now, autoscaler: autoscaler, target: target, pods: pods, metrics: readings[index / 20 % readings.count])
      if decision.rescale != nil {
        controller.recordRescale(decision, of: autoscaler, at: now)
        target.specReplicas = decision.desiredReplicas
      }
      checksum &+= decision.desiredReplicas
    }
    let length = clock.now - start
    precondition(checksum > 0)
    return Double(length.nanoseconds) / Double(syncs)
  }

  private func reading(milli: Int64) -> [MetricReading] {
    [
      .resource(
        (0..<pods).map { index in
          PodUsage(
            pod: Self.podName(index), timestamp: KubernetesTime(seconds: 0), window: .seconds(30),
            containers: [.init(name: "app", usage: ResourceAmounts(cpu: milli))])
        })
    ]
  }

  /// As long as the names that a ReplicaSet gives.
  private static func podName(_ index: Int) -> String { "aspnetcore-deployment-6f7d9c5b8-\(10_000 + index)" }

  private static func pod(_ index: Int) -> ScaledPod {
    ScaledPod(
      name: Self.podName(index), startTime: KubernetesTime(seconds: -10_000),
      ready: .init(status: .true, lastTransitionTime: KubernetesTime(seconds: -9_000)),
      containers: [.init(name: "app", requests: ResourceAmounts(cpu: 1000))], labels: ["app": "web"])
  }

  private static func autoscaler() throws -> HorizontalPodAutoscaler {
    let object: JSONValue = [
      "metadata": ["name": "web", "namespace": "production"],
      "spec": [
        "scaleTargetRef": ["apiVersion": "apps/v1", "kind": "Deployment", "name": "web"],
        "minReplicas": 3, "maxReplicas": 1000, "behavior": [:],
        "metrics": [
          [
            "type": "Resource",
            "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 70]],
          ]
        ],
      ],
    ]
    return try object.decoded()
  }
}
