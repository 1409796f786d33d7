package import KubernetesObjects
import Units

/// How the API server's clock stands to ours: bounds of server time less our time.
///
/// An answer with the header `Date: D`, sent for at `a` and received at `b`, was stamped somewhere between them by
/// a clock that showed a time in `[D, D + 1 s)`; so the offset lies in `[D - b, D + 1 s - a)`. A few hundred answers
/// narrow that to milliseconds. Times in objects come from other clocks of the control plane still, which are
/// taken to agree with the server's within `skew`.
package struct ServerClock: Sendable, Equatable {
  /// Wall-clock time at run time zero, in microseconds since 1970.
  package let runStart: Int64
  package private(set) var offset: ClosedRange<Duration>
  /// How far the clocks inside the control plane may be apart.
  package let skew: Duration

  /// A clock of which nothing is known but that it is within `assumed` of ours.
  package init(runStart: KubernetesTime, assumed: Duration = .seconds(3600), skew: Duration = .zero) {
    self.runStart = runStart.microseconds
    offset = (.zero - assumed)...assumed
    self.skew = skew
  }

  /// One bound of the offset, as kept in the recording.
  package init(runStart: KubernetesTime, offset: ClosedRange<Duration>, skew: Duration = .zero) {
    self.runStart = runStart.microseconds
    self.offset = offset
    self.skew = skew
  }

  /// Narrows the offset by one answer. An answer that contradicts the others (a clock that was set) is left out.
  package mutating func narrow(date: KubernetesTime, sent: Duration, received: Duration) {
    let bounds = Self.bounds(date: date, sent: sent, received: received, runStart: runStart)
    let low = max(offset.lowerBound, bounds.lowerBound)
    let high = min(offset.upperBound, bounds.upperBound)
    if low <= high { offset = low...high }
  }

  package static func bounds(
    date: KubernetesTime, sent: Duration, received: Duration, runStart: Int64
  ) -> ClosedRange<Duration> {
    let server = Duration.microseconds(date.microseconds - runStart)
    return (server - received)...(server + .seconds(1) - sent)
  }

  /// The run time of an instant that an object bears; a time without a fraction stands for the whole second.
  package func runTime(of time: KubernetesTime) -> InstantBounds {
    let server = Duration.microseconds(time.microseconds - runStart)
    let resolution = time.hasFraction ? Duration.microseconds(1) : .seconds(1)
    return InstantBounds(
      server - offset.upperBound - skew, server + resolution - offset.lowerBound + skew)
  }
}
