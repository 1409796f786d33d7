import Foundation
import KubernetesObjects
import LoadFacts
import RunTimeline
import Testing

@testable import Harness

private let cluster = ClusterDescription(
  context: "simulated", namespace: "default", workload: WorkloadReference(.deployment, "web"), autoscaler: "web")

private let phases = [
  PhaseSpan(name: "calm", plannedStart: .zero, plannedEnd: .seconds(60), startRate: 200, endRate: 200),
  PhaseSpan(name: "surge", plannedStart: .seconds(60), plannedEnd: .seconds(300), startRate: 1400, endRate: 1400),
]

private func view(progress: RunProgress = RunProgress(), phases: [PhaseSpan] = phases) -> LiveView {
  LiveView(
    style: .redrawn(emphasised: false), progress: progress, clock: RunClock(origin: .now, scale: 20), phases: phases,
    end: .seconds(300))
}

private func interval(
  at start: Int = 60, offered: Int, failed: Int, dropped: Int = 0, late: Int = 0
) -> LoadInterval {
  LoadInterval(
    start: .seconds(start), end: .seconds(start + 5), route: "list", offered: offered, sent: offered,
    dropped: dropped, late: late,
    outcomes: [
      OutcomeTally(outcome: "200", failed: false, completed: offered - failed),
      OutcomeTally(outcome: "502", failed: true, completed: failed),
    ])
}

@Suite("The live view")
struct LiveViewTests {
  @Test("a recording without load and without an end shows the cluster, and nothing of requests")
  func withoutLoad() throws {
    let view = LiveView(
      style: .lines, progress: RunProgress(), clock: RunClock(origin: .now, scale: 1), phases: [phases[0]],
      end: nil, hasLoad: false)

    let shown = view.view(at: .seconds(75), width: 80).map { $0.rendered(width: 80, emphasised: false) }

    #expect(view.line(at: .seconds(75)) == "1:15 calm: replicas wanted - ready - recommended -")
    #expect(shown.first == "1:15  calm")
    #expect(!shown.contains { $0.contains("requests") || $0.contains("load") })
  }

  @Test("every line fits into the width of the terminal", arguments: [40, 80, 132])
  func fits(width: Int) {
    let progress = RunProgress()
    progress.add([interval(offered: 350, failed: 12), interval(at: 65, offered: 350, failed: 0)])
    progress.add(sample(queued: 1_000_000, openConnections: 1_000_000))
    progress.note(String(repeating: "a long message 三 ", count: 20), at: .seconds(1))
    progress.stopping(String(repeating: "a long reason ", count: 20), at: .seconds(1))

    let lines = view(progress: progress).view(at: .seconds(70), width: width)

    #expect(lines.count == 6)
    #expect(lines.allSatisfy { TerminalText.columns($0.rendered(width: width, emphasised: false)) <= width })
    #expect(lines.allSatisfy { TerminalText.columns(shown($0.rendered(width: width, emphasised: true))) <= width })
  }

  @Test("numbers are shown whole or not at all, and what does not fit goes on below", arguments: [40, 60, 80, 120])
  func wrapped(width: Int) {
    let progress = RunProgress()
    progress.add([
      interval(offered: 350_000, failed: 12_345, dropped: 23_456, late: 34_567),
      interval(at: 65, offered: 350, failed: 0),
    ])
    progress.add(sample(queued: 1_234_567, openConnections: 7_654_321))
    progress.stopping("abortOn \"too many errors\": 12,345 of 350,000 failed in 10 s", at: .seconds(1))
    let lines = view(progress: progress).view(at: .seconds(70), width: width)

    let wrapped = lines.map { LiveView.wrapped($0, width: width) }

    for (line, parts) in zip(lines, wrapped) {
      let shown = parts.map(\.text)
      #expect(shown.allSatisfy { TerminalText.columns($0) <= width }, "\(shown)")
      #expect(shown.dropFirst().allSatisfy { $0.hasPrefix(String(repeating: " ", count: 11)) }, "\(shown)")
      let words = { (text: String) in text.split(separator: " ").map(String.init) }
      #expect(shown.flatMap(words) == words(line.text))
      // A figure and its name stay together wherever they fit into one line.
      for field in line.text.components(separatedBy: "  ").map({ $0.trimmingCharacters(in: .whitespaces) })
      where !field.isEmpty && TerminalText.columns(field) <= width - 11 {
        #expect(shown.contains { $0.contains(field) }, "\(field) in \(shown)")
      }
    }
  }

