import Units

/// The newest revisions of the store that were heard of on a resource, to be held against the lists that come later.
struct HeardRevisions: Sendable {
  private struct Word: Sendable {
    var revision: UInt64
    var received: Duration
  }

  /// In the order of hearing: the newest before the last list was asked for, and what came since.
  private var words: [Word] = []

  mutating func hear(_ observation: Observation) {
    guard let revision = Revision.number(observation.resourceVersion) else { return }
    if let last = words.last, last.revision >= revision { return }
    words.append(Word(revision: revision, received: observation.received))
  }

  /// Takes the end of a list.
  ///
  /// - Returns: whether it is older than what had been heard of when it was asked for, as no list of the same store is.
  mutating func goesBack(with list: Observation) -> Bool {
    guard let revision = Revision.number(list.resourceVersion) else { return false }
    let before = words.filter { $0.received < list.sent }.map(\.revision).max()
    let isBack = before.map { revision < $0 } ?? false
    words = isBack ? [] : words.filter { $0.received >= list.sent || $0.revision == before }
    hear(list)
    return isBack
  }
}
