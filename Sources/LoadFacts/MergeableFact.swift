/// What tells facts of one kind apart, and their order: those with one key are parts of one fact.
package struct FactKey: Sendable, Hashable, Comparable {
  /// Where the stretch of run time begins that the fact is about.
  package var start: Duration
  /// Of what it is told: a route, an address; empty where there is only one thing to tell of.
  package var subject: String
  /// Which process saw it, see ``LoadSnapshot``.
  package var source: String

  package init(start: Duration, subject: String = "", source: String) {
    self.start = start
    self.subject = subject
    self.source = source
  }

  package static func < (left: FactKey, right: FactKey) -> Bool {
    (left.start, left.subject, left.source) < (right.start, right.subject, right.source)
  }
}

/// A fact of which parts are told one by one, in any order, and that adds up.
package protocol MergeableFact: Sendable, Equatable {
  var key: FactKey { get }
  /// Adds another part of the fact. The sum is the same, to the bit, in whatever order and groups parts are added.
  mutating func merge(_ other: Self)
}

extension Array where Element: MergeableFact {
  /// Adds facts to those of the same key, and keeps one of each key, in order.
  ///
  /// What the array holds has to be so already.
  mutating func merge(_ others: some Sequence<Element>) {
    var places = Dictionary(uniqueKeysWithValues: zip(lazy.map { $0.key }, indices))
    for other in others {
      if let place = places[other.key] {
        self[place].merge(other)
      } else {
        places[other.key] = count
        append(other)
      }
    }
    sort { $0.key < $1.key }
  }
}
