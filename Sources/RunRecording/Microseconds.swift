extension Duration {
  /// Whole microseconds, rounded down: how a recording keeps instants.
  var wholeMicroseconds: Int64 {
    let (seconds, attoseconds) = components
    let (whole, rest) = attoseconds.quotientAndRemainder(dividingBy: 1_000_000_000_000)
    return seconds * 1_000_000 + whole - (rest < 0 ? 1 : 0)
  }

  /// Whole microseconds, rounded up, for upper bounds.
  var wholeMicrosecondsUp: Int64 { -(Duration.zero - self).wholeMicroseconds }
}
