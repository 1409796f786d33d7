import AutoscalerModel
package import Expectations
import RunTimeline
import Units

/// How the rhythms of a simulated control plane lie beside the recorded ones: nobody chooses when a controller syncs and when
/// metrics are measured, and what a sync reads of a change of the load hangs on that.
package struct RhythmDifference: Sendable {
  /// How much later the simulated autoscaler syncs, less whole periods.
  package let sync: Duration

  /// `nil` where nothing was seen of one of the autoscalers.
  package init?(of recorded: RunAnalysis, by simulated: RunAnalysis) {
    guard let own = recorded.scaling, let other = simulated.scaling, let reference = Self.reference(own),
      let nearest = other.syncs.map(\.at.latest).filter({ $0 > .zero }).min(by: {
        Self.distance($0, reference) < Self.distance($1, reference)
      })
    else { return nil }
    sync = Self.remainder(nearest - reference, recorded.settings.syncPeriod)
  }

  /// The first rescale, or the last sync where there is none: rhythms drift, and it is there that they matter.
  private static func reference(_ record: ScalingRecord) -> Duration? {
    record.changes.first { $0.at.latest > .zero }?.at.latest ?? record.syncs.last?.at.latest
  }

  private static func distance(_ one: Duration, _ other: Duration) -> Duration {
    one < other ? other - one : one - other
  }

  /// What is left of a length after whole periods: never negative.
  package static func remainder(_ length: Duration, _ period: Duration) -> Duration {
    guard period > .zero else { return .zero }
    let rest = length.nanoseconds % period.nanoseconds
    return .nanoseconds(rest < 0 ? rest + period.nanoseconds : rest)
  }
}
