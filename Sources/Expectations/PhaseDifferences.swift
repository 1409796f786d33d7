import Profiles
import RunTimeline
import Units

/// How the phases that a profile plans differ from those that a recording has, where the profile judges a run that another
/// one made.
struct PhaseDifferences: Sendable, Equatable {
  /// One sentence; `nil` where the phases of the profile are those of the recording.
  let sentence: String?

  private static let most = 4

  /// - Parameter source: where the profile came from.
  init(_ profile: Profile, source: String, on timeline: Timeline) {
    var facts: [String] = []
    for planned in profile.load.plannedPhases {
      guard let phase = timeline.phase(planned.name) else {
        facts.append("it has no phase \(planned.name)")
        continue
      }
      let (length, other) = (phase.plannedEnd - phase.plannedStart, planned.end - planned.start)
      guard abs((length - other).seconds) >= 0.001 else { continue }
      facts.append("\(planned.name) lasts \(length.plain) in it, not \(other.plain)")
    }
    let shown = facts.prefix(Self.most).joined(separator: "; ")
    let more = facts.count > Self.most ? "; and \((facts.count - Self.most).of("further difference"))" : ""
    sentence =
      facts.isEmpty ? nil : "Times are those of the recording, and not those that \(source) plans: \(shown)\(more)."
  }
}
