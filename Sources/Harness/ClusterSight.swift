import Foundation
import KubernetesObjects
import Redaction
import RunTimeline
import Units

/// What was last heard of the counts of a workload, and whether that may have changed since.
struct ClusterSight: Sendable {
  /// Why nothing is heard of a resource any more, and since when.
  struct Loss: Sendable, Equatable {
    /// Run time at which something was heard last.
    var heard: Duration
    var cause: String?

    /// The cause without what was attempted: `the server does not accept our credentials (401)`.
    var shortCause: String {
      guard let cause else { return "unknown why" }
      guard cause.hasPrefix("cannot "), let colon = cause.range(of: ": ") else { return cause }
      return String(cause[colon.upperBound...])
    }
  }

  /// What the profile calls the workload; `nil` where there is one only.
  var name: String?
  private(set) var wanted: Int?
  private(set) var ready: Int?
  private(set) var recommended: Int?
  /// When the workload was seen to be gone; `nil` while it is there.
  private(set) var deletedAt: Duration?
  /// Of the workload and the autoscaler, what may be out of date; `nil` while both are watched.
  var loss: Loss? { losses.values.min { $0.heard < $1.heard } }

  private var losses: [String: Loss] = [:]
  private var lastHeard: [String: Duration] = [:]
  private var isListed = false

  /// Takes note of when something was heard, or why nothing is.
  ///
  /// - Returns: whether the workload was just seen to be gone.
  mutating func hear(_ observation: Observation, of watched: WatchedWorkload) -> Bool {
    let isOfWorkload = observation.resource == watched.reference.kind.resource.plural
    guard isOfWorkload || observation.resource == HorizontalPodAutoscaler.resource.plural else { return false }
    if observation.kind == .gap {
      let heard = losses[observation.resource]?.heard ?? lastHeard[observation.resource] ?? .zero
      losses[observation.resource] = Loss(
        heard: heard, cause: observation.message.map { SecretText.redacted(message: $0) })
      return false
    }
    lastHeard[observation.resource] = observation.received
    if observation.kind != .listed { losses[observation.resource] = nil }
    guard isOfWorkload else { return false }
    let isOwn = observation.name == watched.reference.name
    switch observation.kind {
    case .listed:
      if isOwn { isListed = true }
      return false
    case .list:
      defer { isListed = false }
      return isListed ? false : end(at: observation.received)
    case .deleted: return isOwn ? end(at: observation.received) : false
    case .added, .modified, .bookmark, .gap: return false
    }
  }

  private mutating func end(at time: Duration) -> Bool {
    guard wanted != nil else { return false }
    (wanted, ready) = (nil, nil)
    deletedAt = time
    return true
  }

  /// - Returns: the count that was wanted before.
  mutating func see(_ workload: Workload) -> Int? {
    defer {
      wanted = workload.wanted
      ready = workload.status?.ready ?? 0
      deletedAt = nil
    }
    return wanted
  }

  mutating func see(_ autoscaler: HorizontalPodAutoscaler) { recommended = autoscaler.status?.desiredReplicas }

  /// `wanted 8  ready 8  recommended 8`; with question marks and the cause where that may be out of date, and with the
  /// deletion where there is nothing to count.
  func text(at now: Duration, separator: String, withRecommended: Bool) -> String {
    let mark = loss == nil ? "" : "?"
    func count(_ name: String, _ value: Int?) -> String { "\(name) \(value.map { "\($0)\(mark)" } ?? "-")" }
    let counts =
      [count("wanted", wanted), count("ready", ready)] + (withRecommended ? [count("recommended", recommended)] : [])
    var text = counts.joined(separator: separator)
    if let deletedAt { text += "\(separator)(the workload is gone since \(LiveView.clockText(deletedAt)))" }
    if let loss {
      let age = Int(max((now - loss.heard).seconds, 0).rounded())
      text += "\(separator)(seen \(age)s ago: \(loss.shortCause))"
    }
    return text
  }
}
