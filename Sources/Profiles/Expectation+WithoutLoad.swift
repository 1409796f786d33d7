extension Expectation {
  /// Why it cannot be judged in a recording without load, phases and actions; `nil` when it can.
  package var needOfRun: String? {
    switch kind {
    case .latency, .errorBudget, .throughput: "it judges requests, and no load is sent"
    case .rolloutCompletes(let rollout): "nothing starts the action \(rollout.action)"
    case .scaleUp(let scaling): Self.need(of: scaling.after)
    case .scaleDown(let scaling): Self.need(of: scaling.after)
    case .steadyReplicas(let steady): Self.need(of: steady.during)
    case .availabilityFloor(let floor): Self.need(of: floor.during)
    case .withinCorridor(let corridor): Self.need(of: corridor.during)
    case .hpaConformance: nil
    }
  }

  private static func need(of moment: Moment) -> String? {
    switch moment.anchor {
    case .runStart: nil
    case .phaseStart(let name), .phaseEnd(let name): "there is no phase \(name)"
    case .actionStart(let name), .actionEnd(let name): "nothing starts the action \(name)"
    }
  }

  private static func need(of window: Window) -> String? {
    switch window {
    case .run: nil
    case .phase(let name): "there is no phase \(name)"
    case .action(let name): "nothing starts the action \(name)"
    }
  }
}
