internal import Synchronization

/// How callers of a ``CurlSession`` reach its thread.
final class SessionMailbox: Sendable {
  enum Sink: Sendable {
    case response(CheckedContinuation<CurlResponse, any Error>)
    case stream(
      head: CheckedContinuation<CurlResponseHead, any Error>,
      lines: AsyncThrowingStream<CurlLine, any Error>.Continuation)

    /// Ends an exchange that never reached a transfer.
    func fail(_ error: any Error) {
      switch self {
      case .response(let continuation): continuation.resume(throwing: error)
      case .stream(let head, let lines):
        head.resume(throwing: error)
        lines.finish(throwing: error)
      }
    }
  }

  enum Command: Sendable {
    case start(Int, CurlRequest, Sink)
    case cancel(Int)
    case shutdown
  }

  private struct State {
    var nextExchange = 0
    var commands: [Command] = []
    var wakeUp: WakeUp?
    /// Why nothing is accepted any more.
    var closed: (any Error)?
  }

  private let state = Mutex(State())

  func newExchange() -> Int {
    state.withLock {
      $0.nextExchange += 1
      return $0.nextExchange
    }
  }

  func post(_ command: Command) {
    let (wakeUp, closed) = state.withLock { state in
      if state.closed == nil { state.commands.append(command) }
      return (state.wakeUp, state.closed)
    }
    if let closed {
      if case .start(_, _, let sink) = command { sink.fail(closed) }
    } else {
      wakeUp?.signal()
    }
  }

  /// Called by the thread once it can be woken.
  func open(_ wakeUp: WakeUp) {
    state.withLock { $0.wakeUp = wakeUp }
  }

  func takeCommands() -> [Command] {
    state.withLock { state in
      let commands = state.commands
      state.commands = []
      return commands
    }
  }

  /// Refuses everything that is waiting and everything that comes.
  func close(because error: any Error) {
    let commands = state.withLock { state in
      state.closed = error
      let commands = state.commands
      state.commands = []
      return commands
    }
    for case .start(_, _, let sink) in commands { sink.fail(error) }
  }
}
