/// Turns local instants into run time: the scaled time since the run began.
package struct RunClock: Sendable, Equatable {
  /// The local instant of run time zero.
  package let origin: ContinuousClock.Instant
  /// Run time that passes in one second of wall time.
  package let scale: Double

  package init(origin: ContinuousClock.Instant, scale: Double) {
    self.origin = origin
    self.scale = scale
  }

  /// The run time of a local instant, negative before the run.
  package func runTime(of instant: ContinuousClock.Instant) -> Duration {
    runTime(ofWall: origin.duration(to: instant))
  }

  /// The run time that passes in a length of wall time.
  package func runTime(ofWall length: Duration) -> Duration {
    scale == 1 ? length : length * scale
  }

  /// The wall time in which a length of run time passes.
  package func wallTime(ofRun length: Duration) -> Duration {
    scale == 1 ? length : length / scale
  }

  /// The local instant at which a run time comes.
  package func instant(at runTime: Duration) -> ContinuousClock.Instant {
    origin + wallTime(ofRun: runTime)
  }
}
