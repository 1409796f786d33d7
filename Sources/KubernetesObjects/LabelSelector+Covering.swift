extension LabelSelector {
  /// A selector that takes everything that any of some selectors takes, and little more: where they differ, of each label
  /// that all of them want the values that any wants.
  ///
  /// One list and one watch can only be asked for what one selector takes.
  ///
  /// - Returns: `nil` where nothing short of all objects will do.
  package static func covering(_ selectors: [LabelSelector]) -> LabelSelector? {
    var different: [LabelSelector] = []
    for selector in selectors where !different.contains(selector) { different.append(selector) }
    guard different.count > 1 else { return different.first.flatMap { $0.isEmpty ? nil : $0 } }
    let values = different.map(\.wantedValues)
    let keys = values[0].keys.filter { key in values.allSatisfy { $0[key] != nil } }.sorted()
    let requirements = keys.map { key in
      Requirement(key: key, operator: "In", values: Set(values.flatMap { $0[key] ?? [] }).sorted())
    }
    return requirements.isEmpty ? nil : LabelSelector(matchExpressions: requirements)
  }

  /// Whether it takes everything.
  package var isEmpty: Bool { (matchLabels ?? [:]).isEmpty && (matchExpressions ?? []).isEmpty }

  /// The labels that must have one of some values.
  private var wantedValues: [String: Set<String>] {
    var wanted = (matchLabels ?? [:]).mapValues { Set([$0]) }
    for requirement in matchExpressions ?? [] where requirement.operator == "In" {
      let values = Set(requirement.values ?? [])
      wanted[requirement.key] = wanted[requirement.key].map { $0.intersection(values) } ?? values
    }
    return wanted
  }
}
