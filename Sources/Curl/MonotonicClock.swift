internal import CLinux

/// The clock of the load loop: nanoseconds of `CLOCK_MONOTONIC`, which is also the clock of its timer.
package enum MonotonicClock {
  @inline(__always)
  package static func now() -> Int64 { scaleproof_monotonic_nanoseconds() }

  /// The reading that belongs to an instant of Swift's clock, which counts from elsewhere.
  package static func nanoseconds(of instant: ContinuousClock.Instant) -> Int64 {
    let before = now()
    let (seconds, attoseconds) = (instant - ContinuousClock.now).components
    let after = now()
    return before + (after - before) / 2 + seconds * 1_000_000_000 + attoseconds / 1_000_000_000
  }

  /// The wall clock in milliseconds since 1970, which may jump.
  package static func wallMilliseconds() -> Int64 { scaleproof_wall_milliseconds() }

  /// CPU time of the calling thread in nanoseconds.
  package static func threadCPU() -> Int64 { scaleproof_thread_cpu_nanoseconds() }

  /// CPU time of the process in nanoseconds.
  package static func processCPU() -> Int64 { scaleproof_process_cpu_nanoseconds() }
}
