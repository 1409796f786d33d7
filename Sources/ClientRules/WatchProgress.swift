/// What the watch of one resource has brought, to be held against what lists beside it show.
///
/// A watch whose connection has died without a word looks like one of a quiet cluster; only a list tells them apart. A
/// value without a clock or a socket.
package struct WatchProgress: Sendable, Equatable {
  /// What a list shows and the watch has not brought.
  package struct Lack: Sendable, Equatable {
    /// The newest version among the objects of the list, where it is newer than all that the watch told of.
    package var version: UInt64?
    /// Objects that the list no longer shows, and of whose end the watch said nothing, each with the version that it told
    /// of last.
    package var gone: [String: UInt64] = [:]

    /// What is told of a watch that is ended for it.
    ///
    /// - Parameters:
    ///   - plural: the resource.
    ///   - listed: when the list came in, for people.
    package func silence(of plural: String, listed: String) -> String {
      let shown = version.map { "version \($0)" } ?? "the end of \(gone.count) objects"
      return "the watch of \(plural) was silent: it did not bring \(shown), which the list of \(listed) shows; "
        + "it was opened anew"
    }
  }

  /// The newest revision that the watch told of, or that it began from; `nil` where none is a number. To be kept when a list
  /// is asked for.
  package private(set) var told: UInt64?
  /// Objects that exist as far as the watch tells, each with its newest version.
  private var present: [String: UInt64] = [:]
  /// Objects whose end the watch told of, each with the version of that.
  private var ended: [String: UInt64] = [:]
  /// Objects of whose end the watch has not told, each with the revision of the first list that did not show it.
  private var missing: [String: UInt64] = [:]

  package init() {}

  /// A list was read from which a watch goes on.
  package mutating func began(from version: String, objects: [ListedObject]) {
    told = UInt64(version)
    present = [:]
    ended = [:]
    missing = [:]
    for object in objects { present[object.uid] = object.version ?? 0 }
  }

  /// The watch brought an event or a bookmark.
  package mutating func brought(_ type: String, uid: String?, version: String?) {
    let number = version.flatMap { UInt64($0) }
    if let number { told = max(told ?? number, number) }
    guard let uid, type != "BOOKMARK" else { return }
    if type == "DELETED" {
      present[uid] = nil
      ended[uid] = number
    } else {
      present[uid] = number ?? present[uid] ?? 0
    }
  }

  /// Whether an object exists as far as the watch tells.
  package func knows(_ uid: String) -> Bool { present[uid] != nil }

  /// Takes in what a list shows that was not asked for before, though it was there.
  ///
  /// - Parameter told: the newest revision that had been told of when the list was asked for.
  /// - Returns: how many objects of the list there are.
  package mutating func widen(by objects: [ListedObject], told: UInt64?) -> Int {
    var count = 0
    for object in objects where present[object.uid] == nil && ended[object.uid] == nil {
      guard let told, let version = object.version, version <= told else { continue }
      present[object.uid] = version
      count += 1
    }
    return count
  }

  /// What shows that a list comes from another store than what was told before: another server, or one that was put back to
  /// an earlier state, or that the watch has lost changes. `nil` where nothing does.
  ///
  /// A list shows the newest state, so that the store cannot have been ahead of it when it was asked for. What it shows in a
  /// version up to which all had been told was among that, no object goes back to an earlier version, and the end of an
  /// object is told with what else happened by then.
  ///
  /// - Parameter told: the newest revision that had been told of when the list was asked for.
  package mutating func otherStore(in objects: [ListedObject], listVersion: String, told: UInt64?) -> String? {
    guard let list = UInt64(listVersion), let told else { return nil }
    if list < told { return "its list is of revision \(list), though it had told of \(told)" }
    for object in objects {
      guard let version = object.version else { continue }
      let known = present[object.uid]
      if let known, version < known, known <= list {
        return "an object went back from version \(known) to \(version)"
      }
      if version <= told, (known ?? 0) < version, ended[object.uid] == nil {
        return "an object has version \(version), of which it had not told though it had told of \(told)"
      }
    }
    let listed = Set(objects.map(\.uid))
    var stillMissing: [String: UInt64] = [:]
    for (uid, version) in present where version <= list && !listed.contains(uid) {
      let since = missing[uid] ?? list
      if since <= told {
        return "an object was gone by revision \(since), of which it had not told though it had told of \(told)"
      }
      stillMissing[uid] = since
    }
    missing = stillMissing
    // Lists that are asked for from now on do not show them any more.
    ended = ended.filter { $0.value > list }
    return nil
  }

  /// Whether a watch that goes on from a version may bring another: each event is newer, and no bookmark is older.
  package static func follows(_ type: String, version: String?, from start: String) -> Bool {
    guard let start = UInt64(start), let number = version.flatMap({ UInt64($0) }) else { return true }
    return type == "BOOKMARK" ? number >= start : number > start
  }

  /// What a list beside the watch shows that the watch has not brought; `nil` when they agree, or cannot be compared.
  package func lack(in objects: [ListedObject], listVersion: String) -> Lack? {
    var lack = Lack()
    if let told, let shown = objects.compactMap(\.version).max(), shown > told { lack.version = shown }
    let listed = Set(objects.map(\.uid))
    if let listVersion = UInt64(listVersion) {
      // What came to be after the list is no lack.
      lack.gone = present.filter { $0.value <= listVersion && !listed.contains($0.key) }
    }
    return lack.version == nil && lack.gone.isEmpty ? nil : lack
  }

  /// Whether the watch has still not brought it.
  package func stillLacks(_ lack: Lack) -> Bool {
    let isBehind = lack.version.flatMap { version in told.map { $0 < version } } ?? false
    // What is told of an object since says why it was not listed: no selector took it any more.
    return isBehind || lack.gone.contains { present[$0.key] == $0.value }
  }
}

/// An object of a list, by what a watch can be held against.
package struct ListedObject: Sendable, Equatable {
  package let uid: String
  package let version: UInt64?

  package init(uid: String, version: UInt64?) {
    self.uid = uid
    self.version = version
  }
}
