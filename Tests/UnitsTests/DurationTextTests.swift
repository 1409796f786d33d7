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
}
