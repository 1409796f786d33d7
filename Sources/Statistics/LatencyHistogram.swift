/// Latencies counted in fixed log-linear buckets, so that histograms of any intervals and workers merge exactly.
///
/// Values are whole microseconds from 0 to one hour. The first 256 values have a bucket each; above, every octave
/// (factor of two) has 128 equal buckets, so that a bucket is at most 1/128 = 0.78 % wide:
///
/// ```
///  µs   0 1 2 … 255 | 256 258 260 … 510 | 512 516 … 1020 | … | … 1 h
///       width 1     | width 2           | width 4        |   | width 16.8 s
/// ```
///
/// The idea is that of HdrHistogram (Gil Tene, hdrhistogram.org); count, sum, minimum and maximum are kept exactly.
///
/// A histogram is either *dense* (an array of all counts, 26 KiB: what is recorded into) or *packed* (its encoded
/// bytes, some hundred: what was read back), and an empty one has neither. Reading works on both; recording and
/// merging turn a packed one into a dense one.
package struct LatencyHistogram: Sendable, Equatable {
  enum Storage: Sendable {
    case none
    case dense([UInt64])
    case packed([UInt8])
  }

  var storage = Storage.none
  /// Number of recorded values.
  package internal(set) var count = 0
  /// Number of values that were longer than one hour, and counted as one hour.
  package internal(set) var countAboveRange = 0
  var sum: UInt64 = 0
  var lowest = Int.max
  var highest = 0

  /// An empty histogram, without storage.
  package init() {}

  package var isEmpty: Bool { count == 0 }

  /// Shortest recorded value, exact; `nil` when empty.
  package var minimum: Duration? { isEmpty ? nil : .microseconds(lowest) }

  /// Longest recorded value, exact up to one hour; `nil` when empty.
  package var maximum: Duration? { isEmpty ? nil : .microseconds(highest) }

  /// Arithmetic mean, exact up to rounding to a nanosecond; `nil` when empty.
  package var mean: Duration? {
    isEmpty ? nil : .nanoseconds(Int64((Double(sum) / Double(count) * 1000).rounded()))
  }

  /// Counts one value. Negative values count as zero, values beyond one hour as one hour.
  ///
  /// Allocates when the histogram has no dense storage yet, never after that.
  @inline(__always)
  package mutating func record(microseconds: Int) {
    let value = min(max(microseconds, 0), HistogramLayout.largestValue)
    if value != microseconds, microseconds > 0 { countAboveRange += 1 }
    count += 1
    sum += UInt64(value)
    lowest = min(lowest, value)
    highest = max(highest, value)
    withDenseCounts { $0[HistogramLayout.bucket(of: value)] += 1 }
  }

  /// Counts one value so many times, as ``record(microseconds:)`` does.
  package mutating func record(microseconds: Int, times: Int) {
    guard times > 0 else { return }
    record(microseconds: microseconds)
    let value = min(max(microseconds, 0), HistogramLayout.largestValue)
    if value != microseconds, microseconds > 0 { countAboveRange += times - 1 }
    count += times - 1
    let (more, isBeyond) = UInt64(value).multipliedReportingOverflow(by: UInt64(times - 1))
    sum = sum.addingClamped(isBeyond ? .max : more)
    withDenseCounts { $0[HistogramLayout.bucket(of: value)] += UInt64(times - 1) }
  }

  /// Forgets all values and keeps the storage, so that recording goes on without allocation.
  package mutating func reset() {
    if case .dense = storage {
      withDenseCounts { counts in
        for index in counts.indices { counts[index] = 0 }
      }
    } else {
      storage = .none
    }
    count = 0
    countAboveRange = 0
    sum = 0
    lowest = .max
    highest = 0
  }

  /// The same values in their packed form, which takes some hundred bytes: for keeping and handing on.
  package func compacted() -> LatencyHistogram {
    var result = self
    let bytes = encoded()
    result.storage = bytes.isEmpty ? .none : .packed(bytes)
    return result
  }

  /// Adds all values of another histogram; the result equals one that recorded both.
  package mutating func merge(_ other: LatencyHistogram) {
    guard !other.isEmpty else { return }
    if isEmpty, case .packed = other.storage {
      self = other
      return
    }
    withDenseCounts { counts in
      other.forEachBucket { counts[$0] += $1 }
    }
    count += other.count
    countAboveRange += other.countAboveRange
    sum = sum.addingClamped(other.sum)
    lowest = min(lowest, other.lowest)
    highest = max(highest, other.highest)
  }

  /// The values less a length, each at the least: as short as its bucket allows, and not below zero.
  package func shortened(by length: Duration) -> LatencyHistogram {
    guard length > .zero else { return self }
    let (seconds, attoseconds) = length.components
    let taken = Int(min(seconds, 3600)) * 1_000_000 + Int((attoseconds + 999_999_999_999) / 1_000_000_000_000)
    var result = LatencyHistogram()
    forEachBucket { bucket, count in
      let least = max(HistogramLayout.values(of: bucket).lowerBound, lowest)
      result.record(microseconds: max(least - taken, 0), times: Int(count))
    }
    return result
  }

  package static func == (left: LatencyHistogram, right: LatencyHistogram) -> Bool {
    left.count == right.count && left.encoded() == right.encoded()
  }

  /// Gives mutable access to all counts, in place, making the storage dense first.
  @inline(__always)
  private mutating func withDenseCounts(_ body: (inout [UInt64]) -> Void) {
    if case .dense(var counts) = storage {
      storage = .none
      body(&counts)
      storage = .dense(counts)
    } else {
      var counts = [UInt64](repeating: 0, count: HistogramLayout.bucketCount)
      forEachBucket { counts[$0] = $1 }
      body(&counts)
      storage = .dense(counts)
    }
  }

  /// Calls `body` with number and count of each bucket that is not empty, in rising order.
  func forEachBucket(_ body: (Int, UInt64) -> Void) {
    switch storage {
    case .none: return
    case .dense(let counts):
      guard !isEmpty else { return }
      for index in HistogramLayout.bucket(of: lowest)...HistogramLayout.bucket(of: highest) where counts[index] > 0 {
        body(index, counts[index])
      }
    case .packed(let bytes): HistogramCodec.forEachBucket(in: bytes, body)
    }
  }
}

extension UInt64 {
  /// The sum, or the highest number where it does not fit.
  fileprivate func addingClamped(_ other: UInt64) -> UInt64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
