import Units

/// Over which time the objects of one name are known.
struct ResourceSight: Sendable, Equatable {
  /// When the first complete list was read; `nil` if there was none.
  var knownFrom: Duration?
  /// When something was last heard.
  var knownUntil: Duration
  /// Stretches in which changes may have been missed.
  var gaps: [InstantBounds]
}
