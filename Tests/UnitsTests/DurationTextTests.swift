import Testing
import Units

@Suite("Durations")
struct DurationTextTests {
  @Test(
    "A duration is read as Go reads it",
    arguments: [
      ("0", 0), ("90s", 90_000_000_000), ("250ms", 250_000_000), ("1h30m", 5_400_000_000_000), ("1.5s", 1_500_000_000),
      (".5s", 500_000_000), ("1m0.25s", 60_250_000_000), ("3us", 3000), ("7ns", 7), ("24h", 86_400_000_000_000),
    ] as [(String, Int64)])
  func reads(text: String, nanoseconds: Int64) throws {
    #expect(try Duration(text: text) == .nanoseconds(nanoseconds))
  }

  @Test(
    "What is no duration is refused with a hint",
    arguments: ["", "90", "90 s", "s", "-5s", "5d", "1h30", "1..5s", "five seconds", "9999999999h", "5S"])
  func refuses(text: String) {
    let problem = #expect(throws: UnitProblem.self) { try Duration(text: text) }
    #expect(problem?.description.contains("as in 90s") == true)
  }

  @Test(
    "A duration prints as its shortest text",
    arguments: [
      (0, "0s"), (90_000_000_000, "1m30s"), (250_000_000, "250ms"), (1_500_000_000, "1.5s"), (3000, "3us"),
      (3_600_000_000_000, "1h"), (-2_000_000_000, "-2s"), (60_250_000_000, "1m0.25s"), (7, "7ns"),
    ] as [(Int64, String)])
  func prints(nanoseconds: Int64, text: String) {
    #expect(Duration.nanoseconds(nanoseconds).text == text)
  }

  @Test("Every printed duration reads back as itself", arguments: 0..<64)
  func roundTrip(bit: Int) throws {
    for value in [Int64(1) << min(bit, 62), (Int64(1) << min(bit, 62)) - 1] {
      let duration = Duration.nanoseconds(value)
      #expect(try Duration(text: duration.text) == duration)
    }
  }

  @Test("Parts are rounded towards zero")
  func parts() {
    let duration = Duration.nanoseconds(1_234_567_891)
    #expect(duration.nanoseconds == 1_234_567_891)
    #expect(duration.microseconds == 1_234_567)
    #expect(Duration.milliseconds(1500).seconds == 1.5)
  }

  @Test("Whole parts and seconds are those of the components, and end at 64 bits", arguments: 0..<127)
  func components(bit: Int) {
    for attoseconds in [Int128(1) << bit, (Int128(1) << bit) - 1, -(Int128(1) << bit), -(Int128(1) << bit) + 1] {
      let duration = Duration(attoseconds: attoseconds)
      let billionths = attoseconds / 1_000_000_000
      #expect(duration.nanoseconds == Int64(clamping: billionths))
      #expect(duration.microseconds == Int64(clamping: billionths / 1000))
      guard bit < 120 else { continue }
      let (seconds, rest) = duration.components
      #expect(duration.seconds == Double(seconds) + Double(rest) * 1e-18)
    }
    guard bit < 120 else { return }
    // Next to whole seconds, where one more or less than the whole would be told wrongly.
    let second = Int128(1_000_000_000_000_000_000)
    let whole = (Int128(1) << bit) / second * second
    for attoseconds in [whole - 1, whole, whole + 1, whole + second - 1] {
      let duration = Duration(attoseconds: attoseconds)
      let (seconds, rest) = duration.components
      #expect(duration.seconds == Double(seconds) + Double(rest) * 1e-18)
    }
  }

  @Test(
    "Nanoseconds times a factor are to the last bit what the standard library makes of them",
    arguments: [1, 20, 1.0 / 3, 7.7, 1000, 1e6, 0, -2.5, 1e-9])
  func scaled(factor: Double) {
    var count: Int64 = 1
    for step in 0..<2000 {
      // Some thousand counts of each length up to 63 bits.
      count = (count &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407) >> Int64(step % 64)
      let plain = Duration.nanoseconds(count)
      guard abs(plain.seconds * factor) < 1e18 else { continue }
      #expect(Duration.nanoseconds(count, times: factor) == plain * factor, "\(count) ns × \(factor)")
    }
  }

  @Test("an instant of a faster clock is over at the nanosecond that is given for it, and not at the one before")
  func reached() {
    for factor in [1.0, 1.5, 2, 3, 7, 60, 77.7] {
      for step in 1...2_000 {
        let latency = Duration.milliseconds(5) * factor
        let due = Duration.nanoseconds(Int64(step) * 313_000_007, times: factor) + latency + .seconds(2) * factor
        let count = due.nanosecondsReached(times: factor)
        #expect(Duration.nanoseconds(count, times: factor) >= due, "\(due) at \(factor)")
        #expect(Duration.nanoseconds(count - 1, times: factor) < due, "\(due) at \(factor)")
      }
    }
  }
}
