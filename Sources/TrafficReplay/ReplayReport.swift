import Foundation
import Units

/// What the user is told about a replay: what was read, how well the profile follows it, and what it leaves out.
struct ReplayReport {
  let traffic: Traffic
  let options: ReplayOptions
  let plan: RatePlan
  let selection: RouteSelection
  let fidelity: Fidelity

  var lines: [String] {
    var lines = [
      "Log       \(counted(traffic.total, "request")) in \(Duration.seconds(traffic.counts.count).text) from "
        + "\(LogTime.text(of: traffic.start)), \(traffic.format.name)"
    ]
    if !traffic.keys.isEmpty { lines.append("          read from \(traffic.keys.joined(separator: ", "))") }
    if !traffic.wrappings.isEmpty {
      let names = ContainerLog.Wrapping.allCases.filter(traffic.wrappings.contains).map(\.rawValue)
      lines.append("          taken out of \(names.joined(separator: " and "))")
    }
    if traffic.broken.count > 0 { lines.append("          \(counted(traffic.broken.count, "line")) not understood") }
    if traffic.unreplayable.count > 0 {
      let causes = LeftOutCause.allCases.compactMap { cause in traffic.leftOut[cause].map(cause.counted) }
      lines.append("          left out, since a profile cannot send them:")
      lines += causes.map { "            \($0)" }
    }
    lines += fidelityLines + ["Routes    logged   planned"] + selection.routes.map(row)
    return lines + notes
  }

  private var fidelityLines: [String] {
    let worst = fidelity.worst
    let correlation = fidelity.correlation.map { String(format: "%.4f", $0) } ?? "undefined, since one never changes,"
    var lines = [
      "Fidelity  correlation \(correlation) per second; \(counted(fidelity.planned, "request")) planned in "
        + "\(counted(plan.phases.count, "phase"))",
      worst.logged == worst.planned
        ? "          every second has the requests of the log\(exception)"
        : "          worst second \(worst.offset) (\(LogTime.text(of: traffic.start + Int64(worst.offset)))): "
          + "\(worst.logged.grouped) logged, \(worst.planned.grouped) planned",
    ]
    if (fidelity.correlation ?? 0) < RatePlan.sufficientCorrelation {
      lines.append(
        options.resolution == nil
          ? "          below \(RatePlan.sufficientCorrelation), to stay within \(RatePlan.mostPhases) phases: --resolution 1s follows every second"
          : "          a finer --resolution follows it better")
    }
    return lines
  }

  /// What "the requests of the log" does not hold for.
  private var exception: String {
    let missing = [
      traffic.broken.count > 0 ? "not understood" : nil, traffic.unreplayable.count > 0 ? "left out" : nil,
    ].compactMap { $0 }
    return missing.isEmpty ? "" : " but for those that were \(missing.joined(separator: " or "))"
  }

  private func row(_ route: ReplayRoute) -> String {
    let all = Double(max(selection.routes.reduce(0) { $0 + $1.count }, 1))
    let weights = Double(max(selection.routes.reduce(0) { $0 + $1.weight }, 1))
    return
      "          \(Self.percent(Double(route.count) / all))  \(Self.percent(Double(route.weight) / weights))  \(route.name)"
  }

  private var notes: [String] {
    var notes: [String] = []
    if selection.replaced > 0 {
      let share = Self.percent(Double(selection.replaced) / Double(max(traffic.total, 1))).trimmingPrefix { $0 == " " }
      notes.append(
        "\(share) of the requests went to \(counted(selection.replacedRoutes, "further route")); the request \"other\" stands for them "
          + "with the most frequent path")
    }
    notes.append("The mix of routes is that of the whole log, at every moment.")
    if selection.routes.contains(where: { $0.path.contains("{{") }) {
      notes.append(
        "Numbers and identifiers in paths are made up within the range of the log: the target may not have them.")
    }
    if selection.routes.contains(where: { $0.path.contains("?") }) {
      notes.append("Of the queries of a route one that was frequent stands for all.")
    }
    if selection.routes.contains(where: \.mayChangeThings) {
      notes.append("Some requests may change data in the target; bodies and headers are not in logs.")
    }
    if !selection.routes.allSatisfy(\.expectedClientErrors.isEmpty) {
      notes.append("Client errors (4xx) that the log shows for a route are expected of it.")
    }
    if options.target == nil { notes.append("No target was given: edit target.url before you run it.") }
    return notes.map { "Note      \($0)" }
  }

  private func counted(_ count: Int, _ thing: String) -> String {
    "\(count.grouped) \(thing)\(count == 1 ? "" : "s")"
  }

  private static func percent(_ share: Double) -> String {
    let text = String(format: "%.2f%%", share * 100)
    return String(repeating: " ", count: max(7 - text.count, 0)) + text
  }
}
