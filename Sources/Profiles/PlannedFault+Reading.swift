import ApplicationNature
import KubernetesObjects
import Units

extension PlannedFault {
  private static let kinds = [
    "application", "metricsMissing", "metricsStale", "endpointDelay", "nodeLost", "controllersDown", "apiErrors",
    "watchesDropped", "watchesSilent", "write",
  ]

  /// - Parameter simulation: what the faults befall.
  static func list(_ field: Field?, plan: RunPlan, simulation: Simulation) -> [PlannedFault] {
    guard let field, let elements = field.elements() else { return [] }
    return elements.compactMap { PlannedFault($0, plan: plan, simulation: simulation) }
  }

  private init?(_ field: Field, plan: RunPlan, simulation: Simulation) {
    guard let members = field.members(known: ["at", "when", "of", "for"] + Self.kinds) else { return nil }
    let when = members["when"].map { $0.startCondition(plan) }
    var at: Moment? = Moment(.runStart)
    if when == nil, members["at"] == nil {
      at = nil
      if !members.isMeant(oneOf: ["at", "when"]) {
        field.report(
          "it is not said when it begins",
          hint: "write at: \"\(plan.phaseNames.first ?? "surge") + 30s\", or when: \"ready >= 8\"")
      }
    } else if let written = members["at"] {
      at = Self.time(written, plan)
    }
    var of: String?
    if case .errors?? = when {
      members["of"]?.report(
        "errors are those of the whole load", hint: "leave of out, or write a condition on the workload")
    } else if when != nil {
      of = WorkloadChoice(members, among: plan.workloads, what: "the condition").name
    } else if !members.isMeant(oneOf: ["when"]) {
      members["of"]?.report("only a condition is about a workload", hint: "add when: \"ready >= 8\", or leave of out")
    }
    let lasts = members["for"]?.duration(atLeast: .milliseconds(1))
    let hint = "write one of \(Self.kinds.joined(separator: ", "))"
    guard
      let (name, what) = members.one(
        of: Self.kinds, nothing: ("it is not said what goes wrong", hint),
        several: { ("\($0) are two faults", hint) })
    else { return nil }
    if name == "write", let length = members["for"] {
      length.report("a write is not undone by itself", hint: "add a second fault that writes what was there before")
    }
    guard let kind = Self.kind(name, what, simulation: simulation), let at else { return nil }
    if case .watchesDropped(_, every: nil) = kind, let length = members["for"],
      !Members(field: what, known: ["every", "resources"]).isMeant(oneOf: ["every"])
    {
      length.report("watches are cut at an instant", hint: "write watchesDropped: {every: 10s}, or leave for out")
    }
    var condition: StartCondition?
    if let when {
      guard let when else { return nil }
      condition = when
    }
    self.init(kind: kind, at: at, when: condition, of: of, lasts: lasts)
  }

  private static func time(_ field: Field, _ plan: RunPlan) -> Moment? {
    guard let moment = field.moment(plan, anchors: plan.names) else { return nil }
    if case .actionEnd(let name) = moment.anchor {
      field.report(
        "when \(name) ends depends on the cluster", hint: "tie the fault to the start of the action, or to a phase")
      return nil
    }
    if case .actionStart(let name) = moment.anchor,
      plan.actions.contains(where: { $0.name == name && $0.isConditional })
    {
      field.report(
        "when \(name) begins depends on the cluster", hint: "give the fault the same condition, or tie it to a phase")
      return nil
    }
    if let planned = plan.planned(moment), let end = plan.end, planned >= end {
      field.report(
        "the fault would begin \(planned.text) after the start, but the run ends at \(end.text)",
        hint: "let it begin earlier, or make a phase longer")
      return nil
    }
    return moment
  }

  private static func kind(_ name: String, _ field: Field, simulation: Simulation) -> Kind? {
    switch name {
    case "application":
      guard let members = field.members(known: ["version"] + ApplicationChange.keys) else { return nil }
      let change = ApplicationChange(members)
      if change == ApplicationChange() {
        guard !members.isMeant(oneOf: ApplicationChange.keys) else { return nil }
        field.report(
          "nothing of the application changes", hint: "write what does, as in {version: v2, failing: 5%}")
        return nil
      }
      return .application(change, version: members["version"]?.text())
    case "metricsMissing":
      guard let metric = field.text() else { return nil }
      let apis = simulation.metrics.isEmpty ? ["resource"] : ["resource", "custom", "external"]
      let known = apis + simulation.metrics.keys.sorted()
      guard known.contains(metric) else {
        field.report("there is no metric \"\(metric)\"", hint: "known are \(known.joined(separator: ", "))")
        return nil
      }
      return .metricsMissing(metric)
    case "metricsStale": return flag(field) ? .metricsStale : nil
    case "endpointDelay": return field.duration().map { .endpointDelay($0) }
    case "nodeLost":
      return field.integer(1...max(simulation.nodes.count ?? 3, simulation.nodes.max ?? 1)).map { .nodeLost($0) }
    case "controllersDown": return flag(field) ? .controllersDown : nil
    case "apiErrors": return SimulatedAPIErrors(field).map { .apiErrors($0) }
    case "watchesDropped":
      if field.node.entries == nil { return flag(field) ? .watchesDropped(resources: [], every: nil) : nil }
      guard let members = field.members(known: ["every", "resources"]) else { return nil }
      return .watchesDropped(
        resources: texts(members["resources"]), every: members["every"]?.duration(atLeast: .seconds(1)))
    case "watchesSilent":
      if field.node.entries == nil { return flag(field) ? .watchesSilent(resources: []) : nil }
      return field.members(known: ["resources"]).map { .watchesSilent(resources: texts($0["resources"])) }
    default: return ForeignWrite(field).map { .write($0) }
    }
  }

