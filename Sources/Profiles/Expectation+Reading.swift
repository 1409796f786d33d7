import Units

extension Expectation {
  /// The kinds that can be asked for, as a profile writes them.
  package static let kinds = [
    "scaleUp", "scaleDown", "steadyReplicas", "latency", "errorBudget", "availabilityFloor", "rolloutCompletes",
    "throughput", "hpaConformance", "withinCorridor",
  ]

  static func list(_ field: Field?, plan: RunPlan) -> [Expectation] {
    guard let field, let elements = field.elements() else { return [] }
    var names: Set<String> = []
    return elements.compactMap { element in
      if let name = element.node["name"]?.scalar, !names.insert(name).inserted {
        element.report("an expectation named \"\(name)\" stands before", hint: "give each a name of its own")
      }
      return Expectation(element, plan)
    }
  }

  init?(_ field: Field, _ plan: RunPlan) {
    guard let members = field.members(known: ["name"] + Self.kinds) else { return nil }
    let name = members.required("name", example: "scales out in time")?
      .filledText(example: "name: scales out in time")
    let given = Self.kinds.filter { members[$0] != nil }
    guard given.count == 1, let kindName = given.first, let body = members[kindName] else {
      let unknown = field.node.entries?.contains { $0.key != "name" && !Self.kinds.contains($0.key) } ?? false
      if given.isEmpty, !unknown {
        field.report("nothing is expected", hint: "add one of \(Self.kinds.joined(separator: ", "))")
      } else if given.count > 1 {
        field.report(
          "\(given.joined(separator: " and ")) stand in one expectation", hint: "write an entry of its own for each")
      }
      return nil
    }
    guard let kind = Self.kind(kindName, body, plan), let name else { return nil }
    self.init(name: name, kind: kind, line: field.node.place.line, column: field.node.place.column)
  }

  private static func kind(_ name: String, _ body: Field, _ plan: RunPlan) -> Kind? {
    let needsCluster = [
      "scaleUp", "scaleDown", "steadyReplicas", "availabilityFloor", "rolloutCompletes", "hpaConformance",
      "withinCorridor",
    ]
    if needsCluster.contains(name), !plan.hasCluster {
      body.report("this can be seen in a cluster only", hint: "add cluster: {workload: deployment/NAME}")
    }
    return switch name {
    case "scaleUp": ScaleUp(body, plan).map(Kind.scaleUp)
    case "scaleDown": ScaleDown(body, plan).map(Kind.scaleDown)
    case "steadyReplicas": SteadyReplicas(body, plan).map(Kind.steadyReplicas)
    case "latency": Latency(body, plan).map(Kind.latency)
    case "errorBudget": ErrorBudget(body, plan).map(Kind.errorBudget)
    case "availabilityFloor": AvailabilityFloor(body, plan).map(Kind.availabilityFloor)
    case "rolloutCompletes": RolloutCompletes(body, plan).map(Kind.rolloutCompletes)
    case "hpaConformance": HPAConformance(body).map(Kind.hpaConformance)
    case "withinCorridor": WithinCorridor(body, plan).map(Kind.withinCorridor)
    default: Throughput(body, plan).map(Kind.throughput)
    }
  }
}

extension Field {
  /// The name of a request of the profile.
  fileprivate func route(_ plan: RunPlan) -> String? {
    guard let text = text() else { return nil }
    if plan.routes.contains(text) { return text }
    report("there is no request \"\(text)\"", hint: Self.hint(for: text, among: plan.routes))
    return nil
  }

  /// Reports a length that goes beyond the planned end of the run.
  fileprivate func mustFit(_ length: Duration, after moment: Moment, _ plan: RunPlan) {
    guard let start = plan.planned(moment), let end = plan.end, start + length > end else { return }
    let rest = max(end - start, .zero)
    report(
      "\(length.text) can never be seen to pass: the run ends \(rest.text) later",
      hint: "make the last phase longer, or write at most \(rest.text)")
  }
}

extension Expectation.ScaleUp {
  init?(_ body: Field, _ plan: RunPlan) {
    guard let members = body.members(known: ["after", "to", "of", "within"]) else { return nil }
    let after = members.required("after", example: "surge.start")?.moment(plan)
    let to = members.required("to", example: "\">= 8\"")?.count()
    let of: Expectation.ReplicaCount? = members["of"].map { $0.choice() } ?? .ready
    let within = members.required("within", example: "90s")?.duration(atLeast: .milliseconds(1))
    guard let after, let to, let of, let within else { return nil }
    self.init(after: after, to: to, of: of, within: within)
  }
}

extension Expectation.ScaleDown {
  init?(_ body: Field, _ plan: RunPlan) {
    guard let members = body.members(known: ["after", "to", "of", "within", "notBefore"]) else { return nil }
    let after = members.required("after", example: "settle.start")?.moment(plan)
    let to = members["to"].flatMap { $0.count() }
    let of: Expectation.ReplicaCount? = members["of"].map { $0.choice() } ?? .wanted
    let within = members["within"]?.duration(atLeast: .milliseconds(1))
    let notBefore = members["notBefore"]?.duration()
    if (members["to"] == nil) != (members["within"] == nil) {
      body.report("to and within belong together", hint: "write both, as in {after: settle.start, to: 3, within: 12m}")
      return nil
    }
    if members["to"] == nil, members["notBefore"] == nil {
      body.report("nothing is expected", hint: "write notBefore: 285s, or to: 3 with within: 12m")
      return nil
    }
    if let notBefore, let after, let field = members["notBefore"] { field.mustFit(notBefore, after: after, plan) }
    if let notBefore, let within, notBefore > within, let field = members["notBefore"] {
      field.report("nothing can happen not before \(notBefore.text) and yet within \(within.text)")
    }
    guard let after, let of else { return nil }
    self.init(after: after, to: to, of: of, within: within, notBefore: notBefore)
  }
}

