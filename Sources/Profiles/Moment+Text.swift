import Units

extension Moment: CustomStringConvertible {
  /// As a profile writes it: `surge.start + 120s`.
  package var description: String {
    let name =
      switch anchor {
      case .runStart: "run.start"
      case .phaseStart(let name), .actionStart(let name): "\(name).start"
      case .phaseEnd(let name), .actionEnd(let name): "\(name).end"
      }
    if offset < .zero { return "\(name) - \((.zero - offset).text)" }
    return offset == .zero ? name : "\(name) + \(offset.text)"
  }
}

extension Window: CustomStringConvertible {
  /// As a profile writes it: the name of a phase or an action, `run`, `surge.start..surge.start + 90s`.
  package var description: String {
    switch self {
    case .run: "run"
    case .phase(let name), .action(let name): name
    case .span(let from, let to): "\(from)..\(to)"
    case .scaleUp: "scaleUp"
    case .scaleDown: "scaleDown"
    case .terminations: "terminations"
    case .readiness(let length): "readiness \(length.text)"
    case .outside(let window): "outside \(window)"
    }
  }
}
