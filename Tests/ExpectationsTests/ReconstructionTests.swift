import AutoscalerModel
import Expectations
import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

/// Conformance, corridor and explanation rest on one reconstruction of what the autoscaler did: they say the same, and what
/// the autoscaler says of itself.
@Suite("What the autoscaler did, put together from all that was observed")
struct ReconstructionTests {
  @Test("each explained decision has the reasons of the conditions that its sync wrote", arguments: Recordings.all)
  func conditions(name: String) throws {
    let run = RunAnalysis(try Recordings.timeline(name))
    let record = try #require(run.scaling)

    for (sync, entry) in zip(record.syncs, try #require(run.replay).entries) {
      let decision = try #require(entry.decision, "\(entry.at): nothing is explained")
      for told in decision.status(updating: nil).conditions ?? [] {
        let written = try #require(sync.status.condition(told.type))
        #expect(
          (told.status, told.reason) == (written.status, written.reason),
          "\(entry.at): \(told.type) of \(decision.sentence)")
      }
      #expect(entry.agrees, "\(entry.at): \(entry.from) to \(entry.to), \(decision.sentence)")
    }
  }

  @Test("what conformance passes, the corridor holds and the explanation explains", arguments: Recordings.all)
  func agreement(name: String) throws {
    let timeline = try Recordings.timeline(name)
    let conformance = try judge("{name: e, hpaConformance: {}}", on: timeline)
    let corridor = try judge("{name: e, withinCorridor: {}}", on: timeline)

    #expect(conformance.verdict != .fail, "\(conformance.finding)")
    if conformance.verdict == .pass {
      #expect(corridor.verdict != .fail, "\(corridor.finding)")
      let unexplained = try #require(RunAnalysis(timeline).replay).entries.filter { !$0.agrees || !$0.confirmed }
      #expect(unexplained.isEmpty, "\(unexplained.map { "\($0.at): \($0.from) to \($0.to)" })")
    }
  }

  private func lines(_ name: String) throws -> [String] {
    let run = RunAnalysis(try Recordings.timeline(name))
    let record = try #require(run.scaling)
    return try #require(run.replay).lines(of: record)
  }

  @Test("what the Deployment's watch no longer brought is not passed over in silence")
  func unwatchedRest() throws {
    let log = try Recordings.log("surge-and-rollout")
    let cut = log.observations.filter { $0.resource != "deployments" || $0.received < .seconds(112) }
    let timeline = try Recordings.timeline("surge-and-rollout")
    let partial = Timeline(
      run: timeline.run, phases: timeline.phases, observations: cut, clock: timeline.clock)

    let conformance = try judge("{name: e, hpaConformance: {}}", on: partial)
    let corridor = try judge("{name: e, withinCorridor: {}}", on: partial)

    #expect(conformance.verdict == .inconclusive, "\(conformance.finding)")
    #expect(corridor.verdict == .inconclusive, "\(corridor.finding)")
  }

  @Test("nothing came to the same while the controller manager was dead, and a restart explains the count that stayed")
  func deadController() throws {
    let lines = try lines("controller-restarts")
    let before = try #require(lines.firstIndex { $0.hasPrefix("     32.4s") })
    let after = try #require(lines.firstIndex { $0.hasPrefix("    101.2s") })

    #expect(!lines[before..<after].contains { $0.contains("came to the same") }, "\(lines[before..<after])")
    #expect(lines[before..<after].contains { $0.contains("how many syncs followed without a trace is not known") })
    let restarted = try #require(lines.firstIndex { $0.hasPrefix("    172.2s  stays at 7  [scaleDown window]") })
    #expect(lines[restarted + 2].contains("provided that the controller was restarted before this sync"))
  }

  @Test("a pod without an owner counts where the selector matches it")
  func foreignPod() throws {
    let lines = try lines("foreign-pod-in-selector")

    #expect(lines.contains("     56.6s  3 -> 6  [metric]  cpu at 90 %, target 70 %"))
    #expect(lines.contains { $0.contains("1.29 times the target over 4 pods, which takes 6") })
  }

  @Test("the tolerance is reckoned with where it is said what would have had to differ")
  func tolerance() throws {
    let lines = try lines("surge-and-rollout")
    let rescale = try #require(
      lines.firstIndex { $0.hasPrefix("    103.4s  7 -> 8  [metric]  cpu at 80 %") && !$0.isEmpty })
    let told = lines[rescale...].first {
      $0.contains("otherwise: at 77 % or less it would have asked for fewer than 8")
    }

    #expect(told?.hasSuffix("above 80 % for more") ?? false, "\(lines[rescale...].prefix(8))")
  }

  /// A small input that was once answered wrongly. What imports it knows no clock but its own.
  private func watched(_ name: String) throws -> Timeline {
    let log = try WatchLog(TestData.text(of: TestData.caseFile("uncertain-clock/\(name).jsonl.gz")))
    return Recordings.timeline(name, log: log, clock: ServerClock(runStart: log.startedAt))
  }

  @Test("3 to 5 where 7 was due never passes, however uncertain the clock is")
  func uncertainClock() throws {
    let timeline = try watched("k-5")

    #expect(try judge("{name: e, hpaConformance: {}}", on: timeline).verdict != .pass)
    #expect(try judge("{name: e, withinCorridor: {}}", on: timeline).verdict != .pass)
  }

  @Test("pods that a rescale made are no input of it, even where nothing tells when they came")
  func ownPods() throws {
    let rescales = try #require(RunAnalysis(try watched("u3")).replay).entries.filter { $0.from != $0.to }

    #expect(rescales.map { "\($0.from) -> \($0.to) \($0.decision?.bindingTerm.name ?? "")" } == ["3 -> 7 metric"])
    #expect(rescales.first?.decision?.sentence.hasSuffix("2.29 times the target over 3 pods, which takes 7") ?? false)
  }

  @Test("an hour of it is put together and judged in a moment")
  func isFast() throws {
    var script = AutoscalerScript(wanted: 4)
    script.behavior = "{}"
    script.begin()
    for sync in 0..<240 { script.sync(at: 10 + Double(sync) * 15.01, asks: [3 + sync % 2]) }
    script.end(at: 3620)
    let timeline = script.timeline
    let start = ContinuousClock.now

    _ = try judge("{name: e, hpaConformance: {}}", on: timeline)
    _ = try judge("{name: e, withinCorridor: {}}", on: timeline)

    // Generous: the tests are built without optimization, and other tests run beside this one.
    #expect(start.duration(to: .now) < .seconds(30))
  }
}

