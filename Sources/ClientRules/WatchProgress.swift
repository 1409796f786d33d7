/// What the watch of one resource has brought, to be held against what lists beside it show.
///
/// A watch whose connection has died without a word looks like one of a quiet cluster; only a list tells them apart. A
/// value without a clock or a socket.
package struct WatchProgress: Sendable, Equatable {
  /// What a list shows and the watch has not brought.
  package struct Lack: Sendable, Equatable {
    /// The newest version among the objects of the list, where it is newer than all that the watch told of.
    package var version: UInt64?
    /// Objects that the list no longer shows, and of whose end the watch said nothing.
    package var gone: Set<String> = []

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

  /// The newest version that the watch told of, or that it began from.
  private var newest: UInt64?
  /// Objects that exist as far as the watch tells, each with its newest version.
  private var present: [String: UInt64] = [:]

  package init() {}

  /// A list was read from which a watch goes on.
  package mutating func began(from version: String, objects: [ListedObject]) {
    newest = UInt64(version)
    present = [:]
    for object in objects { present[object.uid] = object.version ?? 0 }
  }

  /// The watch brought an event or a bookmark.
  package mutating func brought(_ type: String, uid: String?, version: String?) {
    let number = version.flatMap { UInt64($0) }
    if let number { newest = max(newest ?? number, number) }
    guard let uid, type != "BOOKMARK" else { return }
    if type == "DELETED" { present[uid] = nil } else { present[uid] = number ?? present[uid] ?? 0 }
  }

  /// What a list beside the watch shows that the watch has not brought; `nil` when they agree, or cannot be compared.
  package func lack(in objects: [ListedObject], listVersion: String) -> Lack? {
    var lack = Lack()
    if let newest, let shown = objects.compactMap(\.version).max(), shown > newest { lack.version = shown }
    let listed = Set(objects.map(\.uid))
    if let listVersion = UInt64(listVersion) {
      // What came to be after the list is no lack.
      lack.gone = Set(present.filter { $0.value <= listVersion && !listed.contains($0.key) }.keys)
    }
    return lack.version == nil && lack.gone.isEmpty ? nil : lack
  }

  /// Whether the watch has still not brought it.
  package func stillLacks(_ lack: Lack) -> Bool {
    let isBehind = lack.version.flatMap { version in newest.map { $0 < version } } ?? false
    return isBehind || lack.gone.contains { present[$0] != nil }
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
