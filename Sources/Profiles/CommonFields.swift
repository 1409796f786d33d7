import Units

// Keys that several kinds have, so that they mean the same everywhere.

extension KindField where Value == Moment {
  static var after: KindField {
    moment("after", "The moment from which the time is counted.").required(example: "surge.start")
  }
}

extension KindField where Value == Window {
  static var during: KindField { window("during", "The part of the run that is judged.") }
}

extension KindField where Value == CountCondition {
  static var to: KindField { count("to", "What the count comes to: a number, or a comparison.") }
}

extension KindField where Value == Expectation.ReplicaCount {
  static var of: KindField { word("of", "Which replicas are counted.") }
}

extension KindField where Value == Duration {
  static var within: KindField {
    duration("within", atLeast: .milliseconds(1), "The longest time that it may take; at least 1ms.")
  }
}

extension KindField where Value == String {
  static var route: KindField { request("route", "The name of one request, for requests of that kind only.") }
}

extension KindField where Value == Percentage {
  /// The share of requests that succeed; 100 % allows no failure at all.
  static var objective: KindField {
    KindField("objective", .percentage, "The share of the requests that succeed: more than 0%.") { field, _ in
      guard let objective = field.percentage() else { return nil }
      guard objective.billionths > 0 else {
        field.report("an objective of 0% allows every request to fail", hint: "write more, as in 99.9%")
        return nil
      }
      return objective
    }
  }

  /// An objective that leaves a budget of which shares can be told.
  static var objectiveWithBudget: KindField {
    let about = "The share of the requests that succeed: more than 0%, and less than 100%."
    return KindField("objective", .percentage, about) { field, plan in
      guard let objective = objective.read(field, plan) else { return nil }
      guard objective.complement.billionths > 0 else {
        field.report("an objective of 100% has no budget", hint: "write less, as in 99.99%")
        return nil
      }
      return objective
    }
  }

  static var confidence: KindField { confidence(ofUnderlying: "rate") }

  static func confidence(ofUnderlying figure: String) -> KindField {
    let about = "Infer the underlying \(figure) with this confidence, from 50% to less than 100%."
    return KindField("confidence", .percentage, about) { field, _ in
      guard let confidence = field.percentage() else { return nil }
      guard confidence.billionths >= Percentage.whole / 2, confidence.billionths < Percentage.whole else {
        field.report(
          "a confidence of \(confidence) cannot be asked for", hint: "write 50% to less than 100%, as in 95%")
        return nil
      }
      return confidence
    }
  }
}
