import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// Whether the load was delivered as far as it bears on what a count of replicas did: back as far as the autoscaler
/// remembers, and forward to the moment that decided, after which nothing matters any more.
///
///        what the autoscaler remembers        │ the window, up to the moment that decides
///     ───┬────────────────────────────────────┼───────────────────────┬──────────────▶ run time
///        start − stabilization              start                  decided
struct DeliveredLoad {
  enum Direction { case up, down, both }

  private let run: RunView
  private let remembered: InstantBounds?
  private let window: InstantBounds

  init(_ run: RunView, _ direction: Direction, from start: Duration, decided: Duration) {
    self.run = run
    window = InstantBounds(start, max(start, decided))
    let back = max(start - run.memory(direction), .zero)
    remembered = back < start ? InstantBounds(back, start) : nil
  }

  /// The verdict that nothing follows, since the load was not what was planned; `nil` when it was.
  func objection(finding: String? = nil, window shown: InstantBounds, evidence: [Evidence] = []) -> Opinion? {
    for (part, words) in [(window, ""), (remembered, ", before the window, in the time that the autoscaler remembers")]
    {
      guard let part else { continue }
      let guardian = GeneratorGuard(run, in: part)
      if let reason = guardian.tooLittleLoad {
        return .untrusted(reason + words, finding: finding, window: shown, evidence: evidence)
      }
      if let opinion = guardian.missingLoad(finding: finding, window: shown, evidence: evidence) { return opinion }
    }
    return nil
  }
}

extension RunView {
  /// How far back recommendations count for a change of the count: the stabilization window of the autoscaler's behavior,
  /// the longest that was seen, or else the controller's default.
  ///
  /// Source: `pkg/controller/podautoscaler/horizontal.go`, `stabilizeRecommendation` and
  /// `stabilizeRecommendationWithBehaviors`.
  func memory(_ direction: DeliveredLoad.Direction) -> Duration {
    guard let cluster = timeline.cluster, timeline.run.cluster?.autoscaler != nil else { return .zero }
    let behaviors = cluster.autoscaler.map(\.object.spec.behavior)
    let down = { (seconds: Int?) in seconds.map { Duration.seconds($0) } ?? self.settings.downscaleStabilization }
    let downwards = behaviors.map { down($0?.scaleDown?.stabilizationWindowSeconds) }.max() ?? down(nil)
    let upwards = behaviors.map { Duration.seconds($0?.scaleUp?.stabilizationWindowSeconds ?? 0) }.max() ?? .zero
    switch direction {
    case .up: return upwards
    case .down: return downwards
    case .both: return max(upwards, downwards)
    }
  }
}
