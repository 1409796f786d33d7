import Units

/// When complete lists of a resource were read, by the revision of the store that each of them shows.
///
/// The resource version of a list is the revision of the store as it was read, and not that of one of its objects
/// (Kubernetes API concepts, "Resource versions"; staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go, `GetList`). So what
/// has a lower number had been written when the list was received, whether the list shows it or not, and what has a higher
/// one was written after the list had been asked for. That holds for what a watch brings late as well, and for a list that
/// came in parts, which all show the revision of the first: it was asked for with that one, and read with the last.
struct ReadLists: Sendable {
  private struct List: Sendable {
    var revision: UInt64
    var sent: Duration
    var received: Duration
  }

  /// In the order of reading, which is that of their revisions.
  private var lists: [List] = []

  /// Takes the next list. One of a lower revision than the list before comes from another store, as after a restore, and
  /// nothing that was read before says anything about it.
  mutating func add(revision: UInt64, sent: Duration, received: Duration) {
    if let last = lists.last, revision < last.revision { lists = [] }
    lists.append(List(revision: revision, sent: sent, received: received))
  }

  /// When a list had been read that the write of a revision is in; `nil` if there was none yet.
  func read(with revision: UInt64) -> Duration? {
    let index = count(below: revision)
    return index < lists.count ? lists[index].received : nil
  }

  /// When the last list was asked for that the write of a revision is not in; `nil` if there was none.
  func sent(before revision: UInt64) -> Duration? {
    let index = count(below: revision)
    return index > 0 ? lists[index - 1].sent : nil
  }

  /// Whether no list was read that bears a revision.
  var isEmpty: Bool { lists.isEmpty }

  private func count(below revision: UInt64) -> Int {
    // What is asked for is nearly always younger than all but the last lists.
    var index = lists.count
    while index > 0, lists[index - 1].revision >= revision { index -= 1 }
    return index
  }
}
