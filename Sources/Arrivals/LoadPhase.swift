package import Units

/// A stretch of the load with a rate that is constant or changes linearly.
package struct LoadPhase: Sendable, Equatable {
  /// What the profile calls it; expectations refer to it.
  package var name: String
  /// Its length; not negative.
  package var duration: Duration
  package var startRate: Rate
  /// The rate at its end; equal to ``startRate`` when the rate is constant.
  package var endRate: Rate

  package init(name: String, duration: Duration, startRate: Rate, endRate: Rate) {
    self.name = name
    self.duration = duration
    self.startRate = startRate
    self.endRate = endRate
  }

  /// A phase of constant rate.
  package init(name: String, duration: Duration, rate: Rate) {
    self.init(name: name, duration: duration, startRate: rate, endRate: rate)
  }

  /// Arrivals expected in the whole phase: the mean of both rates times the length.
  package var expectedCount: Double {
    (startRate.perSecond + endRate.perSecond) / 2 * duration.seconds
  }

  /// Arrivals expected in the first `time` of the phase: r·t + (a/2)·t², where a is the change of the rate per second.
  func expectedCount(by time: Duration) -> Double {
    let t = min(max(time, .zero), duration).seconds
    return startRate.perSecond * t + acceleration / 2 * t * t
  }

  /// The phase in plain numbers, for who asks once for each arrival.
  var course: Course {
    Course(rate: startRate.perSecond, acceleration: acceleration, length: duration.seconds)
  }

  /// A rate per second that changes by so much per second, for so many seconds.
  struct Course: Sendable {
    let rate: Double
    let acceleration: Double
    let length: Double

    /// Seconds after the start of the phase when `count` arrivals are expected: the inverse of ``expectedCount(by:)``.
    ///
    /// Of the two textbook solutions of the quadratic this is the one that does not cancel: 2y / (r + √(r² + 2ay)).
    func seconds(untilExpected count: Double) -> Double {
      let root = max(rate * rate + 2 * acceleration * count, 0).squareRoot()
      guard count > 0, rate + root > 0 else { return 0 }
      return min(2 * count / (rate + root), length)
    }
  }

  /// Change of the rate per second.
  private var acceleration: Double {
    guard duration > .zero else { return 0 }
    return (endRate.perSecond - startRate.perSecond) / duration.seconds
  }

  /// The rate at a time after the start of the phase.
  func rate(at time: Duration) -> Double {
    startRate.perSecond + acceleration * time.seconds
  }
}
