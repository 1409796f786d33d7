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
    return offset == .zero ? name : "\(name) + \(offset.text)"
  }
}

extension Window: CustomStringConvertible {
  /// As a profile writes it: the name of a phase or an action, or `run`.
  package var description: String {
    switch self {
    case .run: "run"
    case .phase(let name), .action(let name): name
    }
  }
}