  @Test("a message that is too long even for three lines ends with an ellipsis, behind a whole word")
  func longMessage() {
    let line = TerminalLine("event      " + (100_001...100_100).map { "\($0)" }.joined(separator: " "))

    let parts = LiveView.wrapped(line, width: 60).map(\.text)

    #expect(parts.count == 3)
    #expect(parts.allSatisfy { TerminalText.columns($0) <= 60 })
    #expect(parts.last?.hasSuffix("…") == true)
    let numbers = parts.joined(separator: " ").matches(of: /[0-9]+/).map { String($0.output) }
    #expect(numbers.allSatisfy { $0.count == 6 }, "\(numbers)")
  }

  @Test(
    "control sequences go only to terminals that know them, and to nobody who asks for plain text",
    arguments: [
      (["TERM": "xterm-256color"], true), (["TERM": "dumb"], false), ([:], false), (["TERM": ""], false),
      (["TERM": "xterm", "NO_COLOR": "1"], false), (["TERM": "xterm", "NO_COLOR": ""], true),
    ] as [([String: String], Bool)])
  func plainText(environment: [String: String], expected: Bool) {
    #expect(StandardOutput.takesControlSequences(environment) == expected)
  }

  @Test("an event of the cluster is shown without the secrets in it")
  func secretsOfEvents() throws {
    let progress = RunProgress(collectsNews: true)
    let event: JSONValue = [
      "metadata": ["name": "e", "uid": "1"], "involvedObject": ["kind": "Pod"], "reason": "Unhealthy",
      "message": "Readiness probe failed: Get \"http://10.0.0.7/healthz?token=CANARY\": refused",
    ]
    progress.add(
      [
        Observation(
          sent: .zero, received: .zero, resource: "events", kind: .added, name: "e", uid: "1", object: try event.json()),
        Observation(
          sent: .zero, received: .seconds(1), resource: "deployments", kind: .gap,
          message: "cannot watch: https://me:CANARY@proxy refused"),
      ], of: cluster)

    let shown = progress.takeNews(atLeast: .zero).events.map(\.message) + [text(of: progress)]

    #expect(shown.joined().contains("Readiness probe failed") && !shown.joined().contains("CANARY"), "\(shown)")
  }

  @Test("rates are per second of wall time, whatever the time scale")
  func wallRates() {
    let progress = RunProgress()
    progress.add([interval(offered: 350, failed: 10), interval(at: 65, offered: 350, failed: 0)])

    let line = view(progress: progress).line(at: .seconds(70))

    // An interval of 5 s of run time lasts 250 ms at scale 20.
    #expect(line.contains("surge: offered 1,400/s, answered 1,360/s"))
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
      .map { $0.rendered(width: 80, emphasised: false) }

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

    #expect(progress.snapshot.total.failed == 3)
    #expect(progress.snapshot.lastInterval.failed == 0)
  }

  @Test("what is answered now is shown as such, however long ago it was due")
  func answeredNow() {
    let progress = RunProgress()
    progress.add([interval(at: 55, offered: 350, failed: 0)])
    progress.add(sample(queued: 0, openConnections: nil, from: 55))

    // The next requests all wait in a queue, and the answers to those before come in.
    var late = interval(at: 55, offered: 7500, failed: 0)
    late.offered = 0
    var queued = interval(at: 60, offered: 350, failed: 0)
    queued.outcomes = []
    progress.add([late, queued])
    progress.add(sample(queued: 700_000, openConnections: nil))

    let text = text(of: progress)
    #expect(text.contains("offered 1,400/s  answered 30,000/s"), "\(text)")
    #expect(text.contains("offered 1,400/s, answered 30,000/s"), "\(text)")
  }

  @Test("who makes requests wait is said: the target that holds all places, or this machine")
  func strain() {
    func shown(byMachine: Duration, pause: Duration, heldSince: Duration?) -> String {
      let progress = RunProgress()
      var sample = sample(queued: 9, openConnections: nil)
      sample.inFlight = 1000
      (sample.machineLateness, sample.longestPause) = (Lateness(p50: .zero, p99: byMachine, maximum: byMachine), pause)
      (sample.places, sample.placesHeldSince) = (1000, heldSince)
      progress.add(sample)
      return text(of: progress)
    }
    let held = "the target does not answer: 1,000 of 1,000 places held since 4.1s"

    let target = shown(byMachine: .milliseconds(1), pause: .milliseconds(2), heldSince: .seconds(4.1))
    let machine = shown(byMachine: .milliseconds(900), pause: .milliseconds(900), heldSince: .seconds(4.1))
    let calm = shown(byMachine: .milliseconds(1), pause: .milliseconds(2), heldSince: nil)

    #expect(target.components(separatedBy: held).count == 3, "\(target)")
    #expect(machine.components(separatedBy: "this machine is late").count == 3 && !machine.contains(held))
    #expect(!calm.contains("this machine") && !calm.contains("the target"))
  }

