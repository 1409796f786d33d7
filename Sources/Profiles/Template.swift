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
    /// `{{csv FEED.COLUMN}}`: all columns of one feed in one request come from one row.
    case column(feed: String, column: String)
    /// `{{time}}`: when the request is made.
    case time(TimeFormat)
  }

  package enum TimeFormat: String, Sendable, Equatable, CaseIterable {
    /// `{{time}}`: UTC with milliseconds, as in `2026-03-01T12:00:00.250Z`.
    case rfc3339
    /// `{{time unix}}`: whole seconds since 1970.
    case unix
    /// `{{time unixMs}}`: whole milliseconds since 1970.
    case unixMilliseconds = "unixMs"
  }

  package var pieces: [Piece]
  /// Where the profile has it, for messages.
  package var place: FieldPlace?

  package init(pieces: [Piece], place: FieldPlace? = nil) {
    self.pieces = pieces
    self.place = place
  }
}
