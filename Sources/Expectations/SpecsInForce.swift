import KubernetesObjects
import RunTimeline

/// When each spec of an autoscaler may have been in force.
///
/// An autoscaler has a version for each status that was written, while a spec stays for long: the versions that have one are
/// put together once, so that asking does not go through all of them.
struct SpecsInForce: Sendable {
  /// Versions one after the other with one spec. The stretch of each reaches into that of the next.
  private struct Stretch {
    var start: Duration
    var end: Duration
    let spec: HorizontalPodAutoscaler.Spec
  }

  private var stretches: [Stretch] = []
  /// When the first version was there for certain; `nil` where that was a deleted one. What held before it is the same.
  private let opening: Duration?

  /// - Parameters:
  ///   - versions: in their order.
  ///   - end: until when the newest one holds.
  init(_ versions: [ObjectVersion<HorizontalPodAutoscaler>], until end: Duration) {
    opening = versions.first.flatMap { $0.deleted ? nil : $0.at.earliest }
    var followsOn = false
    for (index, version) in versions.enumerated() {
      guard !version.deleted else {
        followsOn = false
        continue
      }
      let end = index + 1 < versions.count ? versions[index + 1].at.latest : end
      // An edit that was seen with a later status may be as old as the version before.
      let isLate = index > 0 && versions[index - 1].object.status != version.object.status
      let start = isLate ? versions[index - 1].at.earliest : version.at.earliest
      if followsOn, let last = stretches.last, last.spec == version.object.spec {
        stretches[stretches.count - 1].start = min(last.start, start)
        stretches[stretches.count - 1].end = max(last.end, end)
      } else {
        stretches.append(Stretch(start: start, end: end, spec: version.object.spec))
      }
      followsOn = true
    }
  }

  /// The specs that may have been in force at an instant, each once, the oldest first.
  func specs(at instant: InstantBounds) -> [HorizontalPodAutoscaler.Spec] {
    var specs: [HorizontalPodAutoscaler.Spec] = []
    for (index, stretch) in stretches.enumerated() {
      let isOpening = index == 0 && opening.map { instant.latest <= $0 } ?? false
      let isInForce = stretch.start <= instant.latest && stretch.end + .seconds(1) >= instant.earliest
      if isInForce || isOpening, !specs.contains(stretch.spec) { specs.append(stretch.spec) }
    }
    return specs
  }
}
