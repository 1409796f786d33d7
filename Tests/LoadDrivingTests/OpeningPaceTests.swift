import Foundation
import Testing

@testable import LoadDriving

@Suite("How fast connections are added")
struct OpeningPaceTests {
  @Test(
    "requests that were noticed in time get theirs at once; late ones make connections grow by the factor e in a second"
  )
  func pace() {
    var pace = OpeningPace()
    var connections = OpeningPace.least
    for millisecond in 0..<5000 {
      let now = Int64(millisecond) * 1_000_000
      while now >= pace.instant(forLate: true) {
        connections += 1
        pace.added(forLate: true, at: now, connections: connections)
      }
      #expect(Double(connections - 1) <= Double(OpeningPace.least) * exp(Double(millisecond) / 1000) + 1)
      pace.added(forLate: false, at: now, connections: connections)
      #expect(pace.instant(forLate: false) <= now)
    }
    #expect(connections > 1000, "it is bounded, but not stopped")
  }

  @Test("the peak of ten seconds is forgotten in the eleventh, also when nothing was recorded in between")
  func peak() {
    var peak = RecentPeak()
    let second: Int64 = 1_000_000_000
    peak.record(70, at: 100 * second)
    peak.record(3, at: 101 * second)
    #expect(peak.value == 70)
    peak.record(2, at: 109 * second + second / 2)
    #expect(peak.value == 70)
    peak.record(2, at: 110 * second)
    #expect(peak.value == 3)
    peak.record(1, at: 500 * second)
    #expect(peak.value == 1)
    peak.record(5, at: 499 * second)
    #expect(peak.value == 5, "a clock that was read a little earlier")
  }
}
