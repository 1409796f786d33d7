import Statistics
import Testing

@Suite("Latencies that are known from below")
struct CensoredLatencyTests {
  /// So many of 100 us, so many that had waited 5 s, and so many of which nothing is known.
  private func latencies(known: Int, waited: Int = 0, unmeasured: Int = 0, untold: Int = 0) -> CensoredLatency {
    var latency = CensoredLatency()
    latency.known.record(microseconds: 100, times: known)
    latency.waited.record(microseconds: 5_000_000, times: waited)
    latency.censored = waited + unmeasured
    latency.untold = untold
    return latency
  }

  @Test("Where all are known both ends are the quantile")
  func known() {
    let latency = latencies(known: 100)

    #expect(latency.lowest(0.99) == .microseconds(100) && latency.highest(0.99) == .microseconds(100))
  }

  @Test("A quantile among the unanswered has a lowest value and no highest", arguments: [(1, true), (2, false)])
  func unanswered(waited: Int, isBounded: Bool) {
    let latency = latencies(known: 100 - waited, waited: waited)

    #expect(latency.highest(0.99) == (isBounded ? .microseconds(100) : nil))
    #expect((latency.lowest(0.99) ?? .zero > .seconds(4)) == !isBounded)
  }

  @Test("Of what nothing is known, the lowest value takes the best and the highest the worst")
  func untold() {
    let latency = latencies(known: 97, waited: 1, untold: 2)

    #expect(latency.count == 100)
    #expect(latency.lowest(0.98) == .microseconds(100))
    #expect(latency.highest(0.97) == .microseconds(100) && latency.highest(0.98) == nil)
    #expect(latencies(known: 1, unmeasured: 9).lowest(0.5) == .zero)
  }

  @Test("Nothing has no quantile, and many values recorded at once are those recorded one by one")
  func edges() {
    var many = LatencyHistogram()
    var single = LatencyHistogram()
    many.record(microseconds: 1234, times: 5)
    many.record(microseconds: 9, times: 0)
    for _ in 0..<5 { single.record(microseconds: 1234) }

    #expect(CensoredLatency().lowest(0.99) == nil && CensoredLatency().highest(0.99) == nil)
    #expect(many == single && many.mean == single.mean && many.maximum == single.maximum)
  }
}
