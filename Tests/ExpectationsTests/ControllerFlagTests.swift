import AutoscalerModel
import Expectations
import Profiles
import Testing
import Units

@Suite("Flags of the controller that a profile tells")
struct ControllerFlagTests {
  @Test("Of each flag the first that any expectation gives counts, and the default where none does")
  func first() throws {
    let expectations = [
      try expectation("{name: a, scaleDown: {after: settle.start, notBefore: 285s}}"),
      try expectation("{name: b, withinCorridor: {tolerance: 5%}}"),
      try expectation("{name: c, hpaConformance: {tolerance: 20%, downscaleStabilization: 10m}}"),
    ]

    let settings = expectations.controllerSettings

    #expect(settings.tolerance == 0.05)
    #expect(settings.downscaleStabilization == .seconds(600))
    #expect(settings.syncPeriod == ControllerSettings.defaults.syncPeriod)
    #expect(expectations.controllerFlags.syncPeriod == nil)
  }
}
