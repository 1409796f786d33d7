package import Profiles
package import RunTimeline

/// What a report has to know of the profile whose expectations were judged.
package struct JudgedProfile: Sendable {
  /// Where it came from, where it is another than the one that was recorded.
  package var source: String?
  /// How its phases differ from those that were recorded, in a sentence; `nil` where they do not.
  package var phaseDifferences: String?

  /// The recorded profile.
  package init() {}

  package init(_ profile: Profile, source: String? = nil, on timeline: Timeline? = nil) {
    self.source = source
    phaseDifferences = source.flatMap { source in
      timeline.flatMap { PhaseDifferences(profile, source: source, on: $0).sentence }
    }
  }
}
