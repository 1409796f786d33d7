/// A point of the run: `surge.start`, `surge + 120s`, `release.end`, `30s`.
package struct Moment: Sendable, Equatable {
  package enum Anchor: Sendable, Equatable {
    case runStart
    case phaseStart(String)
    case phaseEnd(String)
    case actionStart(String)
    case actionEnd(String)
  }

  package var anchor: Anchor
  package var offset: Duration

  package init(_ anchor: Anchor, offset: Duration = .zero) {
    self.anchor = anchor
    self.offset = offset
  }
}
