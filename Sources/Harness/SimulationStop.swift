import Glibc
import Synchronization

/// Ends a simulation at the first signal, and says in one line what was going on and what is kept.
///
/// Unlike a run on the wall clock, a simulation that is cut off costs nothing to make again, so that nothing of it is judged.
final class SimulationStop: Sendable {
  private final class Standing: Sendable {
    let text: Mutex<String>

    init(_ text: String) { self.text = Mutex(text) }
  }

  private let standing: Standing
  private let interruption: Interruption

  /// Takes over the signals.
  ///
  /// - Parameter text: what is going on, and what is kept of it.
  init(_ text: String) {
    let standing = Standing(text)
    self.standing = standing
    interruption = Interruption {
      StandardOutput.complain("interrupted: " + standing.text.withLock { $0 })
      // Other threads are at work, so the process does not take down what they use first.
      _exit(ExitStatus.interrupted.rawValue)
    }
  }

  /// Something else goes on from now.
  func now(_ text: String) { standing.text.withLock { $0 = text } }

  /// The recording of a run that is over is being written.
  func nowWriting(_ recording: String) { now("the recording was being written: \(recording) is not whole") }

  /// The reports of a recording that is whole are being written.
  func nowReporting(_ recording: String) {
    now("\(recording) is kept whole, and its reports may be missing: scaleproof report \(recording) makes them")
  }
}
