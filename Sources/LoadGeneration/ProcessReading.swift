import Curl

/// What the process has used, and how its machine stands, at an instant.
struct ProcessReading: Sendable {
  /// The instant, in nanoseconds of the monotonic clock.
  var taken: Int64
  /// Processor time so far, user and system, in nanoseconds.
  var cpu: Int64
  var machine: MachineSample

  static func now() -> ProcessReading {
    ProcessReading(taken: MonotonicClock.now(), cpu: MonotonicClock.processCPU(), machine: .read())
  }

  /// Processor time per time on the wall since an earlier reading.
  func cpuShare(since earlier: ProcessReading) -> Double {
    max(Double(cpu - earlier.cpu) / Double(max(taken - earlier.taken, 1)), 0)
  }
}
