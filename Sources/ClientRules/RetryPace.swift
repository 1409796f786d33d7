/// How long a client waits before it tries again what failed.
///
/// Each wait is twice the one before, up to a limit. Waits of many clients are spread, so that those that a server has thrown
/// out together do not come back together (as by Kubernetes, client-go/tools/cache/reflector.go, which spreads likewise).
package struct RetryPace: Sendable, Equatable {
  package static let usual = RetryPace(first: .milliseconds(50), longest: .seconds(5))

  /// Wall time.
  package let first: Duration
  package let longest: Duration

  package init(first: Duration, longest: Duration) {
    self.first = first
    self.longest = longest
  }

  /// The wait after so many failures in a row, at least one.
  package func wait(after failures: Int) -> Duration {
    // More doublings than lie between any two waits that make sense.
    min(first * (1 << min(max(failures - 1, 0), 20)), longest)
  }

  /// A wait that is between three quarters and five quarters of another.
  ///
  /// - Parameter fraction: from 0 to 1, drawn at random.
  package static func spread(_ wait: Duration, by fraction: Double) -> Duration { wait * (0.75 + fraction / 2) }
}

/// How often all watches and lists of a client together may try again what failed: so many times at once, and from then on
/// as many as come in anew.
///
/// A server in trouble is asked by a dozen watches at once. Each waits longer from try to try, and still they add up.
package struct RetryBudget: Sendable, Equatable {
  package static let usual = RetryBudget(atOnce: 20, perSecond: 2)

  private let atOnce: Double
  private let perSecond: Double
  private var left: Double
  private var asked: Duration?

  package init(atOnce: Int, perSecond: Double) {
    self.atOnce = Double(atOnce)
    self.perSecond = perSecond
    left = self.atOnce
  }

  /// Takes one try.
  ///
  /// - Parameter now: wall time since some moment that stays the same.
  /// - Returns: wall time to wait until it is there.
  package mutating func take(at now: Duration) -> Duration {
    if let asked, now > asked { left = min(left + (now - asked) / .seconds(1) * perSecond, atOnce) }
    asked = max(asked ?? now, now)
    left -= 1
    return left >= 0 ? .zero : .seconds(-left / perSecond)
  }
}
