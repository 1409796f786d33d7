import Dispatch
import Glibc
import Synchronization

/// Signals that ask for the end, from Ctrl-C, Ctrl-\\, a terminal that is closed or a supervisor: the first asks the run to
/// stop in good order, a second one, of whatever kind, ends the process at once.
///
/// The recording survives the second as it survives a crash: what was committed is there.
package final class Interruption: Sendable {
  private final class Signals: Sendable {
    let received = Mutex<[ContinuousClock.Instant]>([])
  }

  private let signals: Signals
  // Safe, though the sources are not Sendable: made once in the initializer and never touched again; they only have to be
  // kept alive.
  private nonisolated(unsafe) let sources: [any DispatchSourceSignal]

  /// Takes over the signals for the rest of the process.
  ///
  /// - Parameter onFirst: called once, on a queue of its own.
  package init(onFirst: @escaping @Sendable () -> Void) {
    let signals = Signals()
    let queue = DispatchQueue(label: "scaleproof.signals")
    self.signals = signals
    sources = [SIGINT, SIGTERM, SIGQUIT, SIGHUP].compactMap { number in
      // The default action would end the process before the source is asked.
      let before = signal(number, SIG_IGN)
      // That is how `nohup` keeps a program running.
      if number == SIGHUP, unsafeBitCast(before, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self) { return nil }
      let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
      source.setEventHandler {
        let number = signals.received.withLock { received in
          received.append(.now)
          return received.count
        }
        if number == 1 { onFirst() } else { _exit(ExitStatus.interrupted.rawValue) }
      }
      source.activate()
      return source
    }
  }

  /// Whether a signal has come.
  package var requested: Bool { requestedAt != nil }

  /// When the first signal came.
  package var requestedAt: ContinuousClock.Instant? { signals.received.withLock { $0.first } }
}
