import Foundation
import Units

extension Field {
  private static let words = ["scaleUp", "scaleDown", "terminations"]
  private static let howToWrite =
    "write the name of a phase or an action, run, surge.start..+90s, scaleUp, scaleDown, terminations, readiness 30s, or "
    + "outside NAME"

  /// Reads a window: the name of a phase or an action, `run`, `surge.start..+90s`, `scaleUp`, `scaleDown`, `terminations`,
  /// `readiness 30s`, `outside release`.
  func window(_ plan: RunPlan) -> Window? {
    guard let text = text() else { return nil }
    if text.contains("..") { return span(text, plan) }
    let parts = text.split(separator: " ", maxSplits: 1).map(String.init)
    if parts.count == 2, parts[0] == "outside" {
      return part(parts[1]).namedWindow(parts[1], plan).flatMap { outside($0, plan) }
    }
    if parts.first == "readiness", !plan.names.contains(text) { return readiness(parts.dropFirst().first, plan) }
    return namedWindow(text, plan)
  }

  private func namedWindow(_ text: String, _ plan: RunPlan) -> Window? {
    if text == "run" { return .run }
    if plan.phaseNames.contains(text) { return .phase(text) }
    if let action = plan.action(text) {
      if !action.takesTime {
        report(
          "the action \(text) is over with its answer, so that nothing happens during it",
          hint: "name a phase, or a moment such as \(text).end")
      }
      return .action(action.name)
    }
    let window: Window
    switch text {
    case "scaleUp": window = .scaleUp
    case "scaleDown": window = .scaleDown
    case "terminations": window = .terminations
    default:
      unknown(text, among: plan.names + ["run"] + Self.words, plan)
      return nil
    }
    reportWithoutCluster(text, plan)
    return window
  }

  private func reportWithoutCluster(_ text: String, _ plan: RunPlan) {
    guard !plan.hasCluster else { return }
    report(
      "\(text) can be seen in a cluster only", hint: "add cluster: {workload: deployment/NAME}, or name a phase")
  }

  private func outside(_ window: Window, _ plan: RunPlan) -> Window? {
    let isWhole = plan.end.map { plan.length(of: window) == $0 } ?? false
    guard window == .run || isWhole else { return .outside(window) }
    let what = window == .run ? "the run" : "\(window), which is the whole run"
    report("nothing is outside of \(what)", hint: "name a phase or an action, as in outside release")
    return nil
  }

  private func readiness(_ length: String?, _ plan: RunPlan) -> Window? {
    guard let length, let read = try? Duration(text: length), read > .zero else {
      let what = length.map { "\"\($0)\" is not a length" } ?? "it is not said how much of each pod's readiness"
      report(what, hint: "write it as in readiness 30s")
      return nil
    }
    reportWithoutCluster("readiness", plan)
    return .readiness(read)
  }

  /// `surge.start..+90s`, `release.end-10s..+60s`, `surge.start + 10s..settle.start`.
  private func span(_ text: String, _ plan: RunPlan) -> Window? {
    let ends = text.components(separatedBy: "..").map { $0.filter { $0 != " " } }
    guard ends.count == 2, !ends[0].isEmpty, !ends[1].isEmpty else {
      report("\"\(text)\" is no window", hint: Self.howToWrite)
      return nil
    }
    guard let from = part(ends[0]).momentOrBefore(plan) else { return nil }
    var to: Moment?
    if ends[1].hasPrefix("+") {
      guard let length = try? Duration(text: String(ends[1].dropFirst())) else {
        report("\"\(ends[1])\" is not a length", hint: "write it as in surge.start..+90s")
        return nil
      }
      to = Moment(from.anchor, offset: length)
    } else {
      to = part(ends[1]).momentOrBefore(plan)
    }
    guard let to else { return nil }
    if isOver(from, to, plan) {
      report("the window is over before it begins, or as it does", hint: "write the earlier moment first")
      return nil
    }
    checkBounds(from, to, plan)
    return .span(from: from, to: to)
  }

  /// Whether a window certainly ends before it begins, or as it does.
  private func isOver(_ from: Moment, _ to: Moment, _ plan: RunPlan) -> Bool {
    if from.anchor == to.anchor { return to.offset <= from.offset }
    // What an action starts ends when it begins, or later.
    if case .actionEnd(let name) = from.anchor, to.anchor == .actionStart(name) { return to.offset <= from.offset }
    guard let start = plan.earliest(of: from), let end = plan.planned(to) else { return false }
    return end <= start
  }

  private func checkBounds(_ from: Moment, _ to: Moment, _ plan: RunPlan) {
    if let start = plan.planned(from), start < .zero {
      report("the window begins \((.zero - start).text) before the run does", hint: "let it begin at run.start")
    }
    guard let end = plan.planned(to), let runEnd = plan.end, end > runEnd else { return }
    report(
      "the window ends \((end - runEnd).text) after the run does",
      hint: "make the last phase longer, or the window shorter")
  }

  /// A part of the text as a value of its own, of the same place.
  private func part(_ text: String) -> Field {
    Field(node: YAMLNode(content: .scalar(text, plain: true), place: node.place), path: path, problems: problems)
  }

  /// A moment, which may lie before the one that it is counted from: `release.end-10s`.
  private func momentOrBefore(_ plan: RunPlan) -> Moment? {
    guard let text = text() else { return nil }
    for side in [".start-", ".end-"] {
      guard let range = text.range(of: side) else { continue }
      let length = String(text[range.upperBound...])
      guard let read = try? Duration(text: length) else {
        report("\"\(length)\" is not a duration", hint: "write a moment as in release.end-10s")
        return nil
      }
      let anchor = part(String(text[..<range.upperBound].dropLast()))
      return anchor.moment(plan).map { Moment($0.anchor, offset: $0.offset - read) }
    }
    return moment(plan)
  }
}

extension KindField where Value == Window {
  /// A window that goes from one moment to another without a break.
  func inOnePiece() -> KindField {
    replacingRead { field, plan in
      guard let window = field.window(plan) else { return nil }
      if window.isOnePiece { return window }
      field.report(
        "\(window) comes in several pieces, and this is judged from one moment to another",
        hint: "name a phase, an action, run, scaleUp, scaleDown, or surge.start..+90s")
      return nil
    }
  }
}
