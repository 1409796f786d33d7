import Testing
import Units

@Suite("Rates")
struct RateTests {
  @Test(
    "A rate is read per second, minute or hour",
    arguments: [("200/s", 200), ("0.5/s", 0.5), ("12000/min", 200), ("60/m", 1), ("3600/h", 1), ("0/s", 0)]
      as [(String, Double)])
  func reads(text: String, perSecond: Double) throws {
    #expect(try Rate(text: text).perSecond == perSecond)
  }

  @Test(
    "What is no rate is refused",
    arguments: ["", "200", "200/d", "-1/s", "x/s", "1/s/s", "inf/s", "nan/s", "10000001/s", "/s"])
  func refuses(text: String) {
    #expect(throws: UnitProblem.self) { try Rate(text: text) }
  }

  @Test("A rate out of range says what the range is")
  func rangeHint() {
    let problem = #expect(throws: UnitProblem.self) { try Rate(text: "99999999/s") }
    #expect(problem?.description.contains("between 0/s and 1000000/s") == true)
    #expect(throws: UnitProblem.self) { try Rate(perSecond: -1) }
    #expect(throws: UnitProblem.self) { try Rate(perSecond: .nan) }
  }

  @Test("A rate prints per second")
  func prints() throws {
    #expect(try Rate(text: "12000/min").description == "200/s")
    #expect(try Rate(text: "0.5/s").description == "0.5/s")
    #expect(Rate.zero < Rate.maximum)
  }
}
