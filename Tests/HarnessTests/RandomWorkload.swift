import ApplicationNature
import Arrivals
import Discovery
import Foundation
import KubernetesObjects
import SimulatedCluster
import TestServers
import Units

@testable import Harness

/// A workload with its autoscaler, Service and Ingress as somebody might have them: healthy, and different for each seed.
struct RandomWorkload {
  let minReplicas: Int
  let maxReplicas: Int
  let target: Int
  /// Thousandths of a core.
  let request: Int
  let limit: Int?
  /// Thousandths of a core that a request in a second costs.
  let cost: Double
  let isStatefulSet: Bool
  let readiness: (delay: Int, period: Int)
  let strategy: String
  let behavior: String
  let minReadySeconds: Int
  /// Replicas at the begin, which the autoscaler may have to bring back.
  let replicas: Int
  let start: Int
  let resolution: Int
  let window: Int
  /// How exactly the probe knows the cost, as a share.
  let error: Double
  let bias: Double

  init(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed) &* 7919)
    func pick<Value>(_ values: [Value]) -> Value { values[Int(random.next() % UInt64(values.count))] }
    minReplicas = pick([1, 2, 2, 3, 4, 6])
    maxReplicas = minReplicas + pick([1, 2, 4, 7, 12])
    target = pick([40, 50, 60, 70, 80, 85])
    let request = pick([50, 100, 250, 500, 1000])
    self.request = request
    limit = pick([nil, 1, 2, 2, 4]).map { $0 * request }
    cost = Double(request * target) / 100 / pick([4, 8, 15, 40])
    isStatefulSet = random.nextUnit() < 0.15 && minReplicas > 1
    readiness = (pick([0, 3, 10]), pick([1, 5, 10]))
    // Where one pod may be away of one, a restart costs errors.
    let strategies = ["", "{maxSurge: 1, maxUnavailable: 0}", "{maxSurge: 100%}", "{maxSurge: 2, maxUnavailable: 1}"]
    strategy = pick(minReplicas > 1 ? strategies : strategies.dropLast())
    let up = pick([
      "", "stabilizationWindowSeconds: 30", "policies: [{type: Pods, value: 1, periodSeconds: 60}]",
      "selectPolicy: Min, policies: [{type: Percent, value: 50, periodSeconds: 30}, {type: Pods, value: 2, periodSeconds: 15}]",
    ])
    let down = pick([
      "", "stabilizationWindowSeconds: 0", "stabilizationWindowSeconds: 60",
      "stabilizationWindowSeconds: 120, policies: [{type: Pods, value: 1, periodSeconds: 60}]",
      "policies: [{type: Percent, value: 50, periodSeconds: 60}]", "selectPolicy: Disabled",
    ])
    behavior = pick(["", "behavior: {scaleUp: {\(up)}, scaleDown: {\(down)}}"])
    minReadySeconds = pick([0, 0, 10])
    replicas = random.nextUnit() < 0.2 ? min(minReplicas + 1, maxReplicas) : minReplicas
    start = pick([0, 0, 5, 20])
    resolution = pick([15, 15, 30, 60])
    window = pick([10, 15, 30])
    error = pick([0.01, 0.03, 0.06, 0.12])
    bias = random.nextUnit() * 2 - 1
  }

  var manifests: String {
    let kind = isStatefulSet ? "StatefulSet" : "Deployment"
    let rollout =
      isStatefulSet
      ? "serviceName: web" : strategy.isEmpty ? "" : "strategy: {type: RollingUpdate, rollingUpdate: \(strategy)}"
    let limits = limit.map { ", limits: {cpu: \($0)m}" } ?? ""
    return """
      apiVersion: apps/v1
      kind: \(kind)
      metadata: {name: web}
      spec:
        replicas: \(replicas)
        minReadySeconds: \(minReadySeconds)
        \(rollout)
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec:
            terminationGracePeriodSeconds: 40
            containers:
              - name: web
                image: example.com/web:v1
                ports: [{name: http, containerPort: 8080}]
                resources: {requests: {cpu: \(request)m}\(limits)}
                readinessProbe:
                  httpGet: {path: /ready, port: http}
                  initialDelaySeconds: \(readiness.delay)
                  periodSeconds: \(readiness.period)
                  timeoutSeconds: 3
                lifecycle: {preStop: {sleep: {seconds: 10}}}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: web}
      spec:
        rules:
          - host: web.example.com
            http:
              paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]
      ---
      apiVersion: autoscaling/v2
      kind: HorizontalPodAutoscaler
      metadata: {name: web}
      spec:
        scaleTargetRef: {apiVersion: apps/v1, kind: \(kind), name: web}
        minReplicas: \(minReplicas)
        maxReplicas: \(maxReplicas)
        metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: \(target)}}}]
        \(behavior)
      """
  }

  private var application: String {
    "cpuPerRequest: \(Int(cost * 1000))us, serviceTime: \(max(5, Int(cost * 2)))ms, start: \(start)s, "
      + "metricsResolution: \(resolution)s, metricsWindow: \(window)s"
  }

  /// The profile that is written for what is found in the cluster when it has come to rest.
  ///
  /// - Returns: its path.
  func discovered(in folder: TemporaryFolder) throws -> String {
    let file = try folder.write(manifests, to: "web.yaml")
    var workload = SimulatedWorkload()
    workload.application.cpuPerRequest = .microseconds(Int(cost * 1000))
    workload.application.start = .seconds(start)
    workload.metricsResolution = .seconds(resolution)
    workload.metricsWindow = .seconds(window)
    var cluster = try ClusterSimulation(
      manifests: ManifestLoading.read([file], changes: []).objects, workload: workload)
    // As a run finds it, or init at a real cluster: at rest after its start.
    cluster.advance(to: ClusterSimulation.warmUp)
    let kind = isStatefulSet ? ClusterKind.statefulSet : .deployment
    while !(cluster.workload(kind, namespace: "default", name: "web")?.isSteady ?? true) {
      cluster.advance(to: cluster.now + .seconds(1))
    }
    let kinds: [ClusterKind] = [.deployment, .statefulSet, .replicaSet, .autoscaler, .service, .ingress, .pod]
    let objects = kinds.flatMap { cluster.objects($0, namespace: "default").map { $0.json() } }
    let target = try TargetSearch(objects, namespace: "default").find(.host("web.example.com", path: nil))
    let use = cluster.podMetrics(namespace: "default").flatMap { $0.containers ?? [] }
    let seen = cost * (1 + error * bias * 0.8)
    var figures = ProbeFigures(
      answers: ProbeFigures.Answers(
        rate: 20, requests: 500, failed: 0, length: 60, median: 0.006, high: max(0.01, cost / 300)),
      cost: ProbeFigures.Cost(best: seen, bounds: seen * (1 - error)...seen * (1 + error)), costSource: "measured")
    figures.idle = use.reduce(0) { $0 + Double($1.usage["cpu"]?.quantity.milli ?? 0) }
    figures.metricsWindow = Double(window)
    figures.metricsResolution = Double(resolution)
    let request = ProfileRequest(
      name: "web", day: "2026-01-01", url: "http://web.example.com", path: "/",
      place: .manifests([file], timeScale: 1), serverVersion: "v1.36.2")
    let profile = DiscoveredProfile(request, target: target, figures: figures)
    // The nature of the application is what a real cluster would have, and no profile would say.
    let text = profile.text.replacing("  simulated:\n", with: "  simulated:\n    workload: {\(application)}\n")
    return try folder.write(text, to: "profile.yaml")
  }
}
