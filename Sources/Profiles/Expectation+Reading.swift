extension Expectation {
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
    let kinds = KindName.allCases.map(\.rawValue)
    guard let members = field.members(known: ["name"] + kinds) else { return nil }
    let name = members.required("name", example: "scales out in time")?
      .filledText(example: "name: scales out in time")
    let given = KindName.allCases.filter { members[$0.rawValue] != nil }
    guard given.count == 1, let kindName = given.first, let body = members[kindName.rawValue] else {
      let unknown = field.node.entries?.contains { $0.key != "name" && !kinds.contains($0.key) } ?? false
      if given.isEmpty, !unknown {
        field.report("nothing is expected", hint: "add one of \(kinds.joined(separator: ", "))")
      } else if given.count > 1 {
        field.report(
          "\(given.map(\.rawValue).joined(separator: " and ")) stand in one expectation",
          hint: "write an entry of its own for each")
      }
      return nil
    }
    guard let kind = Self.kind(kindName.type, body, plan), let name else { return nil }
    self.init(name: name, kind: kind, line: field.node.place.line, column: field.node.place.column)
  }

  private static func kind(_ type: any ExpectationKind.Type, _ body: Field, _ plan: RunPlan) -> Kind? {
    if type.subject != .requests, !plan.hasCluster {
      body.report("this can be seen in a cluster only", hint: "add cluster: {workload: deployment/NAME}")
    }
    guard let members = body.members(known: type.fields.map(\.key)) else { return nil }
    return type.init(KindBody(members: members, plan: plan))?.kind
  }
}
