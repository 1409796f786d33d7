import Arrivals
import Testing
import Units

@Suite("Intervals in which requests are counted")
struct CountingIntervalsTests {
  private func bounds(_ intervals: CountingIntervals, _ numbers: Range<Int>) -> [Range<Duration>] {
    numbers.map(intervals.bounds(of:))
  }

  @Test("without edges they follow each other in the wanted length")
  func plain() {
    let intervals = CountingIntervals(length: .seconds(1))
    #expect(
      bounds(intervals, 0..<3) == [.zero..<(.seconds(1)), .seconds(1)..<(.seconds(2)), .seconds(2)..<(.seconds(3))])
    #expect(intervals.number(at: 1_999_999_999) == 1 && intervals.number(at: 2_000_000_000) == 2)
    #expect(intervals.number(at: -5) == 0)
  }

  @Test(
    "they end at every edge, and between two edges are of equal length, at least the wanted one where there is room")
  func edges() {
    let edges = [36, 108, 72, 109].map { Duration.seconds($0) }
    let intervals = CountingIntervals(edges: edges, length: .seconds(15))
    #expect(
      bounds(intervals, 0..<10).map(\.lowerBound)
        == [0, 18, 36, 54, 72, 90, 108, 109, 124, 139].map { Duration.seconds($0) })
  }

  @Test(
    "each instant belongs to the one interval that holds it, in run time as on the wall, whatever the phases and the scale",
    arguments: 1...50)
  func partition(seed: UInt64) {
    var random = SplitMix64(seed: seed)
    func next(_ range: ClosedRange<Int64>) -> Int64 {
      range.lowerBound + Int64(random.next() % UInt64(range.upperBound - range.lowerBound + 1))
    }
    let scale = [1, 3, 7, 20, 60, 333.3][Int(next(0...5))]
    var edges: [Duration] = []
    for _ in 0..<next(0...8) { edges.append(.milliseconds(next(1...200_000))) }
    let run = CountingIntervals(edges: edges, length: .milliseconds(next(20...20_000)))
    let wall = run.onTheWall(timeScale: scale)

    for intervals in [run, wall] {
      for number in 0..<200 {
        let (start, end) = (intervals.start(of: number), intervals.start(of: number + 1))
        #expect(start <= end && (number > 0 || start == 0))
        guard start < end else { continue }
        #expect(intervals.number(at: start) == number && intervals.number(at: end - 1) == number)
      }
    }
    for edge in edges {
      #expect(run.bounds(of: run.number(at: edge.nanoseconds)).lowerBound == edge)
      let number = run.number(at: edge.nanoseconds)
      #expect(wall.start(of: number) == edge.onTheWall(timeScale: scale).nanoseconds)
    }
  }

  @Test("a year of seconds is found as fast, and as exactly, as a minute")
  func year() {
    let end = Duration.seconds(366 * 86_400)
    let intervals = CountingIntervals(edges: [end], length: .seconds(1))
    #expect(intervals.bounds(of: 31_000_000) == .seconds(31_000_000)..<(.seconds(31_000_001)))
    #expect(intervals.number(at: end.nanoseconds) == 366 * 86_400)
  }
}
