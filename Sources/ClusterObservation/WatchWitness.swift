import ClientRules
import Synchronization

/// What the task that reads a watch and the one that lists beside it know of each other.
final class WatchWitness: Sendable {
  private struct State {
    var progress = WatchProgress()
    var hasBegun = false
    /// Whether everything has to be read anew before a watch can go on.
    var isLost = false
    /// Lists that agree with what was told, with their revisions and run times of asking for them: the last one of which the
    /// watch has told all, and those after.
    var lists: [(revision: UInt64, sent: Duration)] = []
    /// The newest version that this watch told of; `nil` while it said nothing.
    var version: String?
    /// Ends the watch that is open.
    var end: (@Sendable () -> Void)?
    /// Why the watch was ended, since it was found silent.
    var silence: String?
    /// The version of a list from which the watch has to go on instead of what it brought.
    var restart: String?

    mutating func begin(from version: String, objects: [ListedObject], sent: Duration) {
      progress.began(from: version, objects: objects)
      lists = UInt64(version).map { [($0, sent)] } ?? []
    }

    /// A list that was asked for says up to when all had been written that the watch has told of since.
    var certain: Duration? {
      let told = progress.told ?? 0
      return (lists.last { $0.revision <= told } ?? lists.first)?.sent
    }
  }

  private let state = Mutex(State())

  /// Everything has to be read anew; until then no other list is told of, since the watch does not go on from it.
  func lose() { state.withLock { $0.isLost = true } }

  /// Whether a list beside the watch may be told of.
  var takesLists: Bool { state.withLock { $0.hasBegun && !$0.isLost } }

  func began(from version: String, objects: [ListedObject], sent: Duration) {
    state.withLock { state in
      state.begin(from: version, objects: objects, sent: sent)
      state.hasBegun = true
      state.isLost = false
      state.restart = nil
    }
  }

  /// The newest revision that was told of.
  var told: UInt64? { state.withLock { $0.progress.told } }

  /// Run time up to which everything was told; `nil` before the first list.
  var certain: Duration? { state.withLock(\.certain) }

  func opened(end: @escaping @Sendable () -> Void) {
    let isObsolete = state.withLock { state in
      state.version = nil
      state.silence = nil
      state.end = end
      return state.restart != nil
    }
    if isObsolete { end() }
  }

  /// - Returns: whether it is to be told of; not what an obsolete watch still brings.
  func brought(_ type: String, uid: String?, version: String?) -> Bool {
    state.withLock { state in
      guard state.restart == nil else { return false }
      state.progress.brought(type, uid: uid, version: version)
      if let version { state.version = version }
      return true
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

  /// What shows that a list comes from another store; `nil` where nothing does, or no list was read before.
  ///
  /// - Parameter sent: when the list was asked for.
  /// - Returns: with it since when what was told is in doubt.
  func otherStore(
    in objects: [ListedObject], listVersion: String, told: UInt64?, sent: Duration
  ) -> (difference: String, since: Duration)? {
    state.withLock { state in
      guard state.hasBegun else { return nil }
      if let difference = state.progress.otherStore(in: objects, listVersion: listVersion, told: told) {
        return (difference, state.certain ?? sent)
      }
      if let revision = UInt64(listVersion) {
        let told = state.progress.told ?? 0
        if let last = state.lists.lastIndex(where: { $0.revision <= told }) { state.lists.removeFirst(last) }
        state.lists.append((revision, sent))
      }
      return nil
    }
  }

  /// Has the watch go on from a list that was read beside it, and from nothing that it brought.
  func restart(from version: String, objects: [ListedObject], sent: Duration) {
    let end = state.withLock { state -> (@Sendable () -> Void)? in
      state.begin(from: version, objects: objects, sent: sent)
      state.restart = version
      state.isLost = false
      return state.end
    }
    end?()
  }

  /// The version of the list from which the watch has to go on; once.
  func takeRestart() -> String? {
    state.withLock { state in
      defer { state.restart = nil }
      return state.restart
    }
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
