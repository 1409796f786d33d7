import Foundation
import LoadFacts
import Profiles
import RunTimeline
import TestServers
import Testing
import Units

@testable import Harness

/// The workload that comes with the program, of whose requests some fail for a while, and what waits for that.
private struct Failing {
  var when: String
  /// From when the condition is waited for.
  var at = "0s"
  var fails = "{at: 60s, for: 90s, application: {failing: 20%}}"
  var rate = "20/s"
  var timeScale = 1

  func run() throws -> FinishedRun {
    let folder = try TemporaryFolder()
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let path = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: failing}
      target: {url: http://api.example.com}
      cluster:
        simulated:
          manifests: [\(root.appending(path: "Profiles/manifests/aspnetcore").path)]
          timeScale: \(timeScale)
          faults: [\(fails), {at: \(at), when: \(when), for: 20s, endpointDelay: 9s}]
        workload: deployment/aspnetcore-deployment
      requests: [{name: list, path: /}]
      load: {phases: [{name: only, for: 200s, rate: \(rate)}]}
      actions: [{name: grow, at: only + \(at), when: \(when), scale: 5}]
      expectations: []
      """, to: "failing.yaml")
    return try VirtualRun(
      try LoadedProfile(path: path, changes: []), version: ProgramVersion(commit: nil), environment: [:]
    ).execute()
  }
}

extension FinishedRun {
  /// The end of the first second at which more than a share of the requests of the last seconds failed, none of them before
  /// the load began; reckoned from the recording.
  fileprivate func firstEnd(above share: Double, over seconds: Int, from first: Int) -> Int? {
    var ended: [Int: Int] = [:]
    var failed: [Int: Int] = [:]
    for interval in load.flatMap(\.intervals) {
      let second = Int(interval.end.components.seconds)
      ended[second, default: 0] += interval.completed
      failed[second, default: 0] += interval.failed
    }
    return (max(seconds, first)...200).first { second in
      let window = (second - seconds + 1)...second
      let all = window.reduce(0) { $0 + (ended[$1] ?? 0) }
      return all >= 20 && Double(window.reduce(0) { $0 + (failed[$1] ?? 0) }) > share * Double(all)
    }
  }
}

@Suite("Conditions on the load")
struct ErrorConditionTests {
  @Test(
    "are met at the end of the first second at which the share of the last seconds lies above the limit",
    arguments: [
      ("errors > 1% over 5s", 0.01, 5, 0), ("errors > 5% over 10s", 0.05, 10, 0),
      ("errors > 15% over 60s", 0.15, 60, 0), ("errors > 10%", 0.1, 30, 0),
      // It is looked at from its time on, when it has long been so.
      ("errors > 5% over 10s", 0.05, 10, 100),
    ])
  func instant(when: String, share: Double, over: Int, from: Int) throws {
    let run = try Failing(when: when, at: "\(from)s").run()

    let expected = try #require(run.firstEnd(above: share, over: over, from: from))
    #expect(expected >= max(60, from))
    let fault = try #require(run.faults.last)
    let began = try #require(fault.began)
    #expect(began >= .seconds(expected) && began < .milliseconds(expected * 1000 + 100), "\(began) \(expected)")
    #expect(fault.ended == began + .seconds(20))
    #expect(fault.condition == (try StartCondition(text: when).description))
    let sent = try #require(run.actions.first?.sent)
    #expect(sent >= .seconds(expected) && sent < .milliseconds(expected * 1000 + 200), "\(sent) \(expected)")
    #expect(run.faultProblems.isEmpty)
  }

  @Test("are looked at again soon also where time passes faster", arguments: [10, 60])
  func scaled(timeScale: Int) throws {
    let run = try Failing(when: "errors > 5% over 10s", rate: "500/s", timeScale: timeScale).run()

    let began = try #require(run.faults.last?.began)
    #expect(began > .seconds(60) && began < .seconds(62 + Double(timeScale) / 2), "\(began)")
  }

  @Test(
    "that never come true are told of the fault and of the action",
    arguments: [
      ("errors > 30% over 10s", "{at: 60s, for: 90s, application: {failing: 20%}}", "20/s"),
      ("errors > 0%", "{at: 0s, endpointDelay: 1s}", "20/s"),
      // Of so few requests no share is one.
      ("errors > 1% over 5s", "{at: 0s, application: {failing: 90%}}", "1/s"),
    ])
  func never(when: String, fails: String, rate: String) throws {
    let run = try Failing(when: when, fails: fails, rate: rate).run()

    let words = try StartCondition(text: when).description
    #expect(run.faults.last?.began == nil)
    #expect(run.faultProblems.count == 1 && run.faultProblems[0].hasSuffix("\"\(words)\" never came true"))
    #expect(run.actions.first?.problem == "\"\(words)\" never came true")
    #expect(run.actions.first?.sent == nil)
  }
}
