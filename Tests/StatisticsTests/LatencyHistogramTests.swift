import Histogram
import Statistics
import Testing

@Suite("Latency histogram")
struct LatencyHistogramTests {
  /// Latencies over the whole range, as many short ones as long ones.
  private func randomLatencies(_ count: Int, seed: UInt64) -> [Int] {
    var random = SeededGenerator(state: seed)
    return (0..<count).map { _ in
      let octave = Int.random(in: 0...31, using: &random)
      return min(Int.random(in: (1 << octave)...(2 << octave), using: &random), 3_600_000_000)
    }
  }

  private func histogram(_ values: [Int]) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    for value in values { histogram.record(microseconds: value) }
    return histogram
  }

  @Test("every value lies in a bucket that is at most 1/128 of it wide")
  func bucketWidth() throws {
    for value in [0, 1, 255, 256, 257, 511, 512, 99_999, 1_000_000, 3_599_999_999, 3_600_000_000] {
      let bucket = try #require(histogram([value]).buckets().first)
      #expect(bucket.bounds.contains(.microseconds(value)))
      let width = (bucket.bounds.upperBound - bucket.bounds.lowerBound) / .microseconds(1)
      #expect(width <= Double(value) / 128, "value \(value)")
    }
  }

  @Test("buckets follow one another without gap or overlap over the whole range")
  func layoutIsSeamless() {
    let values =
      (0..<4096).map { $0 }
      + (12..<32).flatMap { octave in
        (0...256).map { min((1 << octave) + $0 << (octave - 8), 3_600_000_000) }
      }
    let buckets = histogram(values).buckets()
    #expect(buckets.reduce(0) { $0 + $1.count } == values.count)
    for (left, right) in zip(buckets, buckets.dropFirst()) {
      #expect(left.bounds.upperBound < right.bounds.lowerBound)
    }
  }

  @Test("quantiles agree with the sorted values and with HdrHistogram within the width of a bucket")
  func quantilesAgreeWithOracles() throws {
    let seed: UInt64 = 20_260_101
    let values = randomLatencies(20_000, seed: seed)
    let ours = histogram(values)
    var oracle = Histogram<UInt64>(
      lowestDiscernibleValue: 1, highestTrackableValue: 3_600_000_000, numberOfSignificantValueDigits: .three)
    for value in values { oracle.record(UInt64(value)) }
    let sorted = values.sorted()
    for q in [0, 0.001, 0.1, 0.5, 0.9, 0.95, 0.99, 0.999, 1] {
      let exact = sorted[max(Int((q * 20_000).rounded(.up)), 1) - 1]
      let bounds = try #require(ours.quantileBounds(q))
      #expect(bounds.contains(.microseconds(exact)), "q \(q), seed \(seed)")
      let theirs = Double(oracle.valueAtPercentile(q * 100))
      let quantile = try #require(ours.quantile(q)) / .microseconds(1)
      #expect(abs(quantile - theirs) <= 0.01 * theirs + 1, "q \(q), seed \(seed)")
    }
    #expect(ours.quantiles([0.99, 0.5]) == [ours.quantile(0.99), ours.quantile(0.5)].compactMap { $0 })
  }

  @Test("count, minimum, maximum and mean are exact")
  func exactFigures() {
    let result = histogram([1_000_003, 7, 500])
    #expect(result.count == 3)
    #expect(result.minimum == .microseconds(7))
    #expect(result.maximum == .microseconds(1_000_003))
    #expect(result.mean == .nanoseconds(333_503_333))
  }

  @Test("the 99th percentile of 1 … 100 is 99, although 0.99 is not a binary fraction")
  func rankOfDecimalShare() {
    #expect(histogram(Array(1...100)).quantile(0.99) == .microseconds(99))
    #expect(histogram(Array(1...100)).quantile(0) == .microseconds(1))
    #expect(histogram(Array(1...100)).quantile(1) == .microseconds(100))
  }

  @Test("values beyond an hour count as an hour and are counted, negative ones as zero")
  func clamping() {
    let result = histogram([-5, 3_600_000_001, .max])
    #expect(result.count == 3)
    #expect(result.countAboveRange == 2)
    #expect(result.minimum == .zero)
    #expect(result.maximum == .seconds(3600))
  }

  @Test("merged histograms equal the histogram of all values, also after a round trip")
  func mergeIsExact() throws {
    let left = randomLatencies(3000, seed: 1)
    let right = randomLatencies(2000, seed: 2)
    var merged = histogram(left)
    merged.merge(try LatencyHistogram(encoded: histogram(right).encoded()))
    #expect(merged == histogram(left + right))
    var fromEmpty = LatencyHistogram()
    fromEmpty.merge(histogram(left).compacted())
    fromEmpty.merge(LatencyHistogram())
    #expect(fromEmpty == histogram(left))
    fromEmpty.record(microseconds: 5)
    #expect(fromEmpty == histogram(left + [5]))
  }

  @Test("a histogram is equal after encoding, small, and reads the same")
  func codecRoundTrip() throws {
    let original = histogram(randomLatencies(5000, seed: 3).map { $0 % 20_000 })
    let decoded = try LatencyHistogram(encoded: original.encoded())
    #expect(decoded == original)
    #expect(decoded.quantile(0.99) == original.quantile(0.99))
    #expect(decoded.mean == original.mean)
    #expect(decoded.buckets().map(\.count) == original.buckets().map(\.count))
    #expect(original.encoded().count < 1500)
    #expect(LatencyHistogram().encoded().isEmpty)
    #expect(try LatencyHistogram(encoded: []) == LatencyHistogram())
  }

  @Test("the bytes of a small histogram are those of the documented form")
  func codecGoldenBytes() {
    // version 1, none above range, sum 9, minimum 3, maximum 3; skip 3 buckets (zigzag of -3), count 3 (zigzag of 3).
    #expect(histogram([3, 3, 3]).encoded() == [1, 0, 9, 3, 3, 5, 6])
  }

  @Test("damaged bytes are refused, never misread")
  func damagedBytes() {
    let bytes = histogram(randomLatencies(300, seed: 4)).encoded()
    #expect(throws: HistogramDecodingError.self) { try LatencyHistogram(encoded: [9, 0, 0]) }
    #expect(throws: HistogramDecodingError.self) { try LatencyHistogram(encoded: [1]) }
    for length in 1..<bytes.count {
      #expect(throws: HistogramDecodingError.self, "cut to \(length) bytes") {
        try LatencyHistogram(encoded: bytes.prefix(length))
      }
    }
    #expect(throws: HistogramDecodingError.self) { try LatencyHistogram(encoded: bytes + [2]) }
    #expect(throws: HistogramDecodingError.self) { try LatencyHistogram(encoded: [1, 0, 9, 3, 3, 5, 0]) }
  }

  @Test("a reset histogram is empty and counts anew")
  func reset() {
    var result = histogram([1, 2, 3])
    result.reset()
    #expect(result.isEmpty)
    #expect(result.quantile(0.5) == nil)
    #expect(result.quantiles([0.5]).isEmpty)
    #expect(result == LatencyHistogram())
    result.record(microseconds: 9)
    #expect(result == histogram([9]))
  }

  @Test("how many values lie above a limit is bounded by the bucket that holds the limit")
  func countAbove() {
    let result = histogram([100, 200, 10_000, 10_010, 20_000])
    #expect(result.countAbove(.microseconds(200)) == 3...3)
    #expect(result.countAbove(.microseconds(20_000)) == 0...0)
    #expect(result.countAbove(.microseconds(10_005)) == 1...3)
  }
}

/// SplitMix64, so that a printed seed repeats a failure.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}
