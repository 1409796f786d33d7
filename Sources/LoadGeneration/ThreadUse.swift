import Curl
import LoadFacts

extension ThreadUse {
  /// Of the calling thread; elapsed is its monotonic clock.
  static func sinceItBegan() -> ThreadUse {
    ThreadUse(
      elapsed: .nanoseconds(MonotonicClock.now()), cpu: .nanoseconds(MonotonicClock.threadCPU()),
      runQueueDelay: MachineSample.threadRunQueueDelay())
  }
}
