import Profiles
import RunTimeline

extension RunView {
  /// Judges the work of the autoscaler by the rules of a kind, where some of it was seen.
  ///
  /// - Parameter flags: what the kind tells of the flags of the cluster's controller.
  func judgingScaling(
    under flags: Expectation.ControllerFlags, _ rules: (RunAnalysis, ScalingRecord) -> Opinion
  ) -> Opinion {
    guard timeline.cluster != nil else { return .inconclusive("no cluster was watched") }
    let analysis = analysis.under(flags)
    guard let record = analysis.scaling else { return .inconclusive(timeline.missingAutoscaler) }
    if let misdirection = record.misdirection { return .inconclusive(misdirection) }
    if record.syncs.isEmpty { return .inconclusive("no sync of the autoscaler was seen: it wrote no status") }
    return rules(analysis, record)
  }
}
