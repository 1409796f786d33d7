import Units

extension Expectation {
  /// Each pod that comes to be in the window is ready in time, stage by stage.
  package struct PodStartup: ExpectationKind {
    package var during: Window
    package var within: Duration?
    package var scheduled: Duration?
    package var started: Duration?
    package var ready: Duration?
  }
}

extension Expectation.PodStartup {
  package static let name = Expectation.KindName.podStartup
  package static let summary = "Each new pod is ready in time, stage by stage."
  package static let example = "{during: run, within: 60s, ready: 30s}"
  package static let subject = Expectation.Subject.workload

  private static let during = KindField<Window>.during.inOnePiece().byDefault(.run, "run")
  private static let within = bound("within", "The longest time from its creation until it is ready; at least 1ms.")
  private static let scheduled = bound(
    "scheduled", "The longest time from its creation until it has a node; at least 1ms.")
  private static let started = bound(
    "started", "The longest time from then until its first container runs: pulling, init containers; at least 1ms.")
  private static let ready = bound("ready", "The longest time from then until it is ready; at least 1ms.")
  private static let bounds = [within, scheduled, started, ready]
  package static let fields = [during.declaration] + bounds.map(\.declaration)

  private static func bound(_ key: String, _ about: String) -> KindField<Duration> {
    .duration(key, atLeast: .milliseconds(1), about)
  }

  package init?(_ body: KindBody) {
    let during = body.read(Self.during)
    let within = body.read(Self.within)
    let scheduled = body.read(Self.scheduled)
    let started = body.read(Self.started)
    let ready = body.read(Self.ready)
    if Self.bounds.allSatisfy({ !body.has($0) && !body.isMisspelt($0) }) {
      body.report("nothing is expected", hint: "write within: 60s, or a bound of a stage, as in ready: 30s")
      return nil
    }
    for (stage, bound) in [(Self.scheduled, scheduled), (Self.started, started), (Self.ready, ready)] {
      guard let bound, let within, bound >= within else { continue }
      body.report(
        stage, "a stage of \(bound.text) is never too long where all of them have \(within.text)",
        hint: "write less than within: \(within.text), or leave it out")
    }
    guard let during else { return nil }
    self.init(during: during, within: within, scheduled: scheduled, started: started, ready: ready)
  }

  package var kind: Expectation.Kind { .podStartup(self) }
  package var scope: Expectation.Scope { .window(during) }

  package var sentence: String {
    let parts = [
      within.map { "ready within \($0.text)" }, scheduled.map { "with a node within \($0.text)" },
      started.map { "started \($0.text) later" }, ready.map { "ready \($0.text) after its start" },
    ]
    return "each pod that is made during \(during) is \(parts.compactMap { $0 }.joined(separator: ", "))"
  }
}