/// What else than the autoscaler of the workload is at work.
@Suite("Autoscalers of others, edits, and other hands")
struct ForeignHandsTests {
  private func script() -> AutoscalerScript {
    var script = AutoscalerScript(wanted: 4)
    script.behavior = #"{"scaleDown": {"stabilizationWindowSeconds": 60}}"#
    script.minReplicas = 3
    script.maxReplicas = 10
    script.begin()
    return script
  }

  private func verdicts(_ script: AutoscalerScript) throws -> [Judgement] {
    try ["hpaConformance", "withinCorridor"].map { try judge("{name: e, \($0): {}}", on: script.timeline) }
  }

  @Test(
    "an autoscaler that scales something else says nothing of the workload",
    arguments: [
      #"{"kind": "Deployment", "name": "api"}"#, #"{"kind": "StatefulSet", "name": "web"}"#,
      #"{"apiVersion": "extensions/v1beta1", "kind": "Deployment", "name": "web"}"#,
    ])
  func wrongTarget(target: String) throws {
    var script = AutoscalerScript(wanted: 4)
    script.target = target
    script.begin()
    script.sync(at: 10, asks: [4])
    script.sync(at: 25, asks: [6], to: 6)
    script.end(at: 60)

    for judgement in try verdicts(script) {
      #expect(judgement.verdict == .inconclusive)
      #expect(judgement.finding.contains("hpa/web scales "), "\(judgement.finding)")
      #expect(judgement.finding.contains("not apps/v1 Deployment/web"), "\(judgement.finding)")
    }
    let run = RunAnalysis(script.timeline)
    let record = try #require(run.scaling)
    let lines = try #require(run.replay).lines(of: record)
    #expect(
      lines.last?.hasPrefix("Nothing can be explained: hpa/web scales") ?? false)
  }

  @Test("a count below minReplicas that somebody sets leaves the corridor, and it is named who", arguments: [2, 11])
  func outOfBounds(count: Int) throws {
    var script = script()
    for time in stride(from: 10.0, to: 80, by: 15) { script.sync(at: time, asks: [4]) }
    script.scale(at: 77, to: count, by: "kubectl", subresource: "scale")
    script.correct(at: 85, to: count < 3 ? 3 : 10)
    script.end(at: 95)
    let verdicts = try verdicts(script)

    #expect(verdicts[0].verdict == .pass, "\(verdicts[0].finding)")
    #expect(verdicts[1].verdict == .fail)
    #expect(verdicts[1].finding.contains("\(count) wanted from 77s"), "\(verdicts[1].finding)")
    #expect(verdicts[1].finding.contains("set by kubectl, where 3 to 10 is allowed"), "\(verdicts[1].finding)")
  }

  @Test("a correction right after somebody's change is told once, as the autoscaler's")
  func toldOnce() throws {
    var script = script()
    for time in stride(from: 10.0, to: 80, by: 15) { script.sync(at: time, asks: [4]) }
    script.scale(at: 83, to: 2, by: "kubectl", subresource: "scale")
    script.correct(at: 85, to: 3)
    script.end(at: 95)
    let run = RunAnalysis(script.timeline)
    let record = try #require(run.scaling)
    let lines = try #require(run.replay).lines(of: record)

    #expect(lines.filter { $0.contains("2 -> 3") && !$0.contains("Rescales") }.count == 2, "\(lines)")
    #expect(!lines.contains { $0.contains("whose status of it was not seen") }, "\(lines)")
    #expect(lines.contains { $0.contains("4 -> 2  by kubectl, not by the autoscaler") }, "\(lines)")
  }

  @Test("edits of the spec in mid-run are told in verdicts and explanation")
  func edits() throws {
    var script = script()
    script.sync(at: 10, asks: [5], to: 5)
    script.edit(at: 20) { $0.minReplicas = 5 }
    script.sync(at: 25, asks: [5])
    script.edit(at: 35) { $0.minReplicas = 3 }
    script.sync(at: 40, asks: [5], able: "A")
    script.end(at: 60)
    let run = RunAnalysis(script.timeline)
    let record = try #require(run.scaling)
    let lines = try #require(run.replay).lines(of: record).joined(separator: "\n")

    for text in ["minReplicas 3 to 5", "minReplicas 5 to 3"] {
      #expect(lines.contains("spec of the autoscaler edited: \(text)"), "\(lines)")
      for judgement in try verdicts(script) {
        #expect(judgement.evidence.contains { $0.text.contains(text) }, "\(judgement.evidence.map(\.text))")
      }
    }
  }

  @Test("an autoscaler that leaves a count below minReplicas fails, though it writes nothing")
  func idle() throws {
    var script = script()
    for time in stride(from: 10.0, to: 80, by: 15) { script.sync(at: time, asks: [4]) }
    script.scale(at: 77, to: 2, by: "kubectl", subresource: "scale")
    script.sync(at: 85, asks: [2])
    script.end(at: 180)

    #expect(try verdicts(script)[0].verdict == .fail)
  }
}
