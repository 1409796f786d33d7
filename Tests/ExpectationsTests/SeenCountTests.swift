import Arrivals
import Expectations
import Foundation
import Profiles
import RunTimeline
import Testing
import Units

/// What bounds blur is not what was unseen: a count that was seen decides, and where some history that the observations
/// allow differs from what was asked, nothing passes.
@Suite("Counts that were seen, whatever the bounds of their instants")
struct SeenCountTests {
  private typealias State = CountScript.State

  /// Up to 5 and back to 3 within a second, of which nothing but the watch tells, which brought both a moment later.
  private static func flick(_ count: Int = 5, at instant: Double = 20) -> CountScript {
    var script = CountScript(
      [
        State(at: instant, wanted: count, available: 3), State(at: instant + 0.3, wanted: 3, available: 3),
      ], until: 60)
    script.list(sent: 1.9, received: 2, readAt: 1.95)
    script.event(of: 1, received: instant + 0.02)
    script.event(of: 2, received: instant + 0.32)
    script.list(sent: 60, received: 60.1, readAt: 60.05)
    return script
  }

  @Test("a fall that was seen after a rise whose bounds overlap its own is a fall")
  func fallAfterRise() throws {
    let judgement = try judge("{name: e, scaleDown: {after: 2s, notBefore: 50s}}", on: Self.flick().timeline)

    #expect(judgement.verdict == .fail, "\(judgement.finding)")
    #expect(judgement.finding.hasPrefix("fell from 5 to 3 between"), "\(judgement.finding)")
    #expect(judgement.evidence.contains { $0.text == "wanted replicas 5 -> 3" }, "\(judgement.evidence)")
  }

