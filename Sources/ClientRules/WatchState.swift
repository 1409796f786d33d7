/// What to do next to keep one resource observed: list, watch from a version, or wait and try again.
///
///     start ──▶ list ──▶ watch ──closed──▶ watch from the last version seen
///                ▲         ├─ silent ──▶ watch from the last version seen: the server sends what was missed
///                │         ├─ expired (410) ──▶ list: what happened in between may be lost
///                └─ wait ◀─┴─ broken ──▶ wait, then watch from the last version: nothing is lost
///
/// A value without a clock or a socket: events go in, the next step comes out.
package struct WatchState: Sendable, Equatable {
  package enum Step: Sendable, Equatable {
    case list
    case watch(from: String)
  }

  package struct Next: Sendable, Equatable {
    package let step: Step
    /// Wall time to wait before the step.
    package let delay: Duration

    package init(step: Step, delay: Duration) {
      self.step = step
      self.delay = delay
    }
  }

  private let pace: RetryPace
  private var version: String?
  private var failures = 0

  package init(pace: RetryPace = .usual) {
    self.pace = pace
  }

  /// A list was read; its version is where the watch begins.
  package mutating func listed(version: String) -> Next {
    self.version = version
    failures = 0
    return Next(step: .watch(from: version), delay: .zero)
  }

  /// An event or bookmark came in.
  package mutating func advanced(to version: String?) {
    if let version { self.version = version }
    failures = 0
  }

  /// The server closed the watch in good order, as it does after some minutes.
  package mutating func closed() -> Next {
    Next(step: step, delay: .zero)
  }

  /// The watch was ended, since it brought nothing of what a list showed: the server sends what was missed when the watch
  /// is opened anew from the last version that came in.
  package mutating func silent() -> Next {
    Next(step: step, delay: .zero)
  }

  /// The longest wait that a server is granted; one that asks for more is asked again all the same.
  package static let longestGrant = Duration.seconds(30)

  /// A list or a watch failed.
  ///
  /// - Parameters:
  ///   - isExpired: the server no longer knows what came after the version that was asked for.
  ///   - retryAfter: wall time that the server asked to be left alone for (RFC 9110, section 10.2.3).
  package mutating func failed(isExpired: Bool = false, retryAfter: Duration? = nil) -> Next {
    if isExpired { version = nil }
    failures += 1
    return Next(step: step, delay: max(pace.wait(after: failures), min(retryAfter ?? .zero, Self.longestGrant)))
  }

  private var step: Step {
    version.map(Step.watch(from:)) ?? .list
  }
}
