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

  @Test("each wait is twice the one before, up to the longest")
  func waits() {
    let usual = (1...10).map { RetryPace.usual.wait(after: $0) }
    #expect(usual == [50, 100, 200, 400, 800, 1_600, 3_200, 5_000, 5_000, 5_000].map { .milliseconds($0) })
    let wide = RetryPace(first: .milliseconds(1), longest: .seconds(60))
    #expect(wide.wait(after: 16) == .milliseconds(32_768) && wide.wait(after: 17) == .seconds(60))
    #expect(wide.wait(after: .max) == .seconds(60))
  }

  @Test("waits are spread around what they would be")
  func spread() {
    #expect(RetryPace.spread(.seconds(4), by: 0) == .seconds(3))
    #expect(RetryPace.spread(.seconds(4), by: 1) == .seconds(5))
  }
}
