import Units

/// What is kept of an object beside its versions while its history is put together.
struct ObjectTrack: Sendable {
  /// The resource versions of all versions.
  private(set) var revisions: [String?] = []
  /// Until when the newest version was known to hold.
  var heldUntil: Duration
  var received: Duration
  var isGone = false
  /// All versions are of a store that another one has taken the place of, or may be so.
  private(set) var isOfStoreBefore = false
  /// It was deleted in that.
  private(set) var wasGone = false
  let appeared: InstantBounds

  init(heldUntil: Duration, received: Duration, appeared: InstantBounds) {
    self.heldUntil = heldUntil
    self.received = received
    self.appeared = appeared
  }

  /// The resource version of the newest version.
  var newest: String? { revisions.last ?? nil }

  /// How a resource version stands to that of the newest version.
  func order(_ version: String?) -> Revision.Order {
    isOfStoreBefore && version != newest ? .newer : Revision.order(version, newest)
  }

  mutating func add(_ version: String?) {
    // Nothing of the new store comes before what is of the old one.
    if isOfStoreBefore { revisions = revisions.map { _ in nil } }
    isOfStoreBefore = false
    wasGone = false
    revisions.append(version)
  }

  /// Adds a version that came in after a newer one.
  mutating func insert(_ version: String?, at index: Int) { revisions.insert(version, at: index) }

  /// What comes from now on is of another store: no version of it can be compared with those before.
  ///
  /// - Parameter wasDeleted: whether the newest version is its end.
  mutating func leaveStore(wasDeleted: Bool) {
    isOfStoreBefore = true
    // A store that was put back to an earlier state may hold again what had been deleted.
    isGone = false
    wasGone = wasDeleted
  }

  /// A list shows the newest version.
  mutating func hold(since sent: Duration) {
    isOfStoreBefore = false
    isGone = wasGone
    heldUntil = max(heldUntil, sent)
  }
}