  private static func flag(_ field: Field) -> Bool {
    guard let isMeant = field.bool() else { return false }
    if !isMeant { field.report("a fault that does not happen is none", hint: "write true, or leave the fault out") }
    return isMeant
  }
}

extension PlannedFault {
  /// A list of words, or one; empty where nothing is written.
  fileprivate static func texts(_ field: Field?) -> [String] {
    field?.elements(orSingle: true)?.compactMap { $0.filledText(example: "pods") } ?? []
  }
}

extension SimulatedAPIErrors {
  init?(_ field: Field) {
    guard let members = field.members(known: ["status", "share", "retryAfter", "verbs", "resources"]) else {
      return nil
    }
    let status = members.required("status", example: "429")?.integer(100...599)
    if let status, !Self.statuses.contains(status) {
      members["status"]?.report(
        "an API server in trouble does not answer \(status)",
        hint: "write \(Self.statuses.dropLast().map(String.init).joined(separator: ", ")) or \(Self.statuses.last ?? 0)"
      )
      return nil
    }
    let share = members["share"].map { $0.percentage() }
    if let share, share?.billionths == 0 {
      members["share"]?.report("no request is answered so", hint: "write more than 0%, or leave it out for all")
    }
    // As the filter for priority and fairness asks for it.
    var retryAfter = status == 429 ? 1 : nil
    if let field = members["retryAfter"], let duration = field.duration() {
      let seconds = duration.components.seconds
      if duration == .seconds(seconds) {
        retryAfter = Int(seconds)
      } else {
        field.report(
          "\(duration.text) is no whole number of seconds", hint: "write it as in 1s: HTTP has no parts of them")
      }
    }
    let verbs = members["verbs"]?.elements(orSingle: true)?.compactMap { $0.choice(of: Verb.self) } ?? []
    guard let status else { return nil }
    self.init(
      status: status, share: share.flatMap { $0 }.map { Double($0.billionths) / Double(Percentage.whole) } ?? 1,
      retryAfter: retryAfter)
    self.verbs = Set(verbs)
    resources = PlannedFault.texts(members["resources"])
  }
}

extension ForeignWrite {
  private static let hint =
    "write {by: helm, patch: deployment/NAME, fields: {spec: {replicas: 3}}}, {create: {kind: …}} or {delete: resourcequota/NAME}"

  init?(_ field: Field) {
    guard let members = field.members(known: ["by", "patch", "fields", "create", "delete"]) else { return nil }
    let by = members["by"]?.text() ?? "kubectl"
    if let fields = members["fields"], members["patch"] == nil, !members.isMeant(oneOf: ["patch"]) {
      fields.report("fields are those of a patch", hint: Self.hint)
    }
    let one = members.one(
      of: ["patch", "create", "delete"], nothing: ("it is not said what is written", Self.hint),
      several: { ("\($0) are two writes", Self.hint) })
    guard let (deed, what) = one else { return nil }
    switch deed {
    case "patch":
      guard let object = Self.object(what),
        let fields = members.required("fields", example: "{spec: {replicas: 3}}")
      else { return nil }
      self.init(
        by: by, deed: .patch(kind: object.kind, name: object.name, fields: fields.node.json),
        written: Manifest(source: "", written: fields.node))
    case "create":
      guard let entries = what.entries() else { return nil }
      for key in ["apiVersion", "kind", "metadata"] where !entries.contains(where: { $0.key == key }) {
        what.report("the key \"\(key)\" is missing", hint: "write the whole object, as in a manifest")
        return nil
      }
      self.init(by: by, deed: .create(what.node.json), written: Manifest(source: "", written: what.node))
    default:
      guard let object = Self.object(what) else { return nil }
      self.init(by: by, deed: .delete(kind: object.kind, name: object.name))
    }
  }

  private static func object(_ field: Field) -> (kind: String, name: String)? {
    guard let text = field.text() else { return nil }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, parts.allSatisfy({ !$0.isEmpty }) else {
      field.report("\"\(text)\" names no object", hint: "write KIND/NAME, as in deployment/web")
      return nil
    }
    return (parts[0].lowercased(), String(parts[1]))
  }
}
