package import AutoscalerModel
package import KubernetesObjects
import RunTimeline

/// Another spec of an autoscaler in place of the recorded one: each version of it with the same fields changed.
package struct HypotheticalSpec: Sendable {
  private let versions: [Version]

  private struct Version: Sendable {
    let recorded: HorizontalPodAutoscaler.Spec
    let other: HorizontalPodAutoscaler.Spec
  }

  /// - Parameter change: makes the other spec of an autoscaler as it was recorded.
  package init<Problem: Error>(
    of record: ScalingRecord, _ change: (HorizontalPodAutoscaler) throws(Problem) -> HorizontalPodAutoscaler.Spec
  ) throws(Problem) {
    var versions: [Version] = []
    for version in record.history.autoscaler where !versions.contains(where: { $0.recorded == version.object.spec }) {
      versions.append(Version(recorded: version.object.spec, other: try change(version.object)))
    }
    self.versions = versions
  }

  /// The autoscaler with the other spec.
  func autoscaler(inPlaceOf recorded: HorizontalPodAutoscaler) -> HorizontalPodAutoscaler {
    var autoscaler = recorded
    if let version = versions.first(where: { $0.recorded == recorded.spec }) { autoscaler.spec = version.other }
    return autoscaler
  }

  /// The plans of all versions.
  func plans(_ record: ScalingRecord) -> [ScalingPlan] {
    versions.map { ScalingPlan($0.other, settings: record.settings, version: record.version) }
  }

  /// The first metric that the recorded autoscaler did not read while this one would, so that nothing tells its values;
  /// `nil` of none.
  package func unread(_ record: ScalingRecord) -> PlannedMetric? {
    for version in versions {
      let read = version.recorded.metricsOrDefault
      let plan = ScalingPlan(version.other, settings: record.settings, version: record.version)
      if let metric = plan.metrics.first(where: { metric in !read.contains { $0.isOfSameValues(as: metric.spec) } }) {
        return metric
      }
    }
    return nil
  }
}

extension MetricSpec {
  /// Whether two metrics read the same values, whatever their targets.
  func isOfSameValues(as other: MetricSpec) -> Bool {
    type == other.type && resource?.name == other.resource?.name
      && containerResource?.name == other.containerResource?.name
      && containerResource?.container == other.containerResource?.container
      && pods?.metric == other.pods?.metric && object?.metric == other.object?.metric
      && object?.describedObject == other.object?.describedObject && external?.metric == other.external?.metric
  }

  /// Whether it is measured against the requests of pods, which a value of another target does not tell.
  var isShareOfRequests: Bool { (resource ?? containerResource)?.target.averageUtilization != nil }

  /// Whether its target is one for the whole workload, and not for each pod or replica: what is published differs.
  var isOfWhole: Bool { (object ?? external)?.target.value != nil }
}
