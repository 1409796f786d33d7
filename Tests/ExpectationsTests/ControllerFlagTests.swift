import AutoscalerModel
import Expectations
import Profiles
import RunTimeline
import Testing
import Units

@Suite("Flags of the controller that a profile tells")
struct ControllerFlagTests {
  @Test("Of each flag the first that any expectation gives counts, and the default where none does")
  func first() throws {
    let expectations = [
      try expectation("{name: a, scaleDown: {after: settle.start, notBefore: 285s}}"),
      try expectation("{name: b, withinCorridor: {tolerance: 5%}}"),
      try expectation(
        "{name: c, hpaConformance: {tolerance: 20%, downscaleStabilization: 10m, metricResolution: 60s}}"),
    ]

    let settings = expectations.controllerSettings

    #expect(settings.tolerance == 0.05)
    #expect(settings.downscaleStabilization == .seconds(600))
    #expect(settings.metricResolution == .seconds(60))
    #expect(settings.syncPeriod == ControllerSettings.defaults.syncPeriod)
    #expect(expectations.controllerFlags.syncPeriod == nil)
  }

  /// Two rescales five seconds apart, of an autoscaler whose controller syncs every 15 s by default.
  private static let hasty: Timeline = {
    var script = AutoscalerScript(wanted: 4)
    script.behavior =
      #"{"scaleUp": {"stabilizationWindowSeconds": 0, "policies": [{"type": "Pods", "value": 10, "periodSeconds": 15}]}}"#
    script.begin()
    script.sync(at: 10, asks: [6], to: 6)
    script.sync(at: 15, asks: [9], to: 9)
    script.end(at: 30)
    return script.timeline
  }()

  @Test("A cluster has one controller: what one expectation tells of it counts for those that tell nothing")
  func ofAll() throws {
    let told = try expectation("{name: told, withinCorridor: {syncPeriod: 5s}}")
    let silent = try expectation("{name: silent, hpaConformance: {}}")

    #expect(Judge.judge(silent, on: Self.hasty).verdict == .fail)
    #expect(Judge.judge([told, silent], on: Self.hasty).last?.verdict == .pass)
  }

  @Test("What an expectation tells of the controller itself counts for it, whatever others tell")
  func ofItsOwn() throws {
    let first = try expectation("{name: first, withinCorridor: {syncPeriod: 5s}}")
    let other = try expectation("{name: other, hpaConformance: {syncPeriod: 15s}}")

    #expect(Judge.judge([first, other], on: Self.hasty).last?.verdict == .fail)
  }
}
