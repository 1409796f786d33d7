import Units

extension StopRule {
  private static let kinds = ["errorRatio", "latency", "dropped"]

  /// Reads `abortOn`.
  ///
  /// - Parameter end: how long the run is planned to take; `nil` when that is not known.
  static func list(_ field: Field?, end: Duration?) -> [StopRule] {
    guard let field, let elements = field.elements() else { return [] }
    var names: Set<String> = []
    return elements.compactMap { element in
      let rule = StopRule(element, end: end)
      if let rule, !names.insert(rule.name).inserted {
        element.report("a rule named \"\(rule.name)\" stands before", hint: "give each a name of its own")
      }
      return rule
    }
  }

  private init?(_ field: Field, end: Duration?) {
    guard let members = field.members(known: ["name", "over"] + Self.kinds) else { return nil }
    let over = members.required("over", example: "30s")?.duration(atLeast: .seconds(1))
    if let over, let end, over > end {
      members["over"]?.report(
        "\(over.text) is longer than the run, which takes \(end.text)", hint: "write at most \(end.text)")
    }
    let condition = Self.condition(members)
    let name = members["name"].map { $0.filledText(example: "name: the target is down") }
    guard let over, let condition else { return nil }
    self.init(name: (name ?? nil) ?? "\(condition) over \(over.text)", over: over, condition: condition)
  }

  private static func condition(_ members: Members) -> Condition? {
    let one = members.one(
      of: kinds,
      nothing: (
        "nothing is watched", "add errorRatio: \"> 20%\", latency: {percentile: 99, above: 2s} or dropped: \"> 5%\""
      ),
      several: { ("\($0) stand in one rule", "write an entry of its own for each") })
    guard let (kind, body) = one else { return nil }
    switch kind {
    case "errorRatio": return share(body).map(Condition.errorRatio)
    case "dropped": return share(body).map(Condition.dropped)
    default:
      guard let parts = body.members(known: ["percentile", "above"]) else { return nil }
      let percentile = parts.required("percentile", example: "99").flatMap { $0.percentile() }
      let above = parts.required("above", example: "2s")?.duration(atLeast: .microseconds(1))
      guard let percentile, let above else { return nil }
      return .latency(percentile: percentile, above: above)
    }
  }

  /// Reads `> 20%`.
  private static func share(_ field: Field) -> Percentage? {
    guard let text = field.text() else { return nil }
    guard text.hasPrefix(">"), !text.hasPrefix(">="),
      let share = try? Percentage(text: String(text.dropFirst().drop { $0 == " " }))
    else {
      field.report("\"\(text)\" is not a bound for a share", hint: "write > and a percentage, as in \"> 20%\"")
      return nil
    }
    guard share.billionths < Percentage.whole else {
      field.report("a share is never more than 100%", hint: "write less, as in \"> 20%\"")
      return nil
    }
    return share
  }
}

extension StopRule.Condition: CustomStringConvertible {
  /// As a sentence names it: `p99 above 2s`.
  package var description: String {
    switch self {
    case .errorRatio(let above): "errors above \(above)"
    case .latency(let percentile, let above):
      "p\(percentile == percentile.rounded() ? "\(Int(percentile))" : "\(percentile)") above \(above.text)"
    case .dropped(let above): "dropped requests above \(above)"
    }
  }
}
