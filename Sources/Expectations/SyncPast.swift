import AutoscalerModel
import RunTimeline
import Units

/// What a sync at an instant had behind it: recommendations inside its windows, and budgets that were spent.
struct SyncPast: Sendable {
  let current: Int
  let at: InstantBounds
  let plan: ScalingPlan
  let settings: ControllerSettings
  let up: StepAllowance
  let down: StepAllowance
  let downMemory: RememberedRecommendations
  let upMemory: RememberedRecommendations

  /// - Parameter own: the position of the sync itself, which it does not remember yet.
  init(
    current: Int, at: InstantBounds, plan: ScalingPlan, own: Int?, record: ScalingRecord, doubts: HistoryDoubts
  ) {
    self.current = current
    self.at = at
    self.plan = plan
    settings = record.settings
    up = .allowance(scalingUp: true, from: current, plan: plan, at: at, own: own, record: record, doubts: doubts)
    down = .allowance(scalingUp: false, from: current, plan: plan, at: at, own: own, record: record, doubts: doubts)
    func memory(_ window: Duration) -> RememberedRecommendations {
      RememberedRecommendations(window: window, at: at, before: own, record: record, doubts: doubts)
    }
    if let behavior = plan.behavior {
      downMemory = memory(.seconds(behavior.scaleDown.stabilizationWindowSeconds))
      upMemory = memory(.seconds(behavior.scaleUp.stabilizationWindowSeconds))
    } else {
      downMemory = memory(record.settings.downscaleStabilization)
      upMemory = memory(.zero)
    }
  }
}
