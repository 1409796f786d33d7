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
    /// Whether more is asked for than by the last list, which the next one shows.
    var isWidened = false
    /// Whether the watch that is open is to be opened anew, since it was not asked for all of that.
    var isOutgrown = false
    /// Objects that are followed though no selector takes them any more, with the labels by which they are found; `nil` where
    /// those are not known.
    var strays: [String: [String: String]?] = [:]

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
      state.isWidened = false
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
      state.isOutgrown = false
      return state.restart != nil
    }
    if isObsolete { end() }
  }

  /// - Parameter isFollowed: whether the object is one of those that are observed; of others only the version counts.
  /// - Returns: whether it is to be told of; not what an obsolete watch still brings.
  func brought(_ type: String, uid: String?, version: String?, isFollowed: Bool) -> Bool {
    state.withLock { state in
      guard state.restart == nil, !state.isOutgrown else { return false }
      state.progress.brought(isFollowed ? type : "BOOKMARK", uid: uid, version: version)
      if let version { state.version = version }
      return true
    }
  }

  /// Whether an object was told of, and not of its end.
  func follows(_ uid: String) -> Bool { state.withLock { $0.progress.knows(uid) } }

  /// The watch has ended: the newest version that it told of, why it was ended where it was silent, and whether it was ended
  /// since more is asked for.
  func closed() -> (version: String?, silence: String?, isOutgrown: Bool) {
    state.withLock { state in
      state.end = nil
      return (state.version, state.silence, state.isOutgrown)
    }
  }

  func lack(in objects: [ListedObject], listVersion: String) -> WatchProgress.Lack? {
    state.withLock { $0.progress.lack(in: objects, listVersion: listVersion) }
  }

  /// More is asked for from now on: the watch that is open is ended, and the next list is one that shows more.
  func outgrow() {
    let end = state.withLock { state -> (@Sendable () -> Void)? in
      state.isWidened = true
      state.isOutgrown = state.end != nil
      return state.end
    }
    end?()
  }

  /// Whether a list is to be read that shows more than those before.
  var isWidened: Bool { state.withLock { $0.isWidened && $0.hasBegun } }

  /// Takes in what a list shows that was not asked for before, once.
  ///
  /// - Returns: how many objects of it were there before, and since when they may have been; `nil` where there are none.
  func widen(by objects: [ListedObject], told: UInt64?) -> (count: Int, since: Duration?)? {
    state.withLock { state in
      guard state.isWidened else { return nil }
      state.isWidened = false
      let count = state.progress.widen(by: objects, told: told)
      return count == 0 ? nil : (count, state.certain)
    }
  }

  /// Labels of the objects that are followed though no selector takes them any more.
  var strays: [[String: String]?] {
    state.withLock { state in state.strays.keys.sorted().map { state.strays[$0] ?? nil } }
  }

  /// An object is there, and no selector takes it any more. One that changes its labels again is followed whatever they are.
  func stray(_ uid: String, labels: [String: String]?) {
    state.withLock { $0.strays[uid] = .some($0.strays[uid] == nil ? labels : nil) }
  }

  /// A stray is gone, or is taken by a selector again.
  ///
  /// - Returns: whether it was one.
  func settle(_ uid: String) -> Bool { state.withLock { $0.strays.removeValue(forKey: uid) != nil } }

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
