import Synchronization

/// Calls back once when it has been counted down to zero.
final class Countdown: Sendable {
  private let remaining: Mutex<Int>
  private let onZero: @Sendable () -> Void

  init(_ count: Int, onZero: @escaping @Sendable () -> Void) {
    remaining = Mutex(count)
    self.onZero = onZero
  }

  func countDown() {
    let reachedZero = remaining.withLock { remaining in
      remaining -= 1
      return remaining == 0
    }
    if reachedZero { onZero() }
  }
}

/// Calls an action the first time that it is asked to, and never again.
final class Once: Sendable {
  private let done = Mutex(false)
  private let action: @Sendable () -> Void

  init(_ action: @escaping @Sendable () -> Void) {
    self.action = action
  }

  func call() {
    let first = done.withLock { done in
      defer { done = true }
      return !done
    }
    if first { action() }
  }
}
