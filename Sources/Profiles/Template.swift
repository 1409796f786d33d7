/// A text with places that are filled in for each request, compiled once.
package struct Template: Sendable, Equatable {
  package enum Piece: Sendable, Equatable {
    case literal(String)
    /// `{{int LOW HIGH}}`: a whole number, both ends included.
    case integer(ClosedRange<Int>)
    /// `{{uuid}}`
    case uuid
    /// `{{seq}}`: the number of the request in the run, from 0.
    case sequence
    /// `{{env NAME}}`: read once when the run starts; never recorded.
    case environment(String)
  }

  package var pieces: [Piece]

  package init(pieces: [Piece]) {
    self.pieces = pieces
  }
}
