import Expectations
import RunTimeline
import Testing

@testable import Harness

private func judgement(_ verdict: Verdict, isUntrusted: Bool = false) -> Judgement {
  Judgement(
    name: "n", kind: "latency", expected: "e", verdict: verdict, finding: "f", isUntrusted: isUntrusted)
}

@Suite("How verdicts become the exit status")
struct ExitStatusTests {
  @Test("all pass, or nothing was expected: 0")
  func passed() {
    #expect(Verdicts.status(of: [judgement(.pass), judgement(.pass)]) == .passed)
    #expect(Verdicts.status(of: []) == .passed)
  }

  @Test("one failure outweighs everything that is undecided: 1")
  func failed() {
    #expect(
      Verdicts.status(of: [judgement(.inconclusive, isUntrusted: true), judgement(.fail), judgement(.pass)]) == .failed)
  }

  @Test("undecided for want of observations: 2")
  func inconclusive() {
    #expect(Verdicts.status(of: [judgement(.pass), judgement(.inconclusive)]) == .inconclusive)
  }

  @Test("ended by a stop rule it does not pass, whatever is left of the verdicts: 2, or 1 when one failed")
  func aborted() {
    #expect(Verdicts.status(of: [judgement(.pass)], ended: .aborted) == .inconclusive)
    #expect(Verdicts.status(of: [], ended: .aborted) == .inconclusive)
    #expect(Verdicts.status(of: [judgement(.fail)], ended: .aborted) == .failed)
  }

  @Test("undecided because the generator was at its limit: 3")
  func untrusted() {
    #expect(
      Verdicts.status(of: [judgement(.inconclusive), judgement(.inconclusive, isUntrusted: true)]) == .untrusted)
  }

  @Test("a run whose generator failed is not trusted, whatever it passed: 3")
  func failedRun() {
    #expect(Verdicts.status(of: [judgement(.pass)], ended: .failed) == .untrusted)
    #expect(Verdicts.status(of: [judgement(.fail)], ended: .failed) == .failed)
  }

  @Test("no two ways to end share a number")
  func distinct() {
    #expect(Set(ExitStatus.allCases.map(\.rawValue)).count == ExitStatus.allCases.count)
  }
}
