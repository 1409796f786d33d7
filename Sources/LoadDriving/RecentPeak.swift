/// The highest value of the last ten seconds, to a second.
struct RecentPeak {
  static let seconds = 10

  /// By second modulo the length; a second in which nothing was recorded counts with what it began with.
  private var peaks = [Int](repeating: 0, count: seconds)
  private var second = Int64.min

  /// - Parameter now: monotonic nanoseconds; what lies before the latest counts as that.
  mutating func record(_ value: Int, at now: Int64) {
    let current = now / 1_000_000_000
    if current > second { advance(to: current, with: value) }
    let place = Self.place(of: second)
    if value > peaks[place] { peaks[place] = value }
  }

  var value: Int { peaks.max() ?? 0 }

  private mutating func advance(to current: Int64, with value: Int) {
    let passed = second == .min ? Int64(Self.seconds) : min(current - second, Int64(Self.seconds))
    for number in 0..<passed { peaks[Self.place(of: current - number)] = value }
    second = current
  }

  private static func place(of second: Int64) -> Int {
    let length = Int64(seconds)
    return Int((second % length + length) % length)
  }
}
