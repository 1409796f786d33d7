import Arrivals
import Testing
import Units

@Suite("Arrival schedule")
struct ArrivalScheduleTests {
  private func phase(_ seconds: Double, _ start: Double, _ end: Double? = nil) throws -> LoadPhase {
    LoadPhase(
      name: "phase", duration: .seconds(seconds), startRate: try Rate(perSecond: start),
      endRate: try Rate(perSecond: end ?? start))
  }

  /// Random phases, among them steps, ramps and pauses.
  private func randomPhases(_ random: inout SplitMix64) throws -> [LoadPhase] {
    try (0..<Int.random(in: 1...6, using: &random)).map { _ in
      let rates = (0..<2).map { _ in Bool.random(using: &random) ? 0 : Double.random(in: 0...800, using: &random) }
      return try phase(
        Double.random(in: 0...8, using: &random), rates[0], Bool.random(using: &random) ? rates[0] : rates[1])
    }
  }

  @Test("a constant rate puts the first arrival half an interval in, and then one per interval, exactly")
  func constantRate() throws {
    let schedule = ArrivalSchedule(phases: [try phase(60, 200)], process: .uniform)
    let arrivals = Array(schedule.arrivals())
    #expect(arrivals.count == 12_000)
    for (index, arrival) in arrivals.enumerated() {
      #expect(arrival == Arrival(index: index, due: 2_500_000 + Int64(index) * 5_000_000))
    }
  }

  @Test("a ramp from zero puts arrival i at the square root of (2i + 1) / a")
  func ramp() throws {
    let schedule = ArrivalSchedule(phases: [try phase(10, 0, 100)], process: .uniform)
    let arrivals = Array(schedule.arrivals())
    #expect(arrivals.count == 500)
    for arrival in arrivals {
      let exact = (Double(2 * arrival.index + 1) / 10).squareRoot() * 1e9
      #expect(abs(Double(arrival.due) - exact) <= 1)
    }
  }

  @Test("a pause of rate zero has no arrivals, and the one after it continues the count")
  func pause() throws {
    let schedule = ArrivalSchedule(phases: [try phase(1, 10), try phase(5, 0), try phase(1, 10)], process: .uniform)
    let arrivals = Array(schedule.arrivals())
    #expect(arrivals.map(\.index) == Array(0..<20))
    #expect(arrivals[9].due == 950_000_000)
    #expect(arrivals[10].due == 6_050_000_000)
    #expect(schedule.rate(at: .seconds(3)) == .zero)
    #expect(schedule.expectedCount(by: .seconds(4)) == 10)
  }

  @Test("the number of uniform arrivals by any time differs from the integral by at most one half")
  func countFollowsIntegral() throws {
    for seed in UInt64(1)...40 {
      var random = SplitMix64(seed: seed)
      let schedule = ArrivalSchedule(phases: try randomPhases(&random), process: .uniform)
      let arrivals = Array(schedule.arrivals())
      var previous: Int64 = 0
      for arrival in arrivals {
        #expect(arrival.due >= previous, "seed \(seed)")
        previous = arrival.due
        // By its due time the integral is i + ½, up to the rounding of the instant to a nanosecond.
        let integral = schedule.expectedCount(by: .nanoseconds(arrival.due))
        #expect(abs(integral - (Double(arrival.index) + 0.5)) < 1e-5, "seed \(seed), arrival \(arrival.index)")
      }
      #expect(abs(Double(arrivals.count) - schedule.expectedCount) <= 0.5 + 1e-9, "seed \(seed)")
    }
  }

  @Test("after a ramp of ten minutes the count is off by less than one, and the last due time by nothing")
  func noDrift() throws {
    let schedule = ArrivalSchedule(phases: [try phase(600, 100, 1500)], process: .uniform)
    var last = Arrival(index: -1, due: 0)
    for arrival in schedule.arrivals() { last = arrival }
    #expect(abs(Double(last.index + 1) - 480_000) < 1)
    #expect(abs(schedule.expectedCount(by: .nanoseconds(last.due)) - 479_999.5) < 1e-4)
  }

  @Test(
    "the arrivals of several workers together are those of one",
    arguments: [
      ArrivalProcess.uniform, .poisson(seed: 9),
    ])
  func stripesUnite(_ process: ArrivalProcess) throws {
    let schedule = ArrivalSchedule(
      phases: [try phase(3, 50, 400), try phase(1, 0), try phase(2, 300)], process: process)
    let whole = Array(schedule.arrivals())
    for workers in [2, 3, 7] {
      let stripes = (0..<workers).map { Array(schedule.arrivals(worker: $0, of: workers)) }
      #expect(stripes.joined().sorted { $0.index < $1.index } == whole)
      for (worker, stripe) in stripes.enumerated() {
        #expect(stripe.allSatisfy { $0.index % workers == worker })
      }
    }
  }