extension Expectation.SteadyReplicas {
  init?(_ body: Field, _ plan: RunPlan) {
    guard let members = body.members(known: ["during", "count", "of", "settle"]) else { return nil }
    let during = members.required("during", example: "calm")?.window(plan)
    let count = members.required("count", example: "3")?.count()
    let of: Expectation.ReplicaCount? = members["of"].map { $0.choice() } ?? .wanted
    let settle = members["settle"].map { $0.duration() } ?? .zero
    guard let during, let count, let of, let settle else { return nil }
    if let length = plan.length(of: during), settle >= length {
      members["settle"]?.report(
        "after \(settle.text) nothing is left of a window of \(length.text)", hint: "write less than \(length.text)")
    }
    self.init(during: during, count: count, of: of, settle: settle)
  }
}

extension Expectation.Latency {
  init?(_ body: Field, _ plan: RunPlan) {
    guard let members = body.members(known: ["during", "percentile", "below", "from", "route"]) else { return nil }
    let during = members.required("during", example: "surge")?.window(plan)
    let percentile = members.required("percentile", example: "99").flatMap { $0.percentile() }
    let below = members.required("below", example: "250ms")?.duration(atLeast: .microseconds(1))
    let from: From? = members["from"].map { $0.choice() } ?? .due
    let route = members["route"].map { $0.route(plan) }
    guard let during, let percentile, let below, let from else { return nil }
    self.init(during: during, percentile: percentile, below: below, from: from, route: route ?? nil)
  }
}

extension Expectation.ErrorBudget {
  init?(_ body: Field, _ plan: RunPlan) {
    guard let members = body.members(known: ["during", "objective", "confidence", "route"]) else { return nil }
    let during = members.required("during", example: "release")?.window(plan)
    let objective = members.required("objective", example: "99.9%").flatMap(Self.objective)
    let confidence = members["confidence"].map(Self.confidence)
    let route = members["route"].map { $0.route(plan) }
    guard let during, let objective else { return nil }
    if objective.billionths == Percentage.whole, let field = members["confidence"] {
      field.report(
        "no number of requests shows with any confidence that 100% succeed",
        hint: "leave confidence out to allow no failure at all, or write an objective below 100%, as in 99.99%")
    }
    self.init(during: during, objective: objective, confidence: confidence ?? nil, route: route ?? nil)
  }

  /// 100 % allows no failure at all.
  private static func objective(_ field: Field) -> Percentage? {
    guard let objective = field.percentage() else { return nil }
    guard objective.billionths > 0 else {
      field.report("an objective of 0% allows every request to fail", hint: "write more, as in 99.9%")
      return nil
    }
    return objective
  }

  private static func confidence(_ field: Field) -> Percentage? {
    guard let confidence = field.percentage() else { return nil }
    guard confidence.billionths >= Percentage.whole / 2, confidence.billionths < Percentage.whole else {
      field.report("a confidence of \(confidence) cannot be asked for", hint: "write 50% to less than 100%, as in 95%")
      return nil
    }
    return confidence
  }
}

extension Expectation.AvailabilityFloor {
  init?(_ body: Field, _ plan: RunPlan) {
    guard let members = body.members(known: ["during"]),
      let during = members.required("during", example: "release")?.window(plan)
    else { return nil }
    self.init(during: during)
  }
}

extension Expectation.RolloutCompletes {
  init?(_ body: Field, _ plan: RunPlan) {
    guard let members = body.members(known: ["action", "within"]) else { return nil }
    let action = members.required("action", example: "release").flatMap { Self.action($0, plan) }
    let within = members.required("within", example: "120s")?.duration(atLeast: .milliseconds(1))
    guard let action, let within else { return nil }
    self.init(action: action, within: within)
  }

  private static func action(_ field: Field, _ plan: RunPlan) -> String? {
    guard let text = field.text() else { return nil }
    let names = plan.actions.map(\.name)
    if names.contains(text) { return text }
    field.report("there is no action \"\(text)\"", hint: Field.hint(for: text, among: names))
    return nil
  }
}

extension Expectation.Throughput {
  init?(_ body: Field, _ plan: RunPlan) {
    guard let members = body.members(known: ["during", "atLeast", "route"]) else { return nil }
    let during = members.required("during", example: "surge")?.window(plan)
    let atLeast = members.required("atLeast", example: "99%").flatMap(Self.bound)
    let route = members["route"].map { $0.route(plan) }
    guard let during, let atLeast else { return nil }
    self.init(during: during, atLeast: atLeast, route: route ?? nil)
  }

  private static func bound(_ field: Field) -> Bound? {
    guard let text = field.text() else { return nil }
    if text.hasSuffix("%") { return field.percentage().map(Bound.share) }
    if text.contains("/") { return field.rate().map(Bound.rate) }
    field.report("\"\(text)\" is neither a share nor a rate", hint: "write 99% of the offered requests, or 1300/s")
    return nil
  }
}
