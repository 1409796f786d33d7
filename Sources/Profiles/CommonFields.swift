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
