/// A stretch of a run over which something may have been missed of a resource or of one object, and why.
package struct ObservationGap: Sendable, Equatable {
  /// From the last moment at which what is known was known for certain to the first at which it is so again.
  package let stretch: InstantBounds
  /// What the failed read said (`401: token expired`), or what shows that something was missed; `nil` where nothing tells.
  package let cause: String?

  package init(_ stretch: InstantBounds, cause: String? = nil) {
    self.stretch = stretch
    self.cause = cause
  }
}
