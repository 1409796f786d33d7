extension Moment {
  /// When it is planned; `nil` where that depends on the cluster, or what it is tied to is not planned.
  ///
  /// - Parameters:
  ///   - phase: from when to when the phase of a name is planned.
  ///   - action: when the action of a name is planned.
  func planned(phase: (String) -> Range<Duration>?, action: (String) -> Duration?) -> Duration? {
    switch anchor {
    case .runStart: offset
    case .phaseStart(let name): phase(name).map { $0.lowerBound + offset }
    case .phaseEnd(let name): phase(name).map { $0.upperBound + offset }
    case .actionStart(let name): action(name).map { $0 + offset }
    case .actionEnd: nil
    }
  }
}

extension Profile {
  /// When a moment is planned; `nil` where that depends on the cluster.
  package func planned(_ moment: Moment) -> Duration? {
    moment.planned(phase: load.bounds(ofPhase:)) { name in
      actions.first { $0.name == name }.flatMap(planned)
    }
  }
  /// When an action is planned; `nil` for one that waits for a condition.
  package func planned(_ action: PlannedAction) -> Duration? {
    action.when == nil ? action.at.flatMap(planned) : nil
  }
}
