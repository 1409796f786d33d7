import KubernetesObjects
import RunTimeline
import Testing
import Units

@testable import Expectations

@Suite("What one kind of expectation has to say")
struct OpinionTests {
  private static let pass = Opinion.pass("good")
  private static let fail = Opinion.fail("bad")
  private static let open = Opinion.inconclusive("nobody knows")

  @Test("of two that are joined, a failing one alone tells why it fails")
  func joined() {
    #expect(Self.open.joined(with: Self.fail).finding == "bad" && Self.fail.joined(with: Self.open).finding == "bad")
    #expect(Self.pass.joined(with: Self.fail).finding == "bad")
    #expect(Self.fail.joined(with: Self.fail).finding == "bad; bad")
    #expect(Self.pass.joined(with: Self.open).finding == "good; undecided: nobody knows")
  }

  @Test(
    "what is not known to no end is told to the end of the window",
    arguments: ["podStartup: {within: 30s}", "gracefulExit: {}", "podsStayHealthy: {during: run}"])
  func withoutEnd(kind: String) throws {
    var script = ClusterScript.healthy()
    script.heard(at: 40)
    for second in stride(from: 50.0, through: 199, by: 10) { script.deployment(at: second, wanted: 2) }

    let judgement = try judge("{name: e, \(kind)}", on: script.timeline)

    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.finding.contains("nothing is known from 40s to 3m20s of the run"), "\(judgement.finding)")
  }
}
