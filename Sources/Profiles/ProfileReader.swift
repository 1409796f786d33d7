import Units

/// Reads profiles: YAML in, a validated ``Profile`` or all problems out.
package enum ProfileReader {
  /// Reads the text of a profile.
  ///
  /// - Parameters:
  ///   - source: the file, for messages.
  ///   - overrides: what `--set` gives, `PATH=VALUE` each, applied in order before reading.
  ///   - isRun: whether the profile is to be run; else its expectations judge a run of the past, whose times are those of
  ///     its recording.
  /// - Throws: ``ProfileProblems`` with everything that is wrong.
  package static func read(
    text: String, source: String, overrides: [String] = [], isRun: Bool = true
  ) throws(ProfileProblems) -> Profile {
    var document = try ProfileDocument(text: text, source: source)
    for override in overrides { try document.apply(set: override) }
    return try document.profile(isRun: isRun)
  }
}

/// The text of a profile, parsed but not yet understood, so that fields can be changed first.
package struct ProfileDocument: Sendable {
  package let source: String
  /// The text that yields this document: as it was read, or written anew after a change.
  package private(set) var text: String
  private(set) var root: YAMLNode

  /// Sets keys at the top, or takes them away, and writes the text anew.
  mutating func replace(_ values: [(key: String, value: YAMLNode?)]) {
    for (key, value) in values { root[key] = value }
    text = root.text()
  }

  /// - Throws: ``ProfileProblems`` when the text is no YAML, or not one document.
  package init(text: String, source: String) throws(ProfileProblems) {
    self.source = source
    self.text = text
    let documents: [YAMLNode]
    do {
      documents = try YAMLNode.documents(of: text, source: source)
    } catch {
      throw ProfileProblems([error])
    }
    guard let first = documents.first, !first.isNull else {
      throw ProfileProblems([
        ProfileProblem(source: source, message: "the profile is empty", hint: "see Profiles/README.md for the format")
      ])
    }
    if documents.count > 1 {
      throw ProfileProblems([
        ProfileProblem(
          source: source, line: documents[1].place.line, column: documents[1].place.column,
          message: "a profile is one YAML document, and here a second one begins")
      ])
    }
    root = first
  }

  /// Changes one field: `load.phases.surge.rate=2000/s`, `expectations[0].scaleUp.within=60s`.
  ///
  /// An entry of a list is meant by its index or, where it has one, by its `name`. The value is YAML.
  ///
  /// - Throws: ``ProfileProblems`` when the path leads nowhere.
  package mutating func apply(set: String) throws(ProfileProblems) {
    do {
      try FieldOverride(set).apply(to: &root)
    } catch {
      throw ProfileProblems([error])
    }
    text = root.text()
  }

  /// The validated profile.
  ///
  /// - Parameter isRun: whether it is to be run, so that what it expects must fit into the times that it plans.
  /// - Throws: ``ProfileProblems`` with everything that is wrong, in the order of the text.
  package func profile(isRun: Bool = true) throws(ProfileProblems) -> Profile {
    let problems = ProblemCollector()
    let field = Field(node: root, path: "", problems: problems)
    let profile = field.read { Profile($0, source: source, isRun: isRun) }
    guard let profile, problems.problems.isEmpty else { throw ProfileProblems(problems.sorted) }
    return profile
  }

  /// The text with literal secrets replaced, as it may be recorded.
  package var redactedText: String { ProfileRedaction.redacted(root, text: text) }
}

