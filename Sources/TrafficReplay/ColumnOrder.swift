/// What stood where lines have their status, so that another order of columns is refused and not misread: a count of
/// bytes may well look like a status in one line, but not in all of them.
struct ColumnOrder: Sendable {
  private var lines = 0
  /// No status at all in its place.
  private var without = 0
  /// A number of three digits that is no usual status.
  private var unusual = 0
  /// Of those, lines whose next column has a usual one.
  private var displaced = 0

  mutating func add(_ status: LoggedStatus, next: LoggedStatus) {
    lines += 1
    switch status {
    case .known, .none: break
    case .noStatus: without += 1
    case .unusual:
      unusual += 1
      if case .known = next { displaced += 1 }
    }
  }

  /// Whether the column after the request is that of something else.
  var isOther: Bool {
    // One line in twenty may be torn, and a server may have a status of its own.
    (without + displaced) * 20 > lines || unusual * 2 > lines
  }

  var suspicious: Int { without + unusual }
  var all: Int { lines }
}
