import Profiles
import Testing

@Suite("Expectations that can never fail, or never pass")
struct IdleExpectationTests {
  /// A value at which a key of a kind decides nothing, and one beside it that does.
  struct Edge: Sendable, CustomTestStringConvertible {
    let kind: String
    let key: String
    let idle: String
    let complaint: String
    let useful: String
    /// The keys that stand beside it.
    var beside = ""

    var testDescription: String { "\(kind).\(key): \(idle)" }

    init(_ kind: String, _ key: String, _ idle: String, _ complaint: String, _ useful: String, _ beside: String = "") {
      (self.kind, self.key, self.idle, self.complaint) = (kind, key, idle, complaint)
      (self.useful, self.beside) = (useful, beside)
    }

    func problems(_ value: String) -> [String] {
      let more = beside.isEmpty ? "" : ", \(beside)"
      return ProfileText(
        load: "{phases: [{name: calm, for: 60s, rate: 10/s}, {name: surge, for: 120s, rate: 90/s}]}",
        actions: "[{name: release, at: surge + 10s, rollout: {restart: true}}]",
        expectations: "[{name: e, \(kind): {\(key): \(value)\(more)}}]"
      ).problems()
    }
  }

  static let edges: [Edge] = [
    Edge("scaleUp", "to", "\">= 0\"", "can never fail", "\">= 1\"", "after: surge.start, within: 30s"),
    Edge("scaleUp", "to", "\"< 0\"", "can never pass", "\"< 1\"", "after: surge.start, within: 30s"),
    Edge("scaleUp", "within", "0s", "must be at least", "1s", "after: surge.start, to: 2"),
    Edge("scaleDown", "to", "\">= 0\"", "can never fail", "0", "after: surge.start, within: 30s"),
    Edge("scaleDown", "within", "0s", "must be at least", "1s", "after: surge.start, to: 2"),
    Edge("scaleDown", "notBefore", "121s", "can never be seen to pass", "119s", "after: surge.start"),
    Edge("steadyReplicas", "count", "\">= 0\"", "can never fail", "\"> 0\"", "during: calm"),
    Edge("steadyReplicas", "count", "\"< 0\"", "can never pass", "\"<= 0\"", "during: calm"),
    Edge("steadyReplicas", "settle", "60s", "nothing is left of a window of 1m", "59s", "during: calm, count: 3"),
    Edge("steadyReplicas", "settle", "180s", "nothing is left of a run of 3m", "59s", "during: release, count: 3"),
    Edge("latency", "percentile", "100", "is not a percentile", "99", "during: surge, below: 1s"),
    Edge("latency", "percentile", "0", "is not a percentile", "1", "during: surge, below: 1s"),
    Edge("latency", "below", "0s", "must be at least", "1us", "during: surge, percentile: 99"),
    Edge("latency", "confidence", "100%", "cannot be asked for", "99%", "during: surge, percentile: 99, below: 1s"),
    Edge("errorBudget", "objective", "0%", "allows every request to fail", "1%", "during: surge"),
    Edge("errorBudget", "confidence", "100%", "cannot be asked for", "99%", "during: surge, objective: 90%"),
    Edge("rolloutCompletes", "within", "0s", "must be at least", "1s", "action: release"),
    Edge("throughput", "atLeast", "0%", "can never fail", "0.1%", "during: surge"),
    Edge("throughput", "atLeast", "0/s", "can never fail", "1/s", "during: surge"),
    Edge("scheduledWithin", "within", "0s", "must be at least", "1s", "during: surge"),
    Edge("endpointsFloor", "atLeast", "0", "must be 1 or more", "1", "during: surge"),
    Edge("notWorse", "margin", "0%", "no number of requests shows", "0.1%", "during: surge, than: calm"),
    Edge("notWorse", "margin", "100%", "can never fail", "99%", "during: surge, than: calm"),
    Edge("notWorse", "than", "surge", "is compared with itself", "calm", "during: surge, margin: 5%"),
    Edge(
      "notWorse", "than", "surge.start..surge.end", "in common", "calm.start..surge.start", "during: surge, margin: 5%"),
    Edge("notWorse", "than", "calm.end-10s..+20s", "in common", "calm.end-20s..calm.end", "during: surge, margin: 5%"),
    Edge("notWorse", "than", "surge", "in common", "surge.start..release.start", "during: release, margin: 5%"),
    Edge("notWorse", "than", "run", "in common", "calm", "during: surge, margin: 5%"),
    Edge("notWorse", "than", "outside calm", "in common", "calm", "during: surge, margin: 5%"),
    Edge("goodSlices", "slices", "0s", "must be at least", "10s", "during: calm, objective: 99%, atLeast: 95%"),
    Edge("goodSlices", "objective", "0%", "allows every request", "1%", "during: calm, atLeast: 95%"),
    Edge("goodSlices", "atLeast", "0%", "nothing is asked", "1%", "during: calm, objective: 99%"),
    Edge("goodSlices", "requests", "0", "must be 1 or more", "1", "during: calm, objective: 99%, atLeast: 95%"),
    Edge("burnRate", "objective", "80%", "can never fail", "90%"),
    Edge("burnRate", "objective", "100%", "has no budget", "99%"),
    Edge("budgetShare", "objective", "100%", "has no budget", "99%", "during: surge, atMost: 0.1%"),
    Edge("budgetShare", "atMost", "10%", "can never fail", "4%", "during: surge, objective: 99.9%"),
    Edge("budgetShare", "atMost", "10%", "can never fail", "6%", "during: release, objective: 99.9%"),
    Edge("podStartup", "within", "0s", "must be at least", "1s"),
    Edge("configRolled", "within", "0s", "must be at least", "1s", "config: configmap/settings"),
    Edge("podStartup", "scheduled", "30s", "is never too long", "29s", "within: 30s"),
    Edge("podStartup", "started", "30s", "is never too long", "29s", "within: 30s"),
    Edge("podStartup", "ready", "1h", "is never too long", "29s", "within: 30s"),
    Edge("flapping", "reversals", "\">= 0\"", "can never fail", "\">= 1\""),
    Edge("flapping", "reversals", "\"< 0\"", "can never pass", "0"),
  ]