  @Test("a fall whose bounds reach from before the window into it leaves open whether it was too early")
  func fallAroundTheStart() throws {
    let judgement = try judge("{name: e, scaleDown: {after: 15s, notBefore: 30s}}", on: Self.flick().timeline)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.reason?.hasPrefix("a fall from 5 to 3 lies between") ?? false, "\(judgement)")
  }

  @Test("a fall that came before the window, or not before the bound, is none of it", arguments: ["21s", "2s"])
  func fallOutside(after: String) throws {
    let bound = after == "2s" ? "17s" : "30s"
    var script = Self.flick()
    script.list(sent: 19.5, received: 19.6, readAt: 19.55)
    let judgement = try judge("{name: e, scaleDown: {after: \(after), notBefore: \(bound)}}", on: script.timeline)

    #expect(judgement.verdict == .pass, "\(judgement.finding) \(judgement.reason ?? "")")
  }

  @Test("a count that was seen was reached, also if it went again before anything else was heard")
  func reached() throws {
    let inTime = try judge(
      "{name: e, scaleUp: {after: 2s, to: \">= 5\", of: wanted, within: 30s}}", on: Self.flick().timeline)
    let never = try judge(
      "{name: e, scaleUp: {after: 2s, to: 4, of: wanted, within: 30s}}", on: Self.flick().timeline)

    #expect(inTime.verdict == .pass, "\(inTime.finding)")
    #expect(inTime.finding.hasPrefix("reached 5 between"), "\(inTime.finding)")
    #expect(never.verdict == .fail, "no 4 was seen between 3 and 5: \(never.finding)")
  }

  @Test("a count that was seen breaks steadiness, also if it went again before anything else was heard")
  func steady() throws {
    let broken = try judge(
      "{name: e, steadyReplicas: {during: calm, settle: 2s, count: \"<= 10\"}}", on: Self.flick(20).timeline)
    let kept = try judge(
      "{name: e, steadyReplicas: {during: calm, settle: 2s, count: \">= 3\"}}", on: Self.flick(20).timeline)

    #expect(broken.verdict == .fail, "\(broken.finding)")
    #expect(broken.finding.hasPrefix("20 wanted between"), "\(broken.finding)")
    #expect(kept.verdict == .pass, "\(kept.finding)")
  }

  @Test(
    "what is said of a random history, heard of in a random way, is true of it: a pass and a fail alike",
    arguments: [UInt64(1), 2, 3, 4, 5, 6, 7, 8])
  func random(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    var decided = 0
    for round in 0..<40 {
      let script = Self.script(&random)
      let timeline = script.timeline
      for question in try (0..<6).map({ _ in try Question(&random) }) {
        let judgement = try judge(question.text, on: timeline)
        guard judgement.verdict != .inconclusive else { continue }
        decided += 1
        let truth = question.isMet(by: script)
        #expect(
          (judgement.verdict == .pass) == truth,
          "seed \(seed), round \(round): \(question.text) is \(truth), told \(judgement.verdict): \(judgement.finding); \(script.states)"
        )
      }
    }
    #expect(decided > 60, "seed \(seed): only \(decided) of 240 decided")
  }

  /// States at random instants, often close together, and what was heard of them.
  private static func script(_ random: inout SplitMix64) -> CountScript {
    var states: [State] = []
    var at = Double.random(in: 1...40, using: &random)
    while at < 100, states.count < 6 {
      let before = states.last ?? State(at: 0, wanted: 3, available: 3)
      let isScaling = Bool.random(using: &random)
      states.append(
        State(
          at: at, wanted: isScaling ? Int.random(in: 1...6, using: &random) : before.wanted,
          available: isScaling ? before.available : Int.random(in: 0...6, using: &random)))
      at +=
        Bool.random(using: &random)
        ? Double.random(in: 0.05...1, using: &random) : Double.random(in: 5...40, using: &random)
    }
    var script = CountScript(states, until: 100)
    var lists = [Double](repeating: 0, count: Int.random(in: 0...3, using: &random)).map { _ in
      Double.random(in: 1...98, using: &random)
    }
    // An outage ends with a list, and what happened in it comes with that.
    var outage: ClosedRange<Double>?
    if Int.random(in: 0..<4, using: &random) == 0 {
      let start = Double.random(in: 5...70, using: &random)
      outage = start...start + Double.random(in: 1...20, using: &random)
      lists = lists.filter { !(start - 1...start + 21 ~= $0) }
    }
    func list(_ sent: Double, _ script: inout CountScript, _ random: inout SplitMix64) {
      let length = Double.random(in: 0.01...0.4, using: &random)
      script.list(
        sent: sent, received: sent + length, readAt: Double.random(in: sent...sent + length, using: &random))
    }
    let beginning = Bool.random(using: &random) ? -0.5 : Double.random(in: 0.1...3, using: &random)
    let read = beginning + Double.random(in: 0.01...0.3, using: &random)
    script.list(sent: beginning, received: read, readAt: read)
    for sent in lists where sent > read + 0.5 { list(sent, &script, &random) }
    var last = read
    for (index, state) in script.states.enumerated() where state.at > read {
      let received = max(last, state.at + Double.random(in: 0.001...0.8, using: &random))
      if let outage, outage.lowerBound <= received, state.at <= outage.upperBound { continue }
      script.event(of: index, received: received, bearsTime: Bool.random(using: &random))
      last = received
    }
    for _ in 0..<Int.random(in: 0...3, using: &random) {
      let instant = Double.random(in: read + 1...99, using: &random)
      // A bookmark comes after the events that it speaks of.
      let heard = script.observations.filter { $0.kind == .modified && $0.received <= .seconds(instant) }.count
      let told = script.states.filter { $0.at <= read }.count - 1 + heard
      if outage.map({ !($0 ~= instant) }) ?? true, outage == nil {
        script.bookmark(at: instant, told: script.states[min(told, script.states.count - 1)].at)
      }
    }
    if let outage {
      script.gap(at: outage.lowerBound)
      let end = outage.upperBound + 0.05
      script.list(sent: outage.upperBound, received: end, readAt: end)
    }
    script.list(sent: 100, received: 100.1, readAt: 100)
    return script
  }

  /// An expectation, and when it is met.
  private struct Question {
    let text: String
    private let kind: Kind
    private let isOfWanted: Bool

    private enum Kind {
      case up(CountCondition, after: Double, within: Double)
      case down(after: Double, notBefore: Double)
      case steady(CountCondition, settle: Double)
    }

    init(_ random: inout SplitMix64) throws {
      let conditions = ["<= 2", "<= 4", ">= 3", ">= 5", "2", "3", "4"]
      let condition = conditions[Int.random(in: 0..<conditions.count, using: &random)]
      let read = try CountCondition(text: condition)
      let after = Int.random(in: 1...60, using: &random)
      let length = Int.random(in: 1...39, using: &random)
      isOfWanted = Bool.random(using: &random)
      let of = isOfWanted ? "wanted" : "available"
      switch Int.random(in: 0..<3, using: &random) {
      case 0:
        kind = .up(read, after: Double(after), within: Double(length))
        text = "{name: e, scaleUp: {after: \(after)s, to: \"\(condition)\", of: \(of), within: \(length)s}}"
      case 1:
        kind = .down(after: Double(after), notBefore: Double(length))
        text = "{name: e, scaleDown: {after: \(after)s, of: \(of), notBefore: \(length)s}}"
      default:
        kind = .steady(read, settle: Double(min(after, 59)))
        text =
          "{name: e, steadyReplicas: {during: calm, of: \(of), settle: \(min(after, 59))s, count: \"\(condition)\"}}"
      }
    }

    func isMet(by script: CountScript) -> Bool {
      let isOfWanted = isOfWanted
      let value = { (state: CountScript.State) in isOfWanted ? state.wanted : state.available }
      switch kind {
      case .up(let condition, let after, let within):
        return script.counts(value, from: after, to: script.end).contains {
          condition.holds(for: $0.count) && $0.at - after <= within
        }
      case .down(let after, let notBefore):
        let counts = script.counts(value, from: after, to: after + notBefore)
        return !zip(counts, counts.dropFirst()).contains { $0.count > $1.count }
      case .steady(let condition, let settle):
        return script.counts(value, from: settle, to: script.end).allSatisfy { condition.holds(for: $0.count) }
      }
    }
  }
}
