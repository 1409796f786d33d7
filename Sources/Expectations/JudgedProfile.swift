package import AutoscalerModel
package import Profiles

/// What a report has to know of the profile whose expectations were judged.
package struct JudgedProfile: Sendable {
  /// Where it came from, where it is another than the one that was recorded.
  package var source: String?
  /// What the cluster's controller was started with, as the profile tells.
  package var settings: ControllerSettings

  /// The recorded profile of a run whose controller has default flags.
  package init() {
    settings = .defaults
  }

  package init(_ profile: Profile, source: String? = nil) {
    self.source = source
    settings = profile.expectations.controllerSettings
  }
}
