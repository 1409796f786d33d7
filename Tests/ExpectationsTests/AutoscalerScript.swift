import Foundation
import KubernetesObjects
import RunTimeline
import Units

/// A run whose autoscaler does what a test tells: each write of the HPA and the Deployment as a watch shows it.
///
/// The metrics are external ones with an average target of 1 for each replica, so that a value of 8 asks for 8 replicas,
/// whatever the pods do.
struct AutoscalerScript {
  var behavior: String?
  var minReplicas = 2
  var maxReplicas = 20
  /// How many external metrics the spec has.
  var metrics = 1
  /// An entry of `spec.metrics` in place of the external metric.
  var metricText: String?
  var serverVersion = "v1.36.2"
  /// The program that the autoscaler runs in, as it stands in managed fields.
  var controller = "kube-controller-manager"
  var lastScale: Double?
  /// What the spec's `scaleTargetRef` names.
  var target = #"{"kind": "Deployment", "name": "web"}"#
  private(set) var wanted: Int
  /// The workload's status follows its spec within 0.2 s.
  private var statusReplicas: Int
  private var observations: [Observation] = []
  private var revision = 100
  private var end = 0.0
  private var managers: [(name: String, time: Double)] = [("helm-install", -1000)]

  static let start: Int64 = 1_800_000_000

  init(wanted: Int) {
    self.wanted = wanted
    statusReplicas = wanted
  }

  /// The lists that a recording begins with: the HPA has never synced.
  mutating func begin() {
    append("deployments", .listed, at: 0.1, object: deployment)
    observations.append(Observation(sent: .zero, received: .seconds(0.1), resource: "deployments", kind: .list))
    append("horizontalpodautoscalers", .listed, at: 0.1, object: autoscaler(status: "", written: 0))
    observations.append(
      Observation(sent: .zero, received: .seconds(0.1), resource: "horizontalpodautoscalers", kind: .list))
  }

  /// One sync that writes a status: every metric asks for `asks`, and the count becomes `to`.
  ///
  /// - Parameters:
  ///   - asks: one value for each metric; `nil` for one that failed.
  ///   - active: whether ScalingActive is True; a controller says False when failed metrics held the count.
  ///   - found: what the status says of the count that it found, where that is not the one that was wanted.
  mutating func sync(
    at time: Double, asks: [Int?], to: Int? = nil, active: Bool = true, able: String = "ReadyForNewScale",
    found: Int? = nil
  ) {
    let before = found ?? wanted
    if let to, to != before {
      scale(at: time - 0.02, to: to, by: controller, subresource: "scale")
      lastScale = time - 0.02
    }
    let values = asks.map { value in
      value.map { value in
        // The average is published for each replica of the status, rounded up to a thousandth.
        let milli = (value * 1000 + before - 1) / before
        return
          #"{"type": "External", "external": {"metric": {"name": "q"}, "current": {"averageValue": "\#(milli)m"}}}"#
      } ?? #"{"type": ""}"#
    }
    let ability = able.hasPrefix("Failed") ? "False" : "True"
    let status = """
      , "status": {"currentReplicas": \(before), "desiredReplicas": \(wanted)\(scaleTime),
       "currentMetrics": [\(values.joined(separator: ","))],
       "conditions": [{"type": "AbleToScale", "status": "\(ability)", "reason": "\(able)"},
       {"type": "ScalingActive", "status": "\(active ? "True" : "False")", "reason": "x"}]}
      """
    lastStatus = status
    lastWrite = time
    append("horizontalpodautoscalers", .modified, at: time, object: autoscaler(status: status, written: time))
    end = max(end, time)
  }

  /// A sync that corrects a count out of bounds: no metrics are read.
  mutating func correct(at time: Double, to: Int) {
    let before = wanted
    scale(at: time - 0.02, to: to, by: controller, subresource: "scale")
    lastScale = time - 0.02
    let status = """
      , "status": {"currentReplicas": \(before), "desiredReplicas": \(to)\(scaleTime), "conditions": [
       {"type": "AbleToScale", "status": "True", "reason": "SucceededRescale"},
       {"type": "ScalingActive", "status": "True", "reason": "x"}]}
      """
    lastStatus = status
    lastWrite = time
    append("horizontalpodautoscalers", .modified, at: time, object: autoscaler(status: status, written: time))
  }

  /// The spec of the HPA is written by its owner, with the status as it was.
  mutating func edit(at time: Double, _ change: (inout AutoscalerScript) -> Void) {
    change(&self)
    append("horizontalpodautoscalers", .modified, at: time, object: autoscaler(status: lastStatus, written: time))
  }

