/// The highest value of the last ten seconds, to a second.
struct RecentPeak {
  static let seconds = 10
  private static let nanoseconds: Int64 = 1_000_000_000

  /// By second modulo the length; a second in which nothing was recorded counts with what it began with.
  private var peaks = [Int](repeating: 0, count: seconds)
  /// Number of the latest second, and where it ends.
  private var second = Int64.min
  private var end = Int64.min
  private(set) var value = 0

  /// - Parameter now: monotonic nanoseconds; what lies before the latest counts as that.
  mutating func record(_ value: Int, at now: Int64) {
    if now >= end { advance(to: now / Self.nanoseconds, with: value) }
    let place = Self.place(of: second)
    if value > peaks[place] { peaks[place] = value }
    if value > self.value { self.value = value }
  }

  private mutating func advance(to current: Int64, with value: Int) {
    if current > second {
      let passed = second == .min ? Int64(Self.seconds) : min(current - second, Int64(Self.seconds))
      for number in 0..<passed { peaks[Self.place(of: current - number)] = value }
      second = current
    }
    end = (second + 1) * Self.nanoseconds
    self.value = peaks.max() ?? 0
  }

  private static func place(of second: Int64) -> Int {
    let length = Int64(seconds)
    return Int((second % length + length) % length)
  }
}
