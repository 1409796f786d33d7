import Units

/// Over which time the objects of one name are known.
package struct ResourceSight: Sendable, Equatable {
  /// When the first complete list was read; `nil` if there was none.
  package var knownFrom: Duration?
  /// When something was last heard.
  package var knownUntil: Duration
  /// Stretches in which changes may have been missed.
  package var gaps: [InstantBounds]
}
