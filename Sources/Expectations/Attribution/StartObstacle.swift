import KubernetesObjects
import LoadFacts
import RunTimeline

/// What kept pods from being there when they were wanted, as events tell: a quota, a want of room, a volume, an image.
enum StartObstacle {
  private static let reasons: Set = ["FailedCreate", "FailedScheduling", "FailedMount", "FailedAttachVolume", "Failed"]
  /// How much of a message says what is the matter.
  private static let length = 160

  /// By the event that came most often; `nil` where none came.
  static func advice(on cluster: ClusterHistory, in window: InstantBounds) -> String? {
    let events = cluster.ownEvents.filter { version in
      version.at.meets(window) && version.event.type == "Warning"
        && version.event.reason.map(reasons.contains) ?? false
    }
    let counts = Dictionary(grouping: events) { $0.event.reason ?? "" }.mapValues(\.count)
    guard let reason = counts.mostFrequentFirst.first?.key else { return nil }
    let message = events.last { $0.event.reason == reason }?.event.message ?? ""
    let told = message.count > length ? message.prefix(length) + "…" : message[...]
    return "look at what kept pods from starting (\(reason)\(told.isEmpty ? "" : ": \(told)"))"
  }
}
