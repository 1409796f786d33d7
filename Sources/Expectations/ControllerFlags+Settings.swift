package import AutoscalerModel
package import Profiles
import Units

extension Expectation.ControllerFlags {
  /// The controller's settings with these flags.
  package var settings: ControllerSettings {
    var settings = ControllerSettings.defaults
    if let syncPeriod { settings.syncPeriod = syncPeriod }
    if let downscaleStabilization { settings.downscaleStabilization = downscaleStabilization }
    if let tolerance { settings.tolerance = tolerance.fraction }
    return settings
  }
}
