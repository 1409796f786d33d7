/// Which microseconds share a bucket of a ``LatencyHistogram``.
///
/// The layout is part of the recorded format: another one needs another version in ``HistogramCodec``.
enum HistogramLayout {
  /// Buckets per octave as a power of two: 2^7 = 128, hence a width of at most 1/128 of the value.
  static let subBucketBits = 7
  /// Values below this have a bucket of their own.
  static let linearLimit = 1 << (subBucketBits + 1)
  /// One hour in microseconds.
  static let largestValue = 3_600_000_000
  static let bucketCount = bucket(of: largestValue) + 1

  @inline(__always)
  static func bucket(of value: Int) -> Int {
    if value < linearLimit { return value }
    let shift = (Int.bitWidth - 1 - value.leadingZeroBitCount) - subBucketBits
    return (shift << subBucketBits) + (value >> shift)
  }

  /// The values that share a bucket, in microseconds.
  static func values(of bucket: Int) -> ClosedRange<Int> {
    if bucket < linearLimit { return bucket...bucket }
    let shift = (bucket >> subBucketBits) - 1
    let first = (bucket - (shift << subBucketBits)) << shift
    return first...(first + (1 << shift) - 1)
  }
}
