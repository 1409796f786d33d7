import RunTimeline
import Units

extension Duration {
  /// An instant of run time to the nearest second, as what was planned for it is written: `03:05`, from one hour on `1:02:03`.
  var clock: String {
    let whole = Int(seconds.rounded())
    return Self.clock(whole: Swift.max(whole, 0))
  }

  /// The same to a tenth of a second: `03:05.4`.
  var preciseClock: String {
    let tenths = Swift.max(Int((seconds * 10).rounded()), 0)
    let text = Self.clock(whole: tenths / 10)
    return tenths % 10 == 0 ? text : "\(text).\(tenths % 10)"
  }

  private static func clock(whole: Int) -> String {
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : String(number) }
    let (hours, minutes, seconds) = (whole / 3600, whole / 60 % 60, whole % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(seconds))" : "\(two(minutes)):\(two(seconds))"
  }
}

extension InstantBounds {
  /// The bounds as clock times, one where both print alike: `03:05.4`, `03:05.4 - 03:06`.
  var clock: String {
    let (from, to) = (earliest.preciseClock, latest.preciseClock)
    return from == to ? from : "\(from) - \(to)"
  }

  var middle: Duration { earliest + (latest - earliest) / 2 }
}

extension Timeline {
  /// Until when charts are drawn: the last thing that was recorded, and never nothing.
  var span: Duration { Swift.max(lastInstant, .seconds(1)) }

  /// Wall time behind a length of run time.
  func wallSeconds(_ length: Duration) -> Double {
    length.seconds / (run.timeScale > 0 ? run.timeScale : 1)
  }
}
