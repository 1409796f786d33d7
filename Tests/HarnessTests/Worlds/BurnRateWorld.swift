import Units

extension LabelledWorld {
  /// For a while so many requests fail that it would have woken somebody up, had all gone well before.
  static let burnRate = LabelledWorld(
    expectation: "{objective: 99.9%}",
    fault: Change(faults: ["{at: peak + 20s, for: 120s, application: {failing: 60%}}"]),
    // It would have only if as many had failed before.
    blindfold: Change(faults: ["{at: peak + 20s, for: 60s, application: {failing: 8%}}"])
  ) { truth in
    let rate = Double(truth.requests.count) / truth.end.seconds
    return !truth.requests.contains { last in
      [(long: 3600.0, short: 300.0, factor: 14.4), (21_600, 1_800, 6)].contains { rule in
        [rule.long, rule.short].allSatisfy { length in
          let start = last.due.seconds - length
          let inside = truth.requests.filter { $0.due.seconds > start && $0.due <= last.due }
          let before = max(-start, 0) * rate
          return Double(inside.count { !$0.succeeded }) / (Double(inside.count) + before) > rule.factor * 0.001
        }
      }
    }
  }
}
