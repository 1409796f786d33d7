import KubernetesObjects
import Units

extension PlannedAction {
  private static let kinds = [
    "rollout", "scale", "patch", "apply", "exec", "wait", "deletePods", "evictPods", "cordon", "uncordon", "drain",
  ]

  static func list(_ field: Field?, plan: inout RunPlan, workloads: WatchedWorkloads?) -> [PlannedAction] {
    guard let field, let elements = field.elements() else { return [] }
    if !plan.hasCluster, !elements.isEmpty {
      field.report("an action needs a cluster to act on", hint: "add cluster: {workload: deployment/NAME}")
    }
    let before = plan
    let known = ["name", "of", "at", "when", "repeat", "every", "onError", "cleanup"] + kinds
    return elements.flatMap { element -> [PlannedAction] in
      guard let members = element.members(known: known) else { return [] }
      let name = members.required("name", example: "release")?.name(reserved: ["run"])
      let begin = ActionBegin(members, before, actions: elements.compactMap { $0.node["name"]?.scalar })
      let workload = WorkloadChoice(members, among: plan.workloads, what: "the action").name
      let kind = ActionKindReader(workload: workloads?.named(workload)?.reference).read(members, of: kinds)
      let ending = ActionEnding(members, of: kind)
      let repetition = ActionRepetition(members, of: kind, begin: begin, before)
      if let name {
        if plan.names.contains(name) {
          element.report("a phase or an action named \"\(name)\" stands before", hint: "give each a name of its own")
        }
        for time in 0..<repetition.times {
          plan.add(
            RunPlan.Action(
              name: repetition.name(name, time), written: name, workload: workload,
              at: begin?.when == nil ? repetition.moment(begin?.at, time).flatMap(before.planned) : nil,
              isConditional: begin?.when != nil || members["when"] != nil, startsRollout: kind?.startsRollout,
              takesTime: kind?.takesTime ?? true))
        }
      }
      guard let name, let begin, let kind else { return [] }
      return (0..<repetition.times).map { time in
        PlannedAction(
          name: repetition.name(name, time), workload: workload, at: repetition.moment(begin.at, time),
          when: begin.when, kind: kind, endsRunOnError: ending.endsRunOnError, isPutBack: ending.isPutBack)
      }
    }
  }
}

/// When an action begins: at a time, or when a condition is met.
private struct ActionBegin {
  var at: Moment?
  var when: StartCondition?

  init?(_ members: Members, _ plan: RunPlan, actions: [String]) {
    var condition = members["when"]
    if let wait = members["wait"] {
      if let condition {
        condition.report("a wait has its condition already", hint: "write it in until, and leave when out")
        return nil
      }
      // Keys that a wait does not have are told by who reads what the action does.
      condition = wait.node["until"].map {
        Field(node: $0, path: wait.path + ".until", problems: wait.problems)
      }
    }
    if let condition {
      when = condition.startCondition(plan)
      if when == nil { return nil }
    }
    guard let written = members["at"] else {
      if members["when"] != nil, members["wait"] == nil { return }
      if !members.isMeant(oneOf: ["at", "when"]) {
        members.field.report(
          "it is not said when the action begins",
          hint: "write at: \"\(plan.phaseNames.first ?? "surge") + 30s\", or when: \"ready >= 8\"")
      }
      return nil
    }
    if let text = written.node.scalar, let action = actions.first(where: { Self.isOf(text, $0) }),
      !plan.phaseNames.contains(action)
    {
      written.report(
        "an action begins at a moment of the load, and \(action) is an action",
        hint:
          "write a moment at which \(action) is over, as in at: \"\(plan.phaseNames.first ?? "surge") + 30s\", or what "
          + "it brings about, as in when: \"ready >= 8\"")
      return nil
    }
    guard let moment = written.moment(plan, anchors: plan.phaseNames) else { return nil }
    if let planned = plan.planned(moment), let end = plan.end, planned >= end {
      written.report(
        "the action would begin \(planned.text) after the start, but the run ends at \(end.text)",
        hint: "let it begin earlier, or make a phase longer")
      return nil
    }
    at = moment
  }

