import Discovery
import Testing

@Suite("What a probe found")
struct ProbeFiguresTests {
  @Test("requests that failed are told with how, the most first; nothing where none did")
  func failures() {
    var answers = ProbeFigures.Answers(rate: 10, requests: 20, failed: 0, length: 2, median: nil, high: nil)
    #expect(answers.failureText == nil)
    answers.failed = 3
    answers.failures = ["503": 1, "read timeout": 2]
    #expect(answers.failureText == "3 of 20 requests of the probe failed: 2 with read timeout, 1 with 503")
  }
}
