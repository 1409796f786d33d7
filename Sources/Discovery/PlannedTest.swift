/// The load, the action and the expectations of a profile, with what is to be said about each.
struct PlannedTest: Sendable, Equatable {
  struct Phase: Sendable, Equatable {
    var name: String
    /// Seconds of run time.
    var length: Double
    var rate: RoundRate
    var comments: [String]
  }

  struct Expectation: Sendable, Equatable {
    var name: String
    /// `scaleUp: {after: surge.start, …}`
    var kind: String
    var comments: [String] = []
  }

  struct Action: Sendable, Equatable {
    /// `release + 15s`
    var moment: String
    var comments: [String]
  }

  var phases: [Phase] = []
  /// The restart, in the last phase.
  var action: Action?
  var expectations: [Expectation] = []
  /// What is not tested although it might be, and why; for the profile and for the terminal.
  var omissions: [String] = []

  mutating func expect(_ name: String, _ kind: String, _ comments: String...) {
    expectations.append(Expectation(name: name, kind: kind, comments: comments))
  }

  /// That the autoscaler does what its own spec asks for, in the whole run.
  mutating func expectConformance(_ timing: Timing) {
    let flags = timing.metricFlags.joined(separator: ", ")
    expect("obeys its own spec", "hpaConformance: {\(flags)}")
    expect("stays within what its spec allows", "withinCorridor: {\(flags)}")
  }

  /// How many requests a phase sends.
  ///
  /// - Parameter timeScale: run time per wall time, in which rates are.
  func requests(in name: String, timeScale: Double) -> Double {
    phases.filter { $0.name == name }.reduce(0) { $0 + $1.rate.perSecond * $1.length / timeScale }
  }

  /// The share of requests that is to succeed: 99.9 %, of few requests 99 %.
  ///
  /// - Parameter requests: of the window; `nil` where its length is not known before.
  mutating func expectFewErrors(_ name: String, during window: String, of requests: Double?) {
    let objective = (requests ?? .infinity) >= 1000 ? 99.9 : 99
    let words =
      requests.map { requests in
        let allowed = Int((requests * (100 - objective) / 100 + 1e-6).rounded(.down))
        return "Of about \(Int(requests)) requests \(allowed == 0 ? "none" : "\(allowed)") may fail."
      } ?? "As long as the restart takes: one in 1000 requests may fail, and of fewer none."
    expect(name, "errorBudget: {during: \(window), objective: \(Figure.text(objective))%}", words)
  }

  /// A percentile that so many requests bound with a confidence of 95 %.
  mutating func expectLatency(_ answers: ProbeFigures.Answers?, during window: String, of requests: Double) {
    guard let high = answers?.high else { return }
    guard let percentile = requests >= 400 ? 99 : requests >= 80 ? 95 : nil else {
      omissions.append("No latency is expected: \(Int(requests)) requests of \(window) bound no percentile.")
      return
    }
    let bound = Self.rounded(max(high * 10, 0.1))
    expect(
      "fast enough",
      "latency: {during: \(window), percentile: \(percentile), below: \(Int((bound * 1000).rounded()))ms}",
      "Ten times the probe's p99 of \(Figure.text(high * 1000)) ms, and 100 ms at the least: put your own bound here.")
  }

  /// Up to 1, 2 or 5 times a power of ten.
  private static func rounded(_ seconds: Double) -> Double {
    var power = 0.1
    while power * 10 < seconds { power *= 10 }
    return [power, 2 * power, 5 * power, 10 * power].first { $0 >= seconds - 1e-9 } ?? seconds
  }
}
