extension Expectation {
  static func list(_ field: Field?, plan: RunPlan) -> [Expectation] {
    guard let field, let elements = field.elements() else { return [] }
    var names: Set<String> = []
    return elements.flatMap { element -> [Expectation] in
      if let name = element.node["name"]?.scalar, !names.insert(name).inserted {
        element.report("an expectation named \"\(name)\" stands before", hint: "give each a name of its own")
      }
      return repeated(element, plan)
    }
  }

  /// What is expected of a repeated action, once for each time that it is done; other expectations once.
  private static func repeated(_ field: Field, _ plan: RunPlan) -> [Expectation] {
    guard let first = Expectation(field, plan) else { return [] }
    var all = [first]
    var plan = plan
    while all.count < plan.mostRepetitions {
      plan.repetition = all.count
      // What is wrong with it has been told already.
      let again = Expectation(Field(node: field.node, path: field.path, problems: ProblemCollector()), plan)
      guard let again, again != all.last else { break }
      all.append(again)
    }
    guard all.count > 1 else { return all }
    for index in all.indices { all[index].name = RunPlan.name(first.name, time: index, of: all.count) }
    return all
  }

  init?(_ field: Field, _ plan: RunPlan) {
    let kinds = KindName.allCases.map(\.rawValue)
    guard let members = field.members(known: ["name", "of"] + kinds) else { return nil }
    let name = members.required("name", example: "scales out in time")?
      .filledText(example: "name: scales out in time")
    let one = members.one(
      of: kinds, nothing: ("nothing is expected", "add one of \(kinds.joined(separator: ", "))"),
      several: { ("\($0) stand in one expectation", "write an entry of its own for each") })
    guard let (key, body) = one, let kindName = KindName(rawValue: key) else { return nil }
    let kind = Self.kind(kindName.type, body, plan)
    let workload = Self.workload(members, kindName, kind, plan)
    guard let kind, let name else { return nil }
    self.init(name: name, workload: workload, kind: kind, line: field.node.place.line, column: field.node.place.column)
  }

  /// The workload that it is about: the one that is named, or that of the action whose rollout is judged.
  private static func workload(_ members: Members, _ name: KindName, _ kind: Kind?, _ plan: RunPlan) -> String? {
    if name.type.subject == .requests, kind?.wanted.isOfOneWorkload != true {
      // Of one that could not be read nobody knows what it is about.
      guard kind != nil else { return nil }
      members["of"]?.report(
        "requests are not told apart by the workload that answers them", hint: "leave of out of \(name.rawValue)")
      return nil
    }
    guard case .rollout(let action)? = kind?.wanted.scope, let own = plan.actions.first(where: { $0.name == action })
    else {
      return WorkloadChoice(members, among: plan.workloads, what: name.rawValue).name
    }
    if let field = members["of"], let text = field.text(), text != own.workload {
      field.report(
        own.workload.map { "the action \(action) is one of \($0), and not of \(text)" }
          ?? "the profile names no workloads", hint: "leave of out: the action tells the workload")
    }
    return own.workload
  }

  private static func kind(_ type: any ExpectationKind.Type, _ body: Field, _ plan: RunPlan) -> Kind? {
    if type.subject != .requests, !plan.hasCluster {
      body.report("this can be seen in a cluster only", hint: "add cluster: {workload: deployment/NAME}")
    }
    guard let members = body.members(known: type.fields.map(\.key)) else { return nil }
    return type.init(KindBody(members: members, plan: plan))?.kind
  }
}
