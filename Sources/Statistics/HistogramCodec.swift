/// Why bytes are not an encoded ``LatencyHistogram``.
package struct HistogramDecodingError: Error, Equatable, CustomStringConvertible {
  package let description: String
}

/// The compact form of a ``LatencyHistogram``: a version byte, then LEB128 numbers.
///
/// ```
/// version=1  countAboveRange  sum  minimum  maximum  run run run …
/// ```
///
/// The four numbers are unsigned. A run is a signed number in zigzag form, as in HdrHistogram's V2 encoding: positive
/// is the count of the next bucket, negative skips so many empty buckets. An empty histogram has no byte at all.
/// The form is canonical: equal histograms have equal bytes.
enum HistogramCodec {
  static let version: UInt8 = 1
  /// So few that counts of any recording can be added up.
  private static let mostValues = 1 << 40

  static func encode(_ histogram: LatencyHistogram) -> [UInt8] {
    guard !histogram.isEmpty else { return [] }
    var bytes = [version]
    append(UInt64(histogram.countAboveRange), to: &bytes)
    append(histogram.sum, to: &bytes)
    append(UInt64(histogram.lowest), to: &bytes)
    append(UInt64(histogram.highest), to: &bytes)
    var next = 0
    histogram.forEachBucket { index, count in
      if index > next { append(zigzag(Int64(next - index)), to: &bytes) }
      append(zigzag(Int64(count)), to: &bytes)
      next = index + 1
    }
    return bytes
  }

  /// Reads and checks all bytes; the histogram then keeps them as they are.
  static func decode(_ bytes: [UInt8]) throws(HistogramDecodingError) -> LatencyHistogram {
    var histogram = LatencyHistogram()
    guard let first = bytes.first else { return histogram }
    guard first == version else {
      throw HistogramDecodingError(
        description: "a histogram of version \(first) cannot be read, only version \(version)")
    }
    var reader = Reader(bytes: bytes, position: 1)
    guard let above = reader.number(), let sum = reader.number(), let lowest = reader.number(),
      let highest = reader.number(), lowest <= highest, highest <= UInt64(HistogramLayout.largestValue)
    else { throw HistogramDecodingError(description: "the head of a histogram is cut short or out of range") }
    histogram.countAboveRange = Int(clamping: above)
    histogram.sum = sum
    histogram.lowest = Int(lowest)
    histogram.highest = Int(highest)
    histogram.count = try checkRuns(&reader, from: Int(lowest), to: Int(highest))
    guard histogram.countAboveRange <= histogram.count else {
      throw HistogramDecodingError(description: "a histogram counts more values above its range than values")
    }
    guard histogram.count <= Self.mostValues else {
      throw HistogramDecodingError(description: "a histogram counts \(histogram.count) values, more than any run has")
    }
    let most = UInt64(histogram.count).multipliedReportingOverflow(by: highest)
    guard most.overflow || sum <= most.partialValue else {
      throw HistogramDecodingError(description: "the sum of a histogram is more than its values can have")
    }
    histogram.storage = .packed(bytes)
    return histogram
  }

  /// The number of values in all runs, which must begin and end at the buckets of minimum and maximum.
  private static func checkRuns(
    _ reader: inout Reader, from lowest: Int, to highest: Int
  ) throws(HistogramDecodingError) -> Int {
    let problem = HistogramDecodingError(description: "the runs of a histogram are damaged")
    var firstFilled: Int?
    var next = 0
    var total = 0
    var skipped = false
    while !reader.isAtEnd {
      guard let raw = reader.number() else { throw problem }
      let run = unzigzag(raw)
      if run < 0 {
        guard !skipped, run >= -Int64(HistogramLayout.bucketCount) else { throw problem }
        next += Int(-run)
      } else {
        let (sum, overflow) = total.addingReportingOverflow(Int(run))
        guard run > 0, !overflow, next < HistogramLayout.bucketCount else { throw problem }
        if firstFilled == nil { firstFilled = next }
        total = sum
        next += 1
      }
      skipped = run < 0
    }
    guard !skipped, firstFilled == HistogramLayout.bucket(of: lowest),
      next == HistogramLayout.bucket(of: highest) + 1
    else { throw problem }
    return total
  }

  /// Calls `body` for each filled bucket of bytes that ``decode(_:)`` has checked.
  static func forEachBucket(in bytes: [UInt8], _ body: (Int, UInt64) -> Void) {
    var reader = Reader(bytes: bytes, position: 1)
    for _ in 0..<4 { _ = reader.number() }
    var index = 0
    while let raw = reader.number() {
      let run = unzigzag(raw)
      if run < 0 {
        index += Int(-run)
      } else {
        body(index, UInt64(run))
        index += 1
      }
    }
  }

  private static func append(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  private static func zigzag(_ number: Int64) -> UInt64 {
    UInt64(bitPattern: (number << 1) ^ (number >> 63))
  }

  private static func unzigzag(_ number: UInt64) -> Int64 {
    Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
  }

  private struct Reader {
    let bytes: [UInt8]
    var position: Int

    var isAtEnd: Bool { position >= bytes.count }

    /// The next unsigned LEB128 number; `nil` at the end, when cut short, too long, or not in its shortest form.
    mutating func number() -> UInt64? {
      var result: UInt64 = 0
      var shift = 0
      while position < bytes.count, shift < 64 {
        let byte = bytes[position]
        position += 1
        if shift == 63, byte > 1 { return nil }
        result |= UInt64(byte & 0x7f) << UInt64(shift)
        if byte & 0x80 == 0 { return byte == 0 && shift > 0 ? nil : result }
        shift += 7
      }
      return nil
    }
  }
}

extension LatencyHistogram {
  /// The compact form for a recording: empty for an empty histogram, else a versioned run-length code of some hundred
  /// bytes. Equal histograms have equal bytes.
  package func encoded() -> [UInt8] {
    if case .packed(let bytes) = storage { return bytes }
    return HistogramCodec.encode(self)
  }

  /// Reads what ``encoded()`` has written.
  ///
  /// - Throws: ``HistogramDecodingError`` for another version, or damaged bytes.
  package init(encoded: some Collection<UInt8>) throws(HistogramDecodingError) {
    self = try HistogramCodec.decode(Array(encoded))
  }
}
