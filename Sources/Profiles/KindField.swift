import Units

/// A key of a kind of expectation: how it is told of, and how its value is read.
struct KindField<Value: Sendable>: Sendable {
  private(set) var declaration: FieldDeclaration
  /// What is taken where the key is left out.
  private(set) var absent: Value?
  /// `nil` after a problem was told.
  let read: @Sendable (Field, RunPlan) -> Value?

  /// - Parameter about: what it says, in one sentence.
  init(
    _ key: String, _ form: FieldDeclaration.Form, _ about: String,
    read: @escaping @Sendable (Field, RunPlan) -> Value?
  ) {
    declaration = FieldDeclaration(key, form, about: about)
    self.read = read
  }

  /// The same with another way of reading it.
  func replacingRead(_ read: @escaping @Sendable (Field, RunPlan) -> Value?) -> KindField {
    var field = KindField(declaration.key, declaration.form, declaration.about, read: read)
    field.declaration = declaration
    field.absent = absent
    return field
  }

  /// The same, told of as missing where it is left out.
  func required(example: String) -> KindField {
    var field = self
    field.declaration = declaration.with(.required(example: example))
    return field
  }

  /// The same with a value for where it is left out.
  ///
  /// - Parameter text: as a profile would write it.
  func byDefault(_ value: Value, _ text: String) -> KindField {
    var field = self
    field.absent = value
    field.declaration = declaration.with(.byDefault(text))
    return field
  }

  /// The same with a default that is somebody else's business, so that a key that is left out reads as `nil`.
  func leftOpen(as text: String) -> KindField {
    var field = self
    field.declaration = declaration.with(.byDefault(text))
    return field
  }
}

extension KindField where Value == Moment {
  static func moment(_ key: String, _ about: String) -> KindField {
    KindField(key, .moment, about) { field, plan in field.moment(plan) }
  }
}

extension KindField where Value == Window {
  static func window(_ key: String, _ about: String) -> KindField {
    KindField(key, .window, about) { field, plan in field.window(plan) }
  }
}

extension KindField where Value == CountCondition {
  static func count(_ key: String, _ about: String) -> KindField {
    KindField(key, .count, about) { field, _ in
      guard let condition = field.count() else { return nil }
      if condition.mustHold(in: 0...Int.max) {
        field.report("every count is \(condition), so that this can never fail", hint: "write one that can be missed")
        return nil
      }
      if !condition.mayHold(in: 0...Int.max) {
        field.report("no count is \(condition), so that this can never pass", hint: "write one that can be reached")
        return nil
      }
      return condition
    }
  }
}

extension KindField where Value == Int {
  static func wholeNumber(_ key: String, atLeast least: Int = 0, _ about: String) -> KindField {
    KindField(key, .wholeNumber, about) { field, _ in field.integer(least...Int.max) }
  }
}

extension KindField where Value == Duration {
  static func duration(_ key: String, atLeast least: Duration = .zero, _ about: String) -> KindField {
    KindField(key, .duration, about) { field, _ in field.duration(atLeast: least) }
  }
}

extension KindField where Value == Percentage {
  static func percentage(_ key: String, _ about: String) -> KindField {
    KindField(key, .percentage, about) { field, _ in field.percentage() }
  }
}

extension KindField where Value == Double {
  static func percentile(_ key: String, _ about: String) -> KindField {
    KindField(key, .percentile, about) { field, _ in field.percentile() }
  }
}

extension KindField where Value == String {
  static func request(_ key: String, _ about: String) -> KindField {
    KindField(key, .request, about) { field, plan in field.name(of: "request", among: plan.routes) }
  }

  /// The name of an action that starts a rollout.
  static func rollout(_ key: String, _ about: String) -> KindField {
    KindField(key, .action, about) { field, plan in
      // Of actions under a misspelt key no name is known, and the one mistake would be told twice.
      if plan.actionNames.isEmpty, !plan.phasesAreKnown { return nil }
      guard let name = field.name(of: "action", among: plan.actionNames), let action = plan.action(name) else {
        return nil
      }
      guard action.startsRollout == false else { return action.name }
      let rollouts = plan.actionNames.filter { plan.action($0)?.startsRollout != false }
      field.report(
        "the action \(name) starts no rollout",
        hint: rollouts.isEmpty ? "name an action with rollout:" : "those that do: \(rollouts.joined(separator: ", "))")
      return nil
    }
  }
}

extension KindField where Value: RawRepresentable & CaseIterable, Value.RawValue == String {
  /// One of the words of a type.
  static func word(_ key: String, of type: Value.Type = Value.self, _ about: String) -> KindField {
    KindField(key, .words(type.allCases.map(\.rawValue)), about) { field, _ in field.choice() }
  }
}

extension Field {
  /// The name of something that the profile has.
  fileprivate func name(of thing: String, among names: [String]) -> String? {
    guard let text = text() else { return nil }
    if names.contains(text) { return text }
    report("there is no \(thing) \"\(text)\"", hint: Self.hint(for: text, among: names))
    return nil
  }
}
