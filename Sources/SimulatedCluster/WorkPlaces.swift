/// The places of an application that works on so many requests at once, and the requests that wait for one, in their order.
///
/// All times are seconds on the wall, and never earlier than those of the calls before.
struct WorkPlaces: Sendable {
  /// One use of the CPU by a request that a place was found for.
  private struct Burst {
    let start: Double
    let end: Double
    let cost: Double
  }

  /// When each place is free again, the earliest first.
  private var free: [Double]
  /// When requests began or will, in their order; those before ``firstWaiting`` have begun.
  private var starts: [Double] = []
  private var firstWaiting = 0
  /// Uses of the CPU, in their order; those before ``firstBurst`` are over.
  private var bursts: [Burst] = []
  private var firstBurst = 0

  /// - Parameter count: at least 1.
  init(count: Int, at now: Double) {
    free = Array(repeating: now, count: max(count, 1))
  }

  /// There are so many places from now on: new ones are free, and those that are too many go as they become free. What waits
  /// keeps its turn.
  ///
  /// - Parameter count: at least 1.
  mutating func become(_ count: Int, at now: Double) {
    let count = max(count, 1)
    if count < free.count {
      free.removeFirst(free.count - count)
    } else {
      let fresh = Array(repeating: now, count: count - free.count)
      free.insert(contentsOf: fresh, at: free.firstIndex { $0 > now } ?? free.endIndex)
    }
  }

  /// Takes requests that were begun when there was no limit of places, and that the CPU works off one after the other.
  ///
  /// - Parameters:
  ///   - turn: how long the CPU works at each.
  ///   - cost: CPU seconds of each.
  mutating func takeOver(_ requests: Int, turn: Double, cost: Double, at now: Double) {
    for index in 0..<requests {
      let begins = now + turn * Double(index)
      take(at: now, start: start(at: now), cpu: (begins, begins + turn), cost: cost, until: begins + turn)
    }
  }

  /// When a request that comes now gets a place.
  func start(at now: Double) -> Double { max(now, free[0]) }

  /// Requests that wait for a place.
  func waiting(at now: Double) -> Int {
    var index = firstWaiting
    while index < starts.count, starts[index] <= now { index += 1 }
    return starts.count - index
  }

  /// A request takes the place that is free first.
  ///
  /// - Parameters:
  ///   - cpu: from when to when the CPU works at it.
  ///   - cost: CPU seconds.
  ///   - end: when the place is free again.
  mutating func take(at now: Double, start: Double, cpu: (start: Double, end: Double), cost: Double, until end: Double)
  {
    while firstWaiting < starts.count, starts[firstWaiting] <= now { firstWaiting += 1 }
    while firstBurst < bursts.count, bursts[firstBurst].end <= now { firstBurst += 1 }
    Self.drop(&firstWaiting, of: &starts)
    Self.drop(&firstBurst, of: &bursts)
    if start > now { starts.append(start) }
    bursts.append(Burst(start: cpu.start, end: cpu.end, cost: cost))
    free.removeFirst()
    free.insert(end, at: free.firstIndex { $0 > end } ?? free.endIndex)
  }

  /// CPU seconds that are still to come of what was taken.
  func remaining(at now: Double) -> Double {
    bursts[firstBurst...].reduce(0) { sum, burst in
      guard burst.end > now else { return sum }
      let length = burst.end - burst.start
      return sum + burst.cost * (length > 0 ? min(1, (burst.end - now) / length) : 0)
    }
  }

  /// Gives up what is over, once it is the greater part.
  private static func drop<Element>(_ over: inout Int, of list: inout [Element]) {
    guard over > 32, over * 2 > list.count else { return }
    list.removeFirst(over)
    over = 0
  }
}
