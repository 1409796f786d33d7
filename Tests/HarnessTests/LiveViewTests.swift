import Foundation
import KubernetesObjects
import RunTimeline
import Testing

@testable import Harness

private let cluster = ClusterDescription(
  context: "simulated", namespace: "default", deployment: "web", autoscaler: "web")

private func view(progress: RunProgress) -> LiveView {
  LiveView(
    style: .redrawn, progress: progress, clock: RunClock(origin: .now, scale: 20),
    phases: [
      PhaseSpan(name: "calm", plannedStart: .zero, plannedEnd: .seconds(60), startRate: 200, endRate: 200),
      PhaseSpan(name: "surge", plannedStart: .seconds(60), plannedEnd: .seconds(300), startRate: 1400, endRate: 1400),
    ], intervalLength: .seconds(5), end: .seconds(300))
}

private func interval(at start: Int = 60, offered: Int, failed: Int) -> LoadInterval {
  LoadInterval(
    start: .seconds(start), end: .seconds(start + 5), route: "list", offered: offered, sent: offered,
    outcomes: [
      OutcomeTally(outcome: "200", failed: false, completed: offered - failed),
      OutcomeTally(outcome: "502", failed: true, completed: failed),
    ])
}

@Suite("The live view")
struct LiveViewTests {
  @Test("every line fits into the width of the terminal", arguments: [40, 80, 132])
  func fits(width: Int) {
    let progress = RunProgress()
    progress.add([interval(offered: 350, failed: 12), interval(at: 65, offered: 350, failed: 0)])
    progress.note(String(repeating: "a long message ", count: 20))

    let lines = view(progress: progress).view(at: .seconds(70), width: width)

    #expect(lines.allSatisfy { $0.count <= width })
  }

  @Test("rates are per second of wall time, whatever the time scale")
  func wallRates() {
    let progress = RunProgress()
    progress.add([interval(offered: 350, failed: 10), interval(at: 65, offered: 350, failed: 0)])

    let line = view(progress: progress).line(at: .seconds(70))

    // An interval of 5 s of run time lasts 250 ms at scale 20.
    #expect(line.contains("surge: offered 1400/s, answered 1360/s"))
    #expect(line.contains("failures 10"))
  }

  @Test("a message from the cluster cannot move the cursor or forge a line")
  func hostileEvents() throws {
    let progress = RunProgress()
    let event: JSONValue = [
      "metadata": ["name": "e", "uid": "1"], "involvedObject": ["kind": "Pod"], "reason": "Evil",
      "message": "\u{1B}[2J\u{1B}[31m\r\nroot# ",
    ]
    progress.add(
      [
        Observation(
          sent: .zero, received: .zero, resource: "events", kind: .added, name: "e", uid: "1", object: try event.json())
      ], of: cluster)

    let lines = view(progress: progress).view(at: .seconds(70), width: 80)

    #expect(lines.last?.contains("Evil") == true)
    #expect(lines.allSatisfy { $0.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F } })
  }

  @Test("an interval is shown once the answers to its last requests are in, which come with the next one")
  func lastAnswers() {
    let progress = RunProgress()
    progress.add([interval(offered: 350, failed: 0)])
    var leftover = interval(offered: 2, failed: 0)
    leftover.offered = 0

    progress.add([leftover, interval(at: 65, offered: 350, failed: 0)])

    #expect(progress.snapshot.lastInterval.start == .seconds(60))
    #expect(progress.snapshot.lastInterval.offered == 350)
    #expect(progress.snapshot.lastInterval.completed == 352)
  }

  @Test("answers that are later still count for the whole run only")
  func lateAnswers() {
    let progress = RunProgress()
    progress.add([interval(offered: 350, failed: 0), interval(at: 65, offered: 350, failed: 0)])

    progress.add([interval(at: 55, offered: 0, failed: 3), interval(at: 70, offered: 350, failed: 0)])

    #expect(progress.snapshot.failed == 3)
    #expect(progress.snapshot.lastInterval.failed == 0)
  }
}
