import Testing

@testable import LoadGeneration

@Suite("How fast connections are added")
struct OpeningPaceTests {
  @Test("requests that were noticed in time get theirs at once, late ones one in two milliseconds")
  func pace() {
    var pace = OpeningPace()
    var opened = 0
    for now in stride(from: Int64(0), to: 1_000_000_000, by: 100_000) where now >= pace.instant(forLate: true) {
      pace.opened(forLate: true, at: now)
      opened += 1
      #expect(pace.instant(forLate: false) < now)
      pace.opened(forLate: false, at: now)
    }
    #expect(opened == 500)
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
