import Units

extension Field {
  /// Reads a moment: `surge.start`, `surge.end`, `surge + 120s`, `release.end`, `30s` (of the run), `run.start`, `run.end`.
  func moment(_ plan: RunPlan, anchors: [String]? = nil) -> Moment? {
    guard let text = text() else { return nil }
    let parts = text.split(separator: "+", maxSplits: 1, omittingEmptySubsequences: false).map {
      $0.drop { $0 == " " }
    }
    var offset = Duration.zero
    if parts.count == 2 {
      guard let read = try? Duration(text: String(parts[1])) else {
        report("\"\(parts[1])\" is not a duration", hint: "write a moment as in \"surge + 120s\"")
        return nil
      }
      offset = read
    }
    var anchor = String(parts[0])
    while anchor.last == " " { anchor.removeLast() }
    if parts.count == 1, let read = try? Duration(text: anchor) { return Moment(.runStart, offset: read) }
    return self.anchor(anchor, plan, names: anchors ?? plan.names).map { Moment($0, offset: offset) }
  }

  func anchor(_ text: String, _ plan: RunPlan, names: [String]) -> Moment.Anchor? {
    let (name, side) = Self.split(text)
    guard let side else {
      report("\"\(text)\" is not a moment", hint: "write NAME.start, NAME.end, \"NAME + 30s\" or 30s")
      return nil
    }
    switch (name, side) {
    case ("run", "start"): return .runStart
    case ("run", _):
      report("\"\(text)\" is not a moment to count from", hint: "only run.start is; the last phase has an end")
      return nil
    default: break
    }
    guard names.contains(name) else {
      unknown(name, among: names, plan)
      return nil
    }
    if plan.phaseNames.contains(name) {
      return side == "start" ? .phaseStart(name) : .phaseEnd(name)
    }
    let action = plan.action(name)?.name ?? name
    return side == "start" ? .actionStart(action) : .actionEnd(action)
  }

  func unknown(_ name: String, among names: [String], _ plan: RunPlan) {
    // Of a phase without a name it may be the name, and the one mistake would be told many times.
    guard plan.phasesAreKnown else { return }
    report("there is no phase or action \"\(name)\"", hint: Self.hint(for: name, among: names))
  }

  private static func split(_ text: String) -> (name: String, side: String?) {
    for side in ["start", "end"] where text.hasSuffix(".\(side)") {
      return (String(text.dropLast(side.count + 1)), side)
    }
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }
    return (text, plain && !text.isEmpty ? "start" : nil)
  }
}
