import LoadFacts
import Profiles
import RunTimeline
import Statistics
import Units

/// Watches the load of a run for the first stop rule that is broken.
///
/// A rule is judged over the last ``StopRule/over`` of run time: over every interval that reaches into it. It is not
/// judged before that much of the run has passed, nor on fewer than ``fewestRequests`` requests, so that a slow first
/// answer ends nothing. Answers that come late count for the interval in which their request was due, for as long as a
/// rule still looks at it. What this machine may have done itself breaks no rule about the target.
struct StopRuleWatch: Sendable {
  /// A rule that is broken, and by how much.
  struct Breach: Sendable, Equatable {
    let rule: StopRule
    /// What was found, with its limit: `23.4% of 12,400 requests failed in the last 30s (limit 20%)`.
    let finding: String

    /// The whole reason for the end of a run: `abortOn "too many errors": 23.4% of …`.
    var text: String { "abortOn \"\(rule.name)\": \(finding)" }
  }

  /// A share of fewer requests than these says too little to end a run.
  static let fewestRequests = 20

  private let rules: [StopRule]
  private let timeScale: Double
  private let longest: Duration
  /// The latency above which each rule counts requests; `nil` for rules about something else.
  private let latencyLimits: [Duration?]
  /// What the rules count, by the start of each interval that one of them still looks at.
  private var intervals: [Duration: StopRuleTally] = [:]
  private var now = Duration.zero
  /// What the generator saw of itself, as far back as it bears on what a rule still looks at.
  private var samples: [GeneratorSample] = []
  private static let remembered = Duration.seconds(300)

  /// - Parameter timeScale: run time that passes in one second of wall time; latencies are wall time.
  init(rules: [StopRule], timeScale: Double = 1) {
    self.rules = rules
    self.timeScale = timeScale
    longest = rules.map(\.over).max() ?? .zero
    latencyLimits = rules.map { if case .latency(_, let above) = $0.condition { above } else { nil } }
  }

  /// Takes what was counted since the last call, for new intervals or in addition to known ones.
  ///
  /// - Parameters:
  ///   - newSamples: what the generator saw of itself since the last call.
  ///   - now: run time up to which everything that happened has been counted.
  /// - Returns: the first rule, in the order of the profile, that is broken now.
  mutating func add(_ load: [LoadInterval], _ newSamples: [GeneratorSample] = [], now: Duration) -> Breach? {
    guard !rules.isEmpty else { return nil }
    self.now = max(now, self.now)
    samples.removeAll { $0.end < self.now - longest - Self.remembered * timeScale }
    samples += newSamples
    let delay = MachineDelay(samples, timeScale: timeScale)
    for interval in load where interval.end > self.now - longest {
      intervals[interval.start, default: StopRuleTally(start: interval.start, end: interval.end, limits: latencyLimits)]
        .add(interval, delay: delay)
    }
    intervals = intervals.filter { $0.value.end > self.now - longest }
    for (index, rule) in rules.enumerated() where self.now >= rule.over {
      if let finding = finding(of: rule, at: index, delay) { return Breach(rule: rule, finding: finding) }
    }
    return nil
  }

  private func finding(of rule: StopRule, at index: Int, _ delay: MachineDelay) -> String? {
    let window = intervals.values.filter { $0.end > now - rule.over }
    let last = "in the last \(rule.over.text)"
    switch rule.condition {
    case .errorRatio(let above):
      let ended = window.sum(of: \.ended)
      // Those that fail since this machine sent many at once are no more than it sent so.
      let failed = window.sum(of: \.failed) - min(window.sum(of: \.overloaded), window.sum(of: \.heldBack))
      guard let share = Self.share(failed, of: ended, above: above) else { return nil }
      return "\(share) of \(ended.grouped) requests failed \(last) (limit \(above))"
    case .dropped(let above):
      let (dropped, offered) = (window.sum(of: \.dropped), window.sum(of: \.offered))
      guard let share = Self.share(dropped, of: offered, above: above) else { return nil }
      return
        "\(share) of \(offered.grouped) requests were dropped \(Self.cause(window)) \(last) (limit \(above))"
    case .latency(let percentile, let above):
      let overdue = window.reduce(0) { overdue, tally in
        let taken = delay.share(from: tally.start, to: now).total
        return overdue + (tally.waited(until: now, timeScale: timeScale) - taken > above ? tally.unanswered : 0)
      }
      let slow = window.reduce(overdue) { $0 + $1.slower[index] }
      let all = window.sum(of: \.succeeded) + window.reduce(0) { $0 + $1.slowerUnanswered[index] } + overdue
      // The percentile lies above the limit when fewer than its rank lie at or below it.
      let rank = Int((percentile / 100 * Double(all)).nextDown.rounded(.up))
      guard all >= Self.fewestRequests, all - slow < rank else { return nil }
      let share = Percentage(billionths: Self.billionths(slow, of: all)).text(above: nil)
      return "p\(Self.text(percentile)) lies above its limit of \(above.text): \(share) of \(all.grouped) requests "
        + "took longer \(last)"
    }
  }

  /// Whose doing it was that requests were dropped.
  private static func cause(_ window: [StopRuleTally]) -> String {
    let (target, machine) = (window.sum(of: \.droppedByTarget), window.sum(of: \.droppedByMachine))
    if target == 0 { return machine == 0 ? "by the generator" : "by the generator, since this machine was late," }
    let words = "since the target held all places in flight"
    return window.sum(of: \.dropped) == target ? words : "(\(target.grouped) of them \(words))"
  }

  /// The share in percent where it lies above a limit, with enough decimals to tell it from the limit.
  private static func share(_ part: Int, of all: Int, above limit: Percentage) -> String? {
    guard all >= fewestRequests, part > limit.floor(of: all) else { return nil }
    return Percentage(billionths: billionths(part, of: all)).text(above: limit)
  }

  private static func billionths(_ part: Int, of all: Int) -> Int64 {
    Int64((Double(part) / Double(all) * Double(Percentage.whole)).rounded())
  }

  private static func text(_ percentile: Double) -> String {
    percentile == percentile.rounded() ? "\(Int(percentile))" : "\(percentile)"
  }
}

extension [StopRuleTally] {
  fileprivate func sum(of count: KeyPath<StopRuleTally, Int>) -> Int { reduce(0) { $0 + $1[keyPath: count] } }
}

extension Percentage {
  /// With one decimal, or as many as it takes to lie above a limit in print too.
  fileprivate func text(above limit: Percentage?) -> String {
    var step: Int64 = 1_000_000
    while step > 1 {
      let rounded = Percentage(billionths: (billionths + step / 2) / step * step)
      if limit.map({ rounded > $0 }) ?? true { return "\(rounded)" }
      step /= 10
    }
    return "\(self)"
  }
}