  /// Whether a moment is counted from something of that name.
  private static func isOf(_ moment: String, _ name: String) -> Bool {
    let anchor = moment.split(separator: "+").first.map { $0.filter { $0 != " " } } ?? ""
    return [name, "\(name).start", "\(name).end"].contains(anchor)
  }
}

/// How often an action is done, and how long after one another.
private struct ActionRepetition {
  private(set) var times = 1
  private var every = Duration.zero

  init(_ members: Members, of kind: PlannedAction.Kind?, begin: ActionBegin?, _ plan: RunPlan) {
    let repeated = members["repeat"]
    let times = repeated?.integer(2...1000)
    let every = members["every"]?.duration(atLeast: .milliseconds(1))
    if let repeated, members["every"] == nil, !members.isMeant(oneOf: ["every"]) {
      repeated.report("it is not said how long after one another", hint: "add every: 2m")
    }
    if repeated == nil, !members.isMeant(oneOf: ["repeat"]) {
      members["every"]?.report("nothing is repeated", hint: "add repeat: 5, or leave every out")
    }
    if let kind, !kind.isRepeatable {
      repeated?.report(
        "done again, it would change nothing", hint: "repeat a restart, an undo, deletePods or evictPods")
    }
    guard let times, let every else { return }
    if let begin, begin.at == nil {
      repeated?.report("it is not said from when the condition is waited for", hint: "add at: beside when")
    }
    let last = begin?.at.flatMap { plan.planned($0) }.map { $0 + every * (times - 1) }
    if let last, let end = plan.end, last >= end {
      repeated?.report(
        "the last time would be \(last.text) after the start, but the run ends at \(end.text)",
        hint: "repeat it less often, or make a phase longer")
    }
    (self.times, self.every) = (times, every)
  }

  func name(_ written: String, _ time: Int) -> String { RunPlan.name(written, time: time, of: times) }

  func moment(_ first: Moment?, _ time: Int) -> Moment? {
    first.map { Moment($0.anchor, offset: $0.offset + every * time) }
  }
}

/// What is done when an action fails, and when the run is over.
private struct ActionEnding {
  private enum OnError: String, CaseIterable {
    case stop, `continue`
  }

  var endsRunOnError = false
  var isPutBack = false

  init(_ members: Members, of kind: PlannedAction.Kind?) {
    endsRunOnError = members["onError"]?.choice(of: OnError.self) == .stop
    guard let cleanup = members["cleanup"], cleanup.bool() == true else { return }
    isPutBack = true
    if let kind, !kind.changesObjects {
      if case .exec = kind {
        cleanup.report("nobody knows what the program changes", hint: "name the Helm release: release: NAME")
      } else {
        cleanup.report("there is nothing that could be put back", hint: "leave cleanup out")
      }
    }
  }
}

/// Reads what an action does.
private struct ActionKindReader {
  /// The workload that it is done to; `nil` where that is not known.
  let workload: WorkloadReference?

  func read(_ members: Members, of kinds: [String]) -> PlannedAction.Kind? {
    let hint = "write one of \(kinds.joined(separator: ", "))"
    let one = members.one(
      of: kinds, nothing: ("it is not said what the action does", hint), several: { ("\($0) are two actions", hint) })
    guard let (key, field) = one else { return nil }
    switch key {
    case "rollout": return rollout(field)
    case "scale": return field.integer(0...1_000_000).map { .scale($0) }
    case "patch": return PlannedPatch(field, of: workload).map { .patch($0) }
    case "apply": return PlannedApply(field).map { .apply($0) }
    case "exec": return PlannedCommand(field).map { .exec($0) }
    case "wait": return wait(field)
    case "deletePods": return PodChoice(field, of: workload).map { .deletePods($0) }
    case "evictPods": return PodChoice(field, of: workload).map { .evictPods($0) }
    case "cordon": return NodeChoice(field).map { .cordon($0) }
    case "uncordon": return NodeChoice(field).map { .uncordon($0) }
    default: return NodeChoice(field).map { .drain($0) }
    }
  }