  @Test("what was dropped is charged to whom it belongs")
  func drops() {
    let progress = RunProgress()
    var load = interval(offered: 100, failed: 0, dropped: 12)
    for (label, count) in [
      (OutcomeLabel.droppedByTarget, 7), (OutcomeLabel.droppedByMachine, 5), (OutcomeLabel.stopped, 3),
    ] {
      load.outcomes.append(
        OutcomeTally(outcome: label, failed: label != OutcomeLabel.stopped, completed: count))
    }
    progress.add([load])

    let text = text(of: progress)
    #expect(
      text.contains("12 failed  5 dropped by the generator  7 not sent since the target held all places"), "\(text)")
    #expect(text.contains("3 not sent at the stop"), "\(text)")
  }

  @Test("every stream shows the phase that it is in")
  func severalStreams() {
    let phases = [
      PhaseSpan(
        name: "calm", plannedStart: .zero, plannedEnd: .seconds(60), startRate: 1, endRate: 1, stream: "browsing"),
      PhaseSpan(
        name: "surge", plannedStart: .seconds(60), plannedEnd: .seconds(300), startRate: 1, endRate: 1,
        stream: "browsing"),
      PhaseSpan(
        name: "orders", plannedStart: .zero, plannedEnd: .seconds(300), startRate: 0, endRate: 0, stream: "buying",
        users: 50),
    ]

    let lines = view(phases: phases).view(at: .seconds(60), width: 80).map(\.text)

    #expect(lines.contains("phases     browsing: surge, buying: orders"))
  }

  @Test("what is dropped, late or queued is shown when there is any, and only then")
  func troubleOnly() {
    let (calm, busy) = (RunProgress(), RunProgress())
    calm.add([interval(offered: 350, failed: 0)])
    calm.add(sample(queued: 0, openConnections: 40))
    busy.add([interval(offered: 350, failed: 0, dropped: 7, late: 8)])
    busy.add(sample(queued: 9, openConnections: 40))

    let calmText = text(of: calm)
    let busyText = text(of: busy)

    for word in ["dropped", "late,", "sent late", "queued"] { #expect(!calmText.contains(word), "\(word)") }
    for word in ["7 dropped", "8 sent late", "queued 9", "dropped 7", "sent late 8"] {
      #expect(busyText.contains(word), "\(word)")
    }
  }

  @Test("the reason why the load is ended early is shown, and the first one stays")
  func stopReason() {
    let progress = RunProgress()
    progress.stopping("abortOn \"too many errors\"", at: .seconds(61))
    progress.stopping("interrupted", at: .seconds(62))

    let text = text(of: progress)

    #expect(text.contains("stopping   abortOn \"too many errors\""))
    #expect(text.contains("; stopping: abortOn \"too many errors\""))
    #expect(!text.contains("interrupted"))
  }

  @Test("a frame overwrites the one before line by line, and clears only what is left of it")
  func noFlicker() {
    let first = LiveView.frame(["one", "two"], over: 0)
    let second = LiveView.frame(["1"], over: 2)

    #expect(first == "one\u{1B}[K\ntwo\u{1B}[K\n\u{1B}[J")
    #expect(second == "\u{1B}[2A\r1\u{1B}[K\n\u{1B}[J")
  }

  @Test("nothing is coloured where no colours are wanted, and what is cut keeps its colour")
  func colours() {
    let line = TerminalLine("requests  ") + TerminalLine("12 failed", .red) + TerminalLine("  and more")

    #expect(line.rendered(width: 80, emphasised: false) == "requests  12 failed  and more")
    #expect(line.rendered(width: 80, emphasised: true) == "requests  \u{1B}[31m12 failed\u{1B}[0m  and more")
    #expect(line.rendered(width: 14, emphasised: true) == "requests  \u{1B}[31m12 …\u{1B}[0m")
    #expect(line.rendered(width: 19, emphasised: false) == "requests  12 faile…")
  }

  private func text(of progress: RunProgress) -> String {
    let view = view(progress: progress)
    return view.view(at: .seconds(70), width: 200).map(\.text).joined(separator: "\n") + view.line(at: .seconds(70))
  }
}

private func sample(queued: Int, openConnections: Int?, from start: Int = 60) -> GeneratorSample {
  GeneratorSample(
    start: .seconds(start), end: .seconds(start + 5),
    lateness: Lateness(p50: .zero, p99: .microseconds(400), maximum: .zero), processCPU: 0, busiestWorkerCPU: 0,
    connectionsOpened: 3, inFlight: 12, queued: queued, openConnections: openConnections)
}

/// What a terminal shows of a text with colours.
private func shown(_ text: String) -> String {
  text.replacing(/\u{1B}\[[0-9]*m/, with: "")
}
