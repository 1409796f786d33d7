import Foundation
import Units

/// How long an application takes for a request while it is not busy: always the same, or log-normally spread, as latencies
/// of services are (many factors that multiply).
package struct ServiceTime: Sendable, Equatable {
  /// Half of all requests take no longer.
  package let median: Duration
  /// 99 of 100 requests take no longer; the median where nothing is spread.
  package let p99: Duration

  /// Half of all requests take no longer, and 99 % take at most `p99`, which is no less than the median.
  package init(_ median: Duration, p99: Duration? = nil) {
    self.median = median
    self.p99 = max(p99 ?? median, median)
  }

  package var isSpread: Bool { p99 > median && median > .zero }

  /// Seconds for a request.
  ///
  /// - Parameter deviation: a number from the standard normal distribution.
  package func seconds(at deviation: Double) -> Double {
    guard isSpread else { return median.seconds }
    return median.seconds * exp(spread * deviation)
  }

  /// Seconds that requests take on average.
  package var meanSeconds: Double {
    guard isSpread else { return median.seconds }
    return median.seconds * exp(spread * spread / 2)
  }

  /// The standard deviation of the logarithm.
  private var spread: Double { log(p99 / median) / Self.deviationOf99 }

  /// Below which 99 % of the standard normal distribution lie.
  private static let deviationOf99 = 2.326_347_874_040_841
}