  @Test("are refused in one line with the key and a hint, and a value beside it is not", arguments: edges)
  func refused(edge: Edge) {
    let problems = edge.problems(edge.idle)
    #expect(problems.count == 1, "\(problems)")
    #expect(problems.first?.contains("expectations[0].\(edge.kind).\(edge.key): ") ?? false, "\(problems)")
    #expect(problems.first?.contains(edge.complaint) ?? false, "\(problems)")
    #expect(edge.problems(edge.useful).isEmpty, "\(edge.problems(edge.useful))")
  }

  /// Keys whose values may each be met and missed, as the cluster decides.
  static let open: Set<String> = [
    "surgeCeiling.terminating", "podsStayHealthy.restarts", "podsStayHealthy.readinessLosses", "gracefulExit.spare",
    "burnRate.period", "budgetShare.period", "budgetShare.productionRate", "notWorse.confidence",
  ]

  @Test("each key with a number has its edge in the table, or is known to have none", arguments: KindName.allCases)
  func complete(kind: KindName) {
    let flags = ["syncPeriod", "downscaleStabilization", "tolerance", "metricResolution"]
    for field in kind.type.fields where field.form.isNumber && !flags.contains(field.key) {
      let hasEdge = Self.edges.contains { $0.kind == kind.rawValue && $0.key == field.key }
      #expect(hasEdge != Self.open.contains("\(kind.rawValue).\(field.key)"), "\(kind.rawValue).\(field.key)")
    }
  }
}

extension FieldDeclaration.Form {
  fileprivate var isNumber: Bool {
    switch self {
    case .count, .wholeNumber, .duration, .percentage, .percentile, .rate, .shareOrRate: true
    default: false
    }
  }
}