  private func wait(_ field: Field) -> PlannedAction.Kind? {
    guard let members = field.members(known: ["until", "within"]) else { return nil }
    // The condition itself is read where the action begins.
    let isConditional = members.required("until", example: "\"ready >= 8\"") != nil
    let within = members.required("within", example: "2m")?.duration(atLeast: .milliseconds(1))
    return isConditional ? within.map { .wait(within: $0) } : nil
  }

  private func rollout(_ field: Field) -> PlannedAction.Kind? {
    let keys = ["setImage", "restart", "undo", "toRevision", "pause", "resume"]
    guard let members = field.members(known: keys) else { return nil }
    if let workload, !workload.kind.type.rollsOut {
      field.report(
        "\(workload.text) replaces none of its pods when its template changes",
        hint: "roll out a workload that does, such as a Deployment")
    }
    let hint =
      "write setImage: {CONTAINER: IMAGE}, restart: true, undo: true, toRevision: N, pause: true or resume: true"
    let told = ("a rollout is one thing: new images, a restart, an undo, a pause or its end", hint)
    guard let (key, what) = members.one(of: keys, nothing: told, several: { _ in told }) else { return nil }
    switch key {
    case "setImage": return images(what)
    case "toRevision":
      guard canUndo(what) else { return nil }
      return what.integer(1...Int(Int32.max)).map { .undo(toRevision: $0) }
    default:
      guard let isWanted = what.bool() else { return nil }
      if !isWanted {
        what.report("a rollout that does nothing is none", hint: "write \(key): true")
        return nil
      }
      return word(key, what)
    }
  }

  private func word(_ key: String, _ field: Field) -> PlannedAction.Kind? {
    switch key {
    case "restart": return .restart
    case "undo": return canUndo(field) ? .undo(toRevision: nil) : nil
    default:
      if let workload, workload.kind != .deployment {
        field.report("\(workload.text) cannot be paused", hint: "only Deployments know spec.paused")
        return nil
      }
      return .pause(key == "pause")
    }
  }

  /// Whether what a workload was before is kept by Kubernetes.
  private func canUndo(_ field: Field) -> Bool {
    guard let workload, ![.deployment, .statefulSet].contains(workload.kind) else { return true }
    field.report(
      "\(workload.text) keeps no revisions that Kubernetes goes back to", hint: "set the image that it had before")
    return false
  }

  private func images(_ field: Field) -> PlannedAction.Kind? {
    guard let entries = field.entries() else { return nil }
    if entries.isEmpty {
      field.report("no container is named", hint: "write it as in setImage: {app: \"registry/app:v2\"}")
      return nil
    }
    var result: [String: String] = [:]
    for (container, image) in entries {
      guard let text = image.text() else { return nil }
      if text.isEmpty || text.contains(" ") { image.report("\"\(text)\" is not an image") }
      result[container] = text
    }
    return .setImage(result)
  }
}

