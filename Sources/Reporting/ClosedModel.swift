import RunTimeline
import Units

/// The part of a run's load that came from users who wait for an answer before they ask again.
///
/// Such load slows down with the target, so that its latencies are too good: the requests that a slow answer kept back
/// are missing (G. Tene's "coordinated omission"; Schroeder et al., "Open versus closed: a cautionary tale", NSDI 2006).
struct ClosedModel: Sendable, Equatable {
  let sentence: String
  let isWhole: Bool

  /// `nil` for a run whose load was all planned by rates.
  init?(_ timeline: Timeline) {
    let closed = timeline.phases.filter { $0.users != nil }
    guard !closed.isEmpty else { return nil }
    isWhole = closed.count == timeline.phases.count
    let subject = isWhole ? "The load" : "The load of \(closed.map(\.fullName).joined(separator: ", "))"
    sentence =
      "\(subject) came from a closed model: each user waits for an answer and thinks before the next request, so a slow "
      + "target is asked less, and latencies leave out what would have waited."
  }
}

extension PhaseSpan {
  /// With the stream in front where there are several: `browse / surge`.
  var fullName: String { stream.isEmpty ? name : "\(stream) / \(name)" }

  /// What drove the phase: `200/s`, `200/s to 1,400/s`, `50 users, 1.5s think time`.
  var modelText: String {
    if let users {
      return "\(users.counted("user")), \(think.map { $0 == .zero ? "no" : $0.lengthText } ?? "unknown") think time"
    }
    return startRate == endRate ? "\(startRate.rateText)/s" : "\(startRate.rateText)/s to \(endRate.rateText)/s"
  }
}