  @Test("Poisson arrivals repeat with their seed and differ without")
  func seeds() throws {
    let phases = [try phase(5, 100)]
    let first = Array(ArrivalSchedule(phases: phases, process: .poisson(seed: 1)).arrivals())
    #expect(first == Array(ArrivalSchedule(phases: phases, process: .poisson(seed: 1)).arrivals()))
    #expect(first != Array(ArrivalSchedule(phases: phases, process: .poisson(seed: 2)).arrivals()))
  }

  @Test("counts of Poisson arrivals have the mean and the variance of the integral")
  func poissonCounts() throws {
    let phases = [try phase(2, 0, 100), try phase(1, 100)]
    let runs = 2000
    let counts = (0..<runs).map { seed in
      Double(Array(ArrivalSchedule(phases: phases, process: .poisson(seed: UInt64(seed))).arrivals()).count)
    }
    let mean = counts.reduce(0, +) / Double(runs)
    let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(runs - 1)
    // Four standard deviations: √(200 / 2000) = 0.32 for the mean, 200·√(2 / 2000) = 6.3 for the variance.
    #expect(abs(mean - 200) < 1.3, "seeds 0 ..< \(runs)")
    #expect(abs(variance - 200) < 26, "seeds 0 ..< \(runs)")
  }

  @Test("gaps of Poisson arrivals, measured on the integral, are exponential")
  func poissonGaps() throws {
    let seed: UInt64 = 42
    let schedule = ArrivalSchedule(phases: [try phase(10, 100, 900)], process: .poisson(seed: seed))
    let marks = schedule.arrivals().map { schedule.expectedCount(by: .nanoseconds($0.due)) }
    let gaps = zip(marks.dropFirst(), marks).map { $0 - $1 }.sorted()
    // Kolmogorov-Smirnov distance; 1.95 / √n is its 99.9 % point.
    let n = Double(gaps.count)
    let distance =
      gaps.enumerated().map { index, gap in
        let expected = 1 - Self.exp(-gap)
        return max(abs(expected - Double(index) / n), abs(expected - Double(index + 1) / n))
      }.max() ?? 1
    #expect(distance < 1.95 / n.squareRoot(), "seed \(seed), \(gaps.count) gaps")
  }

  /// eˣ for x ≤ 0, by its series after halving, so that the test needs no C library.
  private static func exp(_ x: Double) -> Double {
    if x < -0.5 { return exp(x / 2) * exp(x / 2) }
    var (sum, term) = (1.0, 1.0)
    for step in 1...20 {
      term *= x / Double(step)
      sum += term
    }
    return sum
  }

  @Test("rates and phases at the seams belong to the later phase, and outside there is no load")
  func seams() throws {
    let schedule = ArrivalSchedule(phases: [try phase(10, 100), try phase(10, 200, 400)], process: .uniform)
    #expect(schedule.rate(at: .seconds(10)) == (try Rate(perSecond: 200)))
    #expect(schedule.rate(at: .seconds(15)) == (try Rate(perSecond: 300)))
    #expect(schedule.phaseIndex(at: .seconds(10)) == 1)
    #expect(schedule.phaseIndex(at: .seconds(20)) == nil)
    #expect(schedule.rate(at: .seconds(20)) == .zero)
    #expect(schedule.rate(at: .seconds(-1)) == .zero)
    #expect(schedule.expectedCount(by: .seconds(-1)) == 0)
    #expect(schedule.expectedCount(by: .seconds(99)) == 4000)
    #expect(schedule.bounds(ofPhase: 1) == .seconds(10)..<Duration.seconds(20))
  }

  @Test("no phases, or phases without length or rate, have no arrivals")
  func empty() throws {
    for phases in [[], [try phase(0, 100)], [try phase(10, 0)]] {
      for process in [ArrivalProcess.uniform, .poisson(seed: 1)] {
        #expect(Array(ArrivalSchedule(phases: phases, process: process).arrivals()).isEmpty)
      }
    }
  }
}

@Suite("SplitMix64")
struct SplitMix64Tests {
  @Test("the sequence of seed 1234567 is the published one")
  func published() {
    var random = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
      16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in random.next() } == expected)
  }
}