extension Profile {
  init?(_ field: Field, source: String, isRun: Bool) {
    guard
      let members = field.members(known: [
        "apiVersion", "kind", "metadata", "target", "cluster", "requests", "data", "load", "actions", "abortOn",
        "expectations", "incident",
      ])
    else { return nil }
    Self.checkKind(members)
    let name = members.required("metadata", example: "{name: my-profile}")?.members(known: ["name"])?
      .required("name", example: "my-profile")?.name()
    let targetField = members.required("target", example: "{url: https://api.example.com}")
    let target = targetField.flatMap(Target.init)
    var cluster = members["cluster"].flatMap { $0.read(ClusterReference.init) }
    let requests = RequestRoute.list(
      members.required("requests", example: "[{name: home, path: /}]"),
      authentication: Self.authentication(targetField))
    let load = members.required("load", example: "{phases: [{name: steady, for: 60s, rate: 10/s}]}")
      .flatMap { LoadSettings($0, routes: Self.names(members["requests"])) }
    let data = CSVFeed.list(members["data"])
    if !members.isMeant(oneOf: ["data"]) {
      FeedUse(
        feeds: data, names: members["data"]?.node.entries?.map(\.key) ?? [], routes: requests, load: load,
        problems: field.problems
      ).check()
    }
    // Of actions under a misspelt key no name is known.
    let written = members.isMeant(oneOf: ["actions"]) ? nil : Self.phaseNames(members["load"])
    var plan = RunPlan(load: load, written: written, isRun: isRun)
    plan.hasCluster = members["cluster"] != nil || members.isMeant(oneOf: ["cluster"])
    plan.workloads = members["cluster"]?.members["workloads"]?.node.entries?.map(\.key) ?? []
    let actions = PlannedAction.list(members["actions"], plan: &plan, workloads: cluster?.workloads)
    if case .simulated(var simulation)? = cluster?.kind {
      let faults = members["cluster"]?.members["simulated"].flatMap {
        $0.node.entries == nil ? nil : $0.members["faults"]
      }
      let rhythm = [simulation.metricsResolution, simulation.metricsWindow, simulation.metricsLag]
      plan.metricResolution = rhythm.compactMap(\.self).max()
      simulation.faults = PlannedFault.list(faults, plan: plan, simulation: simulation)
      cluster?.kind = .simulated(simulation)
    }
    plan.routes = Self.names(members["requests"])
    let abortOn = StopRule.list(members["abortOn"], end: plan.end)
    let expectations = Expectation.list(members["expectations"], plan: plan)
    let incident = members["incident"].flatMap { field in
      Incident(
        field,
        expectations: members.isMeant(oneOf: ["expectations"])
          ? nil : members["expectations"]?.node.elements?.compactMap { $0["name"]?.scalar } ?? [])
    }
    guard let name, let target, let load else { return nil }
    if let field = members["load"]?.members["workers"] { Self.check(load, target.connections, field) }
    self.init(
      name: name, source: source, target: target, cluster: cluster, requests: requests, data: data, load: load,
      abortOn: abortOn, actions: actions, expectations: expectations, incident: incident)
  }

  /// The credentials for all requests that say nothing of their own.
  private static func authentication(_ target: Field?) -> RequestRoute.Authentication? {
    guard let target, target.node.entries != nil, let field = target.members["auth"],
      case .some(let authentication)? = AuthenticationChoice(field, noneAllowed: false)
    else { return nil }
    return authentication
  }

  /// The names of all requests, those with mistakes too, so that one mistake is not told many times.
  private static func names(_ requests: Field?) -> [String] {
    requests?.node.elements?.compactMap { $0["name"]?.scalar } ?? []
  }

  /// The names of all phases of all streams, those with mistakes too; `nil` where one has none.
  private static func phaseNames(_ load: Field?) -> [String]? {
    guard let load = load?.node else { return nil }
    let lists = load["streams"].map { $0.elements?.map { $0["phases"]?.elements } } ?? [load["phases"]?.elements]
    var names: [String] = []
    for list in lists ?? [nil] {
      guard let list else { return nil }
      for phase in list {
        guard let name = phase["name"]?.scalar else { return nil }
        names.append(name)
      }
    }
    return names
  }

  /// Workers share neither connections nor places for requests in flight.
  private static func check(_ load: LoadSettings, _ connections: ConnectionSettings, _ field: Field) {
    guard let workers = load.workers else { return }
    if let max = connections.max, max < workers {
      field.report(
        "\(workers) workers need a connection each, but target.connections.max is \(max)",
        hint: "write at most \(max), or raise target.connections.max")
    } else if connections.maxInFlight < workers {
      field.report(
        "\(workers) workers need a request in flight each, but target.connections.maxInFlight is "
          + "\(connections.maxInFlight)",
        hint: "write at most \(connections.maxInFlight), or raise target.connections.maxInFlight")
    }
  }

  private static func checkKind(_ members: Members) {
    for (key, value) in [("apiVersion", "scaleproof/v1"), ("kind", "Profile")] {
      guard let field = members.required(key, example: value), let text = field.text(), text != value else { continue }
      field.report("\"\(text)\" is not known", hint: "this program reads \(key): \(value)")
    }
  }
}
