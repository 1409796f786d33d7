package import AutoscalerModel
package import Profiles
import Units

extension Expectation.ControllerFlags {
  /// The controller's settings with these flags.
  package var settings: ControllerSettings { settings(over: .defaults) }

  /// Other settings with these flags in their places.
  func settings(over others: ControllerSettings) -> ControllerSettings {
    var settings = others
    if let syncPeriod { settings.syncPeriod = syncPeriod }
    if let downscaleStabilization { settings.downscaleStabilization = downscaleStabilization }
    if let tolerance { settings.tolerance = tolerance.fraction }
    if let metricResolution { settings.metricResolution = metricResolution }
    return settings
  }
}

extension [Expectation] {
  /// The flags of the cluster's controller as the expectations tell them: of each the first that is given.
  package var controllerFlags: Expectation.ControllerFlags {
    var flags = Expectation.ControllerFlags()
    for expectation in self { flags.complete(by: expectation.kind.wanted.controller) }
    return flags
  }

  /// The controller's settings with ``controllerFlags``.
  package var controllerSettings: ControllerSettings { controllerFlags.settings }
}

extension Expectation.ControllerFlags {
  fileprivate mutating func complete(by other: Self) {
    syncPeriod = syncPeriod ?? other.syncPeriod
    downscaleStabilization = downscaleStabilization ?? other.downscaleStabilization
    tolerance = tolerance ?? other.tolerance
    metricResolution = metricResolution ?? other.metricResolution
  }
}
