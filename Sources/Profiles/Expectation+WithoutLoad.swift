extension Expectation {
  /// Why it cannot be judged in a recording without load, phases and actions; `nil` when it can.
  package var needOfRun: String? {
    let wanted = kind.wanted
    if wanted.subject == .requests { return "it judges requests, and no load is sent" }
    switch wanted.scope {
    case .recording: return nil
    case .window(let window): return window.needOfRun
    case .rollout(let name): return "nothing starts the action \(name)"
    case .after(let moment): return moment.needOfRun
    }
  }
}

extension Window {
  /// Why it cannot be found in a recording without load, phases and actions.
  fileprivate var needOfRun: String? {
    switch self {
    case .run, .scaleUp, .scaleDown, .terminations, .readiness: nil
    case .phase(let name): "there is no phase \(name)"
    case .action(let name): "nothing starts the action \(name)"
    case .span(let from, let to): from.needOfRun ?? to.needOfRun
    case .outside(let window): window.needOfRun
    }
  }
}

extension Moment {
  fileprivate var needOfRun: String? {
    switch anchor {
    case .runStart: nil
    case .phaseStart(let name), .phaseEnd(let name): "there is no phase \(name)"
    case .actionStart(let name), .actionEnd(let name): "nothing starts the action \(name)"
    }
  }
}

extension Expectation.KindName {
  /// What must be written of a kind so that a recording without load, phases and actions can be judged by it.
  package enum WithoutLoad: Sendable, Equatable {
    /// It always can.
    case anyhow
    /// It can when these keys name the run as a whole: `during: run`, `after: run.start`.
    case overTheRun([String])
    case never
  }

  package var withoutLoad: WithoutLoad {
    let fields = type.fields
    if type.subject == .requests || fields.contains(where: { $0.form == .action }) { return .never }
    let places = fields.filter(\.isRequired).compactMap { field -> String? in
      switch field.form {
      case .window: "\(field.key): run"
      case .moment: "\(field.key): run.start"
      default: nil
      }
    }
    return places.isEmpty ? .anyhow : .overTheRun(places)
  }
}
