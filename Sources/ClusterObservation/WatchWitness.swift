import ClientRules
import Synchronization

/// What the task that reads a watch and the one that lists beside it know of each other.
final class WatchWitness: Sendable {
  private struct State {
    var progress = WatchProgress()
    var hasBegun = false
    /// The newest version that this watch told of; `nil` while it said nothing.
    var version: String?
    /// Ends the watch that is open.
    var end: (@Sendable () -> Void)?
    /// Why the watch was ended, since it was found silent.
    var silence: String?
  }

  private let state = Mutex(State())

  func began(from version: String, objects: [ListedObject]) {
    state.withLock { state in
      state.progress.began(from: version, objects: objects)
      state.hasBegun = true
    }
  }

  /// Whether the first list was read.
  var hasBegun: Bool { state.withLock(\.hasBegun) }

  func opened(end: @escaping @Sendable () -> Void) {
    state.withLock { state in
      state.version = nil
      state.silence = nil
      state.end = end
    }
  }

  func brought(_ type: String, uid: String?, version: String?) {
    state.withLock { state in
      state.progress.brought(type, uid: uid, version: version)
      if let version { state.version = version }
    }
  }

  /// The watch has ended: the newest version that it told of, and why it was ended where it was silent.
  func closed() -> (version: String?, silence: String?) {
    state.withLock { state in
      state.end = nil
      return (state.version, state.silence)
    }
  }

  func lack(in objects: [ListedObject], listVersion: String) -> WatchProgress.Lack? {
    state.withLock { $0.progress.lack(in: objects, listVersion: listVersion) }
  }

  /// Ends the watch that is open if it has still not brought what a list showed.
  func endIfSilent(_ lack: WatchProgress.Lack, because reason: String) {
    let end = state.withLock { state -> (@Sendable () -> Void)? in
      guard state.end != nil, state.progress.stillLacks(lack) else { return nil }
      state.silence = reason
      return state.end
    }
    end?()
  }
}
