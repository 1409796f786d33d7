package import Units

/// A profile that replays the traffic of an access log, and the report of how well it does.
package struct ReplayProfile: Sendable {
  package let plan: RatePlan
  package let routes: [ReplayRoute]
  package let fidelity: Fidelity
  /// For people: what was read, how well it is followed, and what to look at. A line each.
  package let report: [String]
  /// The text of the profile, the report as a comment at its top.
  package let text: String

  /// - Throws: ``UnitProblem`` when a rate lies beyond what profiles can say.
  package init(_ traffic: Traffic, options: ReplayOptions) throws(UnitProblem) {
    let plan = try RatePlan(traffic.counts, resolution: options.resolution)
    let selection = RouteSelection(traffic, most: options.mostRoutes, anonymise: options.anonymise)
    let fidelity = Fidelity(traffic.counts, plannedBy: plan.phases)
    self.plan = plan
    self.fidelity = fidelity
    routes = selection.routes
    report =
      ReplayReport(
        traffic: traffic, options: options, plan: plan, selection: selection, fidelity: fidelity
      ).lines
    text = Self.text(report: report, plan: plan, routes: routes, options: options)
  }

  private static func text(
    report: [String], plan: RatePlan, routes: [ReplayRoute], options: ReplayOptions
  ) -> String {
    var lines = ["# Made from an access log by scaleproof import.", "#"]
    lines += report.map { $0.isEmpty ? "#" : "# \($0)" }
    lines += ["apiVersion: scaleproof/v1", "kind: Profile", "metadata: {name: \(options.name)}", ""]
    if let target = options.target {
      lines.append("target: {url: \"\(escaped(target))\"}")
    } else {
      lines.append("# EDIT THIS: no target was given, and example.com is nobody's to send load to.")
      lines.append("target: {url: \"https://api.example.com\"}")
    }
    lines += ["", "requests:"]
    for route in routes { lines += text(of: route) }
    lines += ["", "load:", "  # Evenly spread within a phase, so that each phase has exactly the requests of the log."]
    lines += ["  arrivals: uniform", "  phases:"]
    lines += plan.steps.map { "    - {name: \($0.name), for: \($0.length), rate: \($0.rate)}" }
    lines += [
      "", "expectations:",
      "  - {name: the traffic of the log costs no errors, errorBudget: {during: run, objective: 99.9%}}",
    ]
    return lines.joined(separator: "\n") + "\n"
  }

  private static func text(of route: ReplayRoute) -> [String] {
    var text =
      "  - {name: \(route.name), weight: \(route.weight), method: \(route.method), path: \"\(escaped(route.path))\""
    if !route.expectedClientErrors.isEmpty {
      let statuses = ["\"2xx\"", "\"3xx\""] + route.expectedClientErrors.map(String.init)
      text += ", expect: {status: [\(statuses.joined(separator: ", "))]}"
    }
    text += "}"
    guard route.mayChangeThings else { return [text] }
    return ["  # The log has no bodies: add one where the server needs it, as in body: {json: {…}}.", text]
  }

  private static func escaped(_ text: String) -> String {
    text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").filter { !$0.isNewline }
  }
}
