import Profiles
import Testing
import Units

@Suite("Windows in a profile")
struct WindowReadingTests {
  private func profile(_ window: String, kind: String = "errorBudget", hasCluster: Bool = true) -> ProfileText {
    let body =
      kind == "steadyReplicas"
      ? "{during: \"\(window)\", count: 3}"
      : kind == "throughput" ? "{during: \"\(window)\", atLeast: 20/s}" : "{during: \"\(window)\", objective: 99%}"
    return ProfileText(
      cluster: hasCluster ? "{workload: deployment/web}" : nil,
      load: "{phases: [{name: calm, for: 60s, rate: 10/s}, {name: surge-1, for: 120s, rate: 90/s}]}",
      actions: hasCluster ? "[{name: release, at: surge-1 + 10s, rollout: {restart: true}}]" : nil,
      expectations: "[{name: e, \(kind): \(body)}]")
  }

  private static let surge = Moment.Anchor.phaseStart("surge-1")

  @Test(
    "are read as they are written",
    arguments: [
      ("surge-1.start..+90s", Window.span(from: Moment(surge), to: Moment(surge, offset: .seconds(90)))),
      (
        "release.end-10s..+60s",
        .span(
          from: Moment(.actionEnd("release"), offset: .seconds(-10)),
          to: Moment(.actionEnd("release"), offset: .seconds(60)))
      ),
      (
        "surge-1 + 5s .. surge-1.end", .span(from: Moment(surge, offset: .seconds(5)), to: Moment(.phaseEnd("surge-1")))
      ),
      ("30s..+45s", .span(from: Moment(.runStart, offset: .seconds(30)), to: Moment(.runStart, offset: .seconds(45)))),
      ("scaleUp", .scaleUp), ("scaleDown", .scaleDown), ("terminations", .terminations),
      ("readiness 30s", .readiness(.seconds(30))), ("outside release", .outside(.action("release"))),
      ("outside surge-1", .outside(.phase("surge-1"))), ("outside terminations", .outside(.terminations)),
      ("surge-1", .phase("surge-1")), ("run", .run),
    ])
  func reads(text: String, window: Window) throws {
    let read = try profile(text).profile().expectations[0].kind.wanted.scope

    #expect(read == .window(window))
    // What is printed of it means the same.
    let again = try profile(window.description).profile().expectations[0].kind.wanted.scope
    #expect(again == .window(window), "\(window)")
  }

  @Test(
    "that cannot be are refused in one line that says what to write instead",
    arguments: [
      ("surge-2.start..+90s", "there is no phase or action \"surge-2\""),
      ("surge-1.start..90", "there is no phase or action \"90\""), ("surge-1.start..+90", "\"+90\" is not a length"),
      ("surge-1.start..", "is no window"), ("..+90s", "is no window"), ("a..b..c", "is no window"),
      ("surge-1.end-10..+90s", "\"10\" is not a duration"), ("surge-1.start..calm.start", "is over before it begins"),
      ("surge-1.start..+0s", "is over before it begins"), ("calm.start-10s..+30s", "begins 10s before the run does"),
      ("surge-1.end-10s..+60s", "ends 1m after the run does"), ("readiness", "how much of each pod's readiness"),
      ("readiness soon", "\"soon\" is not a length"), ("readiness 0s", "\"0s\" is not a length"),
      ("outside run", "nothing is outside of the run"), ("outside nothing", "there is no phase or action \"nothing\""),
      ("release.end..release.start", "is over before it begins"),
      ("release.end..release.start + 0s", "is over before it begins"),
      ("release.end..calm.end", "is over before it begins"), ("release.end + 60s..surge-1.start", "is over before"),
      ("scaleup", "did you mean \"scaleUp\"?"),
      ("terminatons", "did you mean \"terminations\"?"),
    ])
  func refuses(text: String, complaint: String) {
    let problems = profile(text).problems()

    #expect(problems.count == 1 && problems[0].contains(complaint), "\(problems)")
  }

  @Test(
    "in several pieces are none of a count or a rate", arguments: ["terminations", "readiness 5s", "outside release"])
  func pieces(window: String) {
    for kind in ["steadyReplicas", "throughput"] {
      let problems = profile(window, kind: kind).problems()
      #expect(problems.count == 1 && problems[0].contains("comes in several pieces"), "\(problems)")
    }
    #expect(profile(window).problems().isEmpty)
  }

  @Test(
    "that may be are not refused for what depends on the cluster",
    arguments: [
      "release.start..release.end", "release.end..surge-1.end", "release.end-60s..release.start + 1s", "outside calm",
      "release.start-5s..release.end",
    ])
  func open(window: String) {
    #expect(profile(window).problems().isEmpty, "\(profile(window).problems())")
  }

  @Test("outside of the only phase there is nothing")
  func wholeRun() {
    let problems = ProfileText(
      load: "{phases: [{name: calm, for: 60s, rate: 10/s}]}",
      expectations: "[{name: e, errorBudget: {during: outside calm, objective: 99%}}]"
    ).problems()
    #expect(problems.count == 1 && problems[0].contains("nothing is outside of calm, which is the whole run"))
  }

  @Test("of pods take a cluster", arguments: ["scaleUp", "scaleDown", "terminations", "readiness 5s"])
  func cluster(window: String) {
    let problems = profile(window, hasCluster: false).problems()
    #expect(problems.count == 1 && problems[0].contains("in a cluster only"), "\(problems)")
  }

  @Test("a phase of the name of a window is the phase")
  func phases() throws {
    let text = ProfileText(
      load: "{phases: [{name: terminations, for: 60s, rate: 10/s}]}",
      expectations: "[{name: e, errorBudget: {during: terminations, objective: 99%}}]")
    #expect(try text.profile().expectations[0].kind.wanted.scope == .window(.phase("terminations")))
  }
}