extension PlannedPatch {
  fileprivate init?(_ field: Field, of workload: WorkloadReference?) {
    guard let members = field.members(known: ["object", "as", "fields", "operations"]) else { return nil }
    var object: ObjectReference?
    if let named = members["object"] {
      guard let text = named.text() else { return nil }
      object = ObjectReference(text: text)
      guard let name = object?.name, Field.isObjectName(name) else {
        named.report(
          "\"\(text)\" names no object",
          hint: "write KIND/NAME, KIND one of \(ObjectReference.kinds.joined(separator: ", "))")
        return nil
      }
    }
    let one = members.one(
      of: ["fields", "operations"],
      nothing: ("it is not said what changes", "write fields: {spec: {…}}, or operations: for a JSON patch"),
      several: { ("\($0) are two patches", "write one of them") })
    guard let (key, what) = one else { return nil }
    let written = members["as"].map { $0.choice(of: Form.self) }
    if key == "operations" {
      guard what.elements() != nil else { return nil }
      if let written, written != .json {
        members["as"]?.report("operations are those of a JSON patch", hint: "leave as out, or write fields")
      }
      self.init(form: .json, object: object, body: what.node.json)
      return
    }
    guard let entries = what.entries() else { return nil }
    if entries.isEmpty {
      what.report("no field is named", hint: "write it as in fields: {spec: {minReadySeconds: 10}}")
    }
    let resource = object?.resource ?? workload?.kind.resource
    let isMerged = resource.map { resource in
      WorkloadKind.allCases.first { $0.resource == resource }?.type.mergesLists ?? true
    }
    let form = written.flatMap { $0 } ?? (isMerged ?? true ? .strategic : .merge)
    if form == .json { members["as"]?.report("fields are no JSON patch", hint: "write operations: [{op: replace, …}]") }
    if form == .strategic, isMerged == false {
      members["as"]?.report("the API server merges no lists of this kind", hint: "write as: merge")
    }
    self.init(form: form, object: object, body: what.node.json)
  }
}

extension PlannedApply {
  private static let hint = "write a file or folder, as in manifests/v2"

  fileprivate init?(_ field: Field) {
    guard field.node.entries != nil else {
      guard let manifests = field.manifests(hint: Self.hint) else { return nil }
      self.init(manifests: manifests)
      return
    }
    guard let members = field.members(known: ["manifests", "force"]) else { return nil }
    let manifests = members.required("manifests", example: "manifests/v2")?.manifests(hint: Self.hint)
    let isForced = members["force"].map { $0.bool() } ?? false
    guard let manifests, let isForced else { return nil }
    self.init(manifests: manifests, isForced: isForced)
  }
}

extension PlannedCommand {
  fileprivate init?(_ field: Field) {
    guard let members = field.members(known: ["command", "within", "release"]) else { return nil }
    let written = members.required("command", example: "[helm, upgrade, web, ./chart]")
    let words = written?.elements()?.map { $0.text() }
    if words?.isEmpty == true || words?.first == .some("") {
      written?.report("no program is named", hint: "write it as in command: [helm, upgrade, web, ./chart]")
      return nil
    }
    let within = members["within"].map { $0.duration(atLeast: .milliseconds(1)) } ?? .seconds(600)
    let release = members["release"].map { $0.objectName() }
    guard let words, !words.contains(nil), let within, release != .some(nil) else { return nil }
    self.init(words: words.compactMap { $0 }, within: within, release: release.flatMap { $0 })
  }
}

extension PodChoice {
  fileprivate init?(_ field: Field, of workload: WorkloadReference?) {
    guard let members = field.members(known: ["name", "which", "count"]) else { return nil }
    guard let named = members["name"] else {
      let order = members["which"].map { $0.choice(of: Order.self) } ?? .oldest
      let count = members["count"].map { $0.integer(1...100_000) } ?? 1
      guard let order, let count else { return nil }
      self.init(order: order, count: count)
      return
    }
    for key in ["which", "count"] {
      members[key]?.report("the pod is named already", hint: "write either name, or which and count")
    }
    guard let name = named.objectName() else { return nil }
    if let workload, workload.kind.type.podOwnership != .numbered {
      named.report(
        "nobody knows before what the pods of \(workload.text) are called", hint: "write which: oldest, or newest")
    }
    self.init(name: name)
  }
}

extension NodeChoice {
  fileprivate init?(_ field: Field) {
    guard let members = field.members(known: ["node", "nodeOf"]) else { return nil }
    let one = members.one(
      of: ["node", "nodeOf"],
      nothing: ("no node is named", "write node: NAME, or nodeOf: oldest for that of the oldest pod"),
      several: { ("\($0) are two nodes", "write one of them") })
    guard let (key, what) = one else { return nil }
    if key == "node" {
      guard let name = what.objectName() else { return nil }
      self = .named(name)
    } else {
      guard let order = what.choice(of: PodChoice.Order.self) else { return nil }
      self = .ofPod(order)
    }
  }
}
