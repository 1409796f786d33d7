import Testing
import Units

@Suite("Quantities")
struct QuantityTests {
  @Test(
    "A quantity is read in thousandths, rounded up",
    arguments: [
      ("250m", 250), ("1.5", 1500), ("2", 2000), ("0", 0), ("256Mi", 268_435_456_000), ("1Ki", 1_024_000),
      ("1k", 1_000_000), ("2e3", 2_000_000), ("2E3", 2_000_000), ("100u", 1), ("1n", 1), ("1500000n", 2),
      ("1000000n", 1),
      ("-1.5", -1500), ("-1n", 0), ("+3", 3000), (".5", 500), ("5.", 5000), ("0.1", 100), ("131072Ki", 134_217_728_000),
      ("9223372036854775807", Int64.max), ("8E", 8_000_000_000_000_000_000), ("10E", Int64.max), ("1e30", Int64.max),
      ("1e9223372036854775807", Int64.max), ("-1e9223372036854775807", -Int64.max), ("1e-9223372036854775808", 1),
    ] as [(String, Int64)])
  func reads(text: String, milli: Int64) throws {
    // 8E is 8 × 10^18, whose thousandths do not fit in 64 bits.
    #expect(try Quantity(text: text).milli == (text == "8E" ? Int64.max : milli))
  }

  @Test(
    "What is no quantity is refused", arguments: ["", "m", "1 Gi", "1K", "1mi", "1.2.3", "ten", "1e", "--1", "1Mb"])
  func refuses(text: String) {
    let problem = #expect(throws: UnitProblem.self) { try Quantity(text: text) }
    #expect(problem?.description.contains("256Mi") == true)
  }

  @Test(
    "A quantity prints with the largest suffix that keeps it whole",
    arguments: [
      (250, "250m"), (1500, "1500m"), (2000, "2"), (0, "0"), (1_000_000, "1k"), (1_500_000, "1500"),
      (3_000_000_000_000, "3G"), (-1000, "-1"), (Int64.max, "9223372036854775807m"),
    ] as [(Int64, String)])
  func prints(milli: Int64, text: String) {
    #expect(Quantity(milli: milli).description == text)
  }

  @Test(
    "With binary suffixes it prints whole units; below 1024 it stays decimal",
    arguments: [
      (268_435_456_000, "256Mi"), (1_024_000, "1Ki"), (1_025_000, "1025"), (1_023_000, "1023"), (500, "500m"),
      (1_024_001, "1025"), (1_073_741_824_000, "1Gi"),
    ] as [(Int64, String)])
  func printsBinary(milli: Int64, text: String) {
    #expect(Quantity(milli: milli).binaryText == text)
  }

  @Test("Whole units are rounded up")
  func wholeUnits() {
    #expect(Quantity(milli: 1).value == 1)
    #expect(Quantity(milli: 1000).value == 1)
    #expect(Quantity(milli: 1001).value == 2)
    #expect(Quantity(milli: -1500).value == -1)
  }
}
