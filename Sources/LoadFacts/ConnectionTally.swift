/// What became of the connections to one address in one stretch of the run.
@dynamicMemberLookup
package struct ConnectionTally: MergeableFact {
  package var start: Duration
  package var end: Duration
  /// The address that was connected to: `192.0.2.7:443`, `[2001:db8::7]:443`.
  package var address: String
  /// Which process saw it, see ``LoadSnapshot``.
  package var source: String
  package var count: ConnectionCount

  package init(start: Duration, end: Duration, address: String, source: String = "", _ count: ConnectionCount) {
    self.start = start
    self.end = end
    self.address = address
    self.source = source
    self.count = count
  }

  package subscript<Value>(dynamicMember member: KeyPath<ConnectionCount, Value>) -> Value { count[keyPath: member] }

  package var key: FactKey { FactKey(start: start, subject: address, source: source) }

  package mutating func merge(_ other: ConnectionTally) {
    end = max(end, other.end)
    count.merge(other.count)
  }
}