  /// Somebody writes the count of the Deployment.
  mutating func scale(at time: Double, to: Int, by manager: String, subresource: String? = nil) {
    wanted = to
    managers.removeAll { $0.name == manager }
    managers.append((manager, time))
    isScale[manager] = subresource
    append("deployments", .modified, at: time, object: deployment)
    statusReplicas = to
    append("deployments", .modified, at: time + 0.2, object: deployment)
    end = max(end, time + 0.2)
  }

  /// The count changes without a trace of who did it.
  mutating func scaleAnonymously(at time: Double, to: Int) {
    wanted = to
    managers.removeAll { isScale[$0.name] != nil }
    statusReplicas = to
    append("deployments", .modified, at: time, object: deployment)
  }

  /// Nothing is heard of a resource from one instant to another, when it is listed again.
  mutating func gap(of resource: String, from: Double, to: Double) {
    observations.append(
      Observation(sent: .seconds(from), received: .seconds(from), resource: resource, kind: .gap, message: "refused"))
    append(
      resource, .listed, at: to,
      object: resource == "deployments" ? deployment : autoscaler(status: lastStatus, written: lastWrite))
    observations.append(Observation(sent: .seconds(to), received: .seconds(to), resource: resource, kind: .list))
  }

  /// The HPA or the Deployment is deleted.
  mutating func delete(_ resource: String, at time: Double) {
    append(
      resource, .deleted, at: time,
      object: resource == "deployments" ? deployment : autoscaler(status: lastStatus, written: lastWrite))
    end = max(end, time)
  }

  mutating func end(at time: Double) {
    end = time
    for resource in ["deployments", "horizontalpodautoscalers"] {
      observations.append(Observation(sent: .zero, received: .seconds(time), resource: resource, kind: .bookmark))
    }
  }

  var timeline: Timeline {
    let start = KubernetesTime(microseconds: Self.start * 1_000_000)
    return Timeline(
      run: RunDescription(
        name: "script", toolVersion: "test", profileText: "", startedAt: start, endedAt: .seconds(end),
        endReason: .completed,
        cluster: ClusterDescription(
          context: "test", namespace: "default", workload: WorkloadReference(.deployment, "web"), autoscaler: "web",
          serverVersion: serverVersion)),
      phases: [
        PhaseSpan(
          name: "calm", plannedStart: .zero, plannedEnd: .seconds(end), startRate: 0, endRate: 0, start: .zero,
          end: .seconds(end))
      ],
      observations: observations.sorted { $0.received < $1.received },
      clock: ServerClock(runStart: start, offset: .zero ... .zero, skew: .milliseconds(10)))
  }

  private var lastStatus = ""
  private var lastWrite = 0.0
  private var isScale: [String: String] = [:]

  private func text(_ time: Double) -> String {
    KubernetesTime(seconds: Self.start + Int64(time.rounded(.down))).description
  }

  private var scaleTime: String { lastScale.map { ", \"lastScaleTime\": \"\(text($0))\"" } ?? "" }

  private var deployment: String {
    let fields = managers.map { manager in
      let subresource = isScale[manager.name].map { ", \"subresource\": \"\($0)\"" } ?? ""
      return
        "{\"manager\": \"\(manager.name)\", \"operation\": \"Update\", \"time\": \"\(text(manager.time))\"\(subresource)}"
    }
    return """
      {"metadata": {"name": "web", "uid": "d", "managedFields": [\(fields.joined(separator: ","))]},
       "spec": {"replicas": \(wanted), "selector": {"matchLabels": {"app": "web"}},
       "template": {"metadata": {}, "spec": {"containers": [{"name": "app", "image": "app:v1"}]}}},
       "status": {"replicas": \(statusReplicas), "availableReplicas": \(statusReplicas)}}
      """
  }

  private func autoscaler(status: String, written: Double) -> String {
    let metric =
      metricText
      ?? #"{"type": "External", "external": {"metric": {"name": "q"}, "target": {"type": "AverageValue", "averageValue": "1"}}}"#
    let metrics = Array(repeating: metric, count: metrics).joined(separator: ",")
    return """
      {"metadata": {"name": "web", "uid": "h", "managedFields": [{"manager": "kube-controller-manager",
       "operation": "Update", "subresource": "status", "time": "\(text(written))"}]}, "spec": {"scaleTargetRef": \(target),
       "minReplicas": \(minReplicas), "maxReplicas": \(maxReplicas), "metrics": [\(metrics)]
       \(behavior.map { ", \"behavior\": \($0)" } ?? "")}\(status)}
      """
  }

  private mutating func append(_ resource: String, _ kind: Observation.Kind, at time: Double, object: String) {
    revision += 1
    observations.append(
      Observation(
        sent: kind == .listed ? .zero : .seconds(max(time - 0.05, 0)), received: .seconds(time), resource: resource,
        kind: kind, name: "web", uid: resource == "deployments" ? "d" : "h", resourceVersion: "\(revision)",
        object: Data(object.utf8)))
  }
}
