import Expectations
import RunTimeline
import Testing
import Units

/// What widens a corridor, and what does not.
@Suite("Corridor of replicas when the world interferes")
struct CorridorConditionsTests {
  private static let behavior =
    #"{"scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 10, "periodSeconds": 15}]}, "scaleDown": {"stabilizationWindowSeconds": 60, "policies": [{"type": "Pods", "value": 4, "periodSeconds": 60}]}}"#

  private func script(wanted: Int = 4) -> AutoscalerScript {
    var script = AutoscalerScript(wanted: wanted)
    script.behavior = Self.behavior
    script.begin()
    return script
  }

  private func judged(_ script: AutoscalerScript, _ text: String = "{}") throws -> Judgement {
    try judge("{name: e, withinCorridor: \(text)}", on: script.timeline)
  }

  private func allowed(_ script: AutoscalerScript, at second: Double) throws -> String {
    let corridor = try #require(RunAnalysis(script.timeline).corridor)
    if corridor.gaps.contains(where: { $0.earliest <= .seconds(second) && .seconds(second) < $0.latest }) {
      return "nothing"
    }
    let step = try #require(corridor.steps.last { $0.at <= .seconds(second) })
    return step.low == step.high ? "\(step.low)" : "\(step.low) to \(step.high)"
  }

  @Test("syncs that wrote nothing keep the corridor at the count, as long as the metrics stay")
  func silence() throws {
    var script = script()
    script.sync(at: 10, asks: [4])
    script.end(at: 400)

    #expect(try [20, 100, 200, 390].map { try allowed(script, at: $0) } == ["4", "4", "4", "4"])
    #expect(try judged(script).verdict == .pass)
  }

  @Test("a controller that does nothing about what its metrics say leaves the corridor")
  func idleController() throws {
    var script = script()
    script.sync(at: 10, asks: [4])
    script.sync(at: 25, asks: [9])
    script.sync(at: 40, asks: [9], able: "A")
    script.end(at: 60)

    let judgement = try judged(script)
    #expect(judgement.verdict == .fail)
    #expect(judgement.finding.contains("4 wanted from"), "\(judgement.finding)")
    #expect(judgement.finding.contains("where 9 is allowed"), "\(judgement.finding)")
  }

  @Test("somebody else's count is taken as it is until the next sync")
  func foreignWriter() throws {
    var script = script()
    for time in stride(from: 10.0, to: 80, by: 15) { script.sync(at: time, asks: [4], able: "A\(time)") }
    script.scale(at: 77, to: 8, by: "kubectl", subresource: "scale")
    script.sync(at: 85, asks: [4], to: 4)
    script.end(at: 95)

    #expect(try allowed(script, at: 80) == "8")
    #expect(try allowed(script, at: 90) == "4")
    let judgement = try judged(script)
    #expect(judgement.verdict == .pass, "\(judgement.finding)")
  }

  @Test("in a gap nothing can be said, and after it the count that was found is taken as it is")
  func gap() throws {
    var script = script()
    for time in stride(from: 10.0, to: 50, by: 15) { script.sync(at: time, asks: [4], able: "A\(time)") }
    script.gap(of: "horizontalpodautoscalers", from: 60, to: 90)
    script.sync(at: 100, asks: [4], able: "B")
    script.end(at: 110)

    #expect(try allowed(script, at: 75) == "nothing")
    #expect(try allowed(script, at: 105) == "4")
    let judgement = try judged(script)
    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.isUntrusted)
  }

  @Test("a raised minReplicas has the corridor at one count, from the first sync that may have seen it")
  func correction() throws {
    var script = script()
    for time in stride(from: 10.0, to: 50, by: 15) { script.sync(at: time, asks: [4], able: "A\(time)") }
    script.edit(at: 45) { $0.minReplicas = 9 }
    script.correct(at: 55, to: 9)
    script.end(at: 65)

    #expect(try allowed(script, at: 50) == "4")
    #expect(try allowed(script, at: 60) == "9")
    let judgement = try judged(script)
    #expect(judgement.verdict == .pass, "\(judgement.finding)")
  }

  @Test("while a metric fails, the corridor is the count that stands")
  func failedMetric() throws {
    var script = script(wanted: 9)
    script.sync(at: 10, asks: [9])
    script.sync(at: 25, asks: [nil], active: false)
    script.end(at: 200)

    #expect(try [30, 120, 190].map { try allowed(script, at: $0) } == ["9", "9", "9"])
  }

  @Test("a phase can be judged alone")
  func phase() throws {
    var script = script()
    script.sync(at: 10, asks: [4])
    script.end(at: 60)

    #expect(try judged(script, "{during: calm}").expected.contains("throughout calm"))
  }
}
