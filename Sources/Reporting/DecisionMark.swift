import AutoscalerModel
import Expectations
import RunTimeline
import Units

/// One thing on the lane of decisions: a sync of the autoscaler that could be worked out again, or a change of the
/// wanted replicas that somebody else made.
struct DecisionMark: Sendable {
  /// What decided, as the lane groups it: a row for each, in this order.
  enum Row: String, Sendable, CaseIterable {
    case metric
    case stepLimit = "step limit"
    case window
    case tolerance
    case damping
    case disabled
    case maximum = "max"
    case minimum = "min"
    case failed
    case noTarget = "no target"
    case unexplained = "no match"
    case other = "others"

    /// What the row stands for, in the legend.
    var meaning: String {
      switch self {
      case .metric: "a metric decides"
      case .stepLimit: "the step limit holds back"
      case .window: "a stabilization window holds back"
      case .tolerance: "near enough to the target"
      case .damping: "unready pods damp"
      case .disabled: "the direction is disabled"
      case .maximum: "maxReplicas holds back"
      case .minimum: "minReplicas holds up"
      case .failed: "a metric failed"
      case .noTarget: "nothing to scale"
      case .unexplained: "not what the model decides"
      case .other: "changed by others"
      }
    }
  }

  /// One thing that is said of a mark, such as what the metrics said.
  struct Fact: Sendable {
    let name: String
    let text: String
  }

  let at: InstantBounds
  let row: Row
  let from: Int
  let to: Int
  /// What became of the count, in words.
  let step: String
  /// How many syncs after this one came to the same.
  let repeats: Int
  let facts: [Fact]

  init(_ entry: DecisionReplay.Entry) {
    at = entry.at
    from = entry.from
    to = entry.to
    repeats = entry.repeats
    step = entry.couldNotRead ? "could not read the count" : Self.step(from: entry.from, to: entry.to)
    var facts = [Fact(name: "metrics", text: entry.reading.isEmpty ? "no reading is recorded" : entry.reading)]
    if let decision = entry.decision {
      row = entry.agrees ? Row(decision.bindingTerm) : .unexplained
      facts += [
        Fact(name: "model", text: decision.sentence), Fact(name: "bound by", text: decision.bindingTerm.name),
        Fact(
          name: "controller",
          text: entry.agrees
            ? "\(step), as the model\(entry.assumption.map { ", provided that \($0)" } ?? "")"
            : "\(step), unlike the model in any history that was searched"),
        Fact(name: "otherwise", text: entry.alternative),
      ]
    } else {
      row = .unexplained
      facts += [
        Fact(name: "model", text: entry.alternative), Fact(name: "bound by", text: "unknown"),
        Fact(name: "controller", text: step), Fact(name: "otherwise", text: "unknown"),
      ]
    }
    self.facts = facts
  }

  /// `nil` for a change that the autoscaler made, which its sync shows.
  init?(_ change: ObservedChange) {
    guard case .other(let name) = change.author else { return nil }
    at = change.at
    from = change.from
    to = change.to
    repeats = 0
    row = .other
    step = Self.step(from: change.from, to: change.to)
    facts = [
      Fact(name: "metrics", text: "–"), Fact(name: "model", text: "–"), Fact(name: "bound by", text: "–"),
      Fact(name: "controller", text: "nothing: \(name) set \(step)"),
      Fact(name: "otherwise", text: "–"),
    ]
  }

  var isRescale: Bool { from != to }

  private static func step(from: Int, to: Int) -> String { from == to ? "stays at \(from)" : "\(from) → \(to)" }

  /// Everything about the mark, a line each.
  var text: String {
    var lines = ["\(at.middle.preciseClock)  \(step)  (\(row.meaning))"]
    lines += facts.filter { $0.text != "–" }.map { "\($0.name): \($0.text)" }
    if repeats > 0 { lines.append("then: \(Self.alike(repeats)) came to the same and wrote nothing") }
    return lines.joined(separator: "\n")
  }

  static func alike(_ repeats: Int) -> String { repeats == 1 ? "the next sync" : "the next \(repeats) syncs" }

  /// All marks of a run in order of time.
  static func marks(_ run: RunAnalysis) -> [DecisionMark] {
    let marks =
      (run.replay?.entries ?? []).map { DecisionMark($0) }
      + (run.scaling?.changes ?? []).compactMap { DecisionMark($0) }
    return marks.enumerated().sorted { ($0.element.at.middle, $0.offset) < ($1.element.at.middle, $1.offset) }
      .map(\.element)
  }
}

extension DecisionMark.Row {
  init(_ term: BindingTerm) {
    switch term {
    case .metric: self = .metric
    case .tolerance: self = .tolerance
    case .unreadyDamping: self = .damping
    case .stepLimit: self = .stepLimit
    case .disabledDirection: self = .disabled
    case .stabilizationWindow: self = .window
    case .minReplicas: self = .minimum
    case .maxReplicas: self = .maximum
    case .failedMetric: self = .failed
    case .selector, .zeroReplicas, .scaleUnreadable: self = .noTarget
    }
  }
}
