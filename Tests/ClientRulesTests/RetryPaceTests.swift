import ClientRules
import Testing

@Suite("How often what failed is tried again")
struct RetryPaceTests {
  @Test("a budget gives so many tries at once, and then as many as come in anew")
  func budget() {
    var budget = RetryBudget(atOnce: 3, perSecond: 2)
    let first = (0..<5).map { _ in budget.take(at: .seconds(10)) }
    #expect(first == [.zero, .zero, .zero, .milliseconds(500), .seconds(1)])
    #expect(budget.take(at: .seconds(11)) == .milliseconds(500))
    #expect(budget.take(at: .seconds(60)) == .zero)
  }

  @Test("waits are spread around what they would be")
  func spread() {
    #expect(RetryPace.spread(.seconds(4), by: 0) == .seconds(3))
    #expect(RetryPace.spread(.seconds(4), by: 1) == .seconds(5))
  }
}
