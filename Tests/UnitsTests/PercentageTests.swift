import Testing
import Units

@Suite("Percentages")
struct PercentageTests {
  @Test(
    "A percentage is kept exactly",
    arguments: [
      ("99.9%", 999_000_000), ("0%", 0), ("100%", 1_000_000_000), ("99.9999999%", 999_999_999), ("5%", 50_000_000),
    ] as [(String, Int64)])
  func reads(text: String, billionths: Int64) throws {
    let percentage = try Percentage(text: text)
    #expect(percentage.billionths == billionths)
    #expect(percentage.description == text)
  }

  @Test(
    "What is no percentage is refused",
    arguments: ["", "%", "99.9", "101%", "100.1%", "-1%", "1.%", ".5%", "1.12345678%", "1,5%", "٣%"])
  func refuses(text: String) {
    #expect(throws: UnitProblem.self) { try Percentage(text: text) }
  }

  @Test("A budget is not lost to rounding")
  func budget() throws {
    #expect(try Percentage(text: "99.99%").complement.floor(of: 10_000) == 1)
    #expect(try Percentage(text: "99.9%").complement.floor(of: 999) == 0)
    #expect(try Percentage(text: "100%").complement.floor(of: 1_000_000) == 0)
    #expect(try Percentage(text: "50%").fraction == 0.5)
  }

  @Test("The nearest valid name is found for a mistyped one, and none for something else")
  func spelling() {
    #expect(Spelling.nearest(to: "expectatoins", among: ["expectations", "actions"]) == "expectations")
    #expect(Spelling.nearest(to: "banana", among: ["expectations", "actions"]) == nil)
  }
}
