import Curl
import Synchronization

/// Ends a load from any thread: nothing more is offered, and what is in flight is drained. Only the first stop counts.
package final class StopSignal: Sendable {
  private struct State {
    var isStopped = false
    var listeners: [WakeUp] = []
  }

  private let state = Mutex(State())

  package init() {}

  package var isStopped: Bool { state.withLock { $0.isStopped } }

  package func stop() {
    let listeners = state.withLock { state in
      state.isStopped = true
      defer { state.listeners = [] }
      return state.listeners
    }
    for listener in listeners { listener.signal() }
  }

  /// Wakes a worker when the stop comes, or at once when it has come.
  func notify(_ wakeUp: WakeUp) {
    let isStopped = state.withLock { state in
      if !state.isStopped { state.listeners.append(wakeUp) }
      return state.isStopped
    }
    if isStopped { wakeUp.signal() }
  }
}
