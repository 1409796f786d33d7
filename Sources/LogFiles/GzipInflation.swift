internal import CZlib

/// Unpacks gzip data (RFC 1952) piece by piece; several members one after another are one text.
struct GzipInflation: ~Copyable {
  /// The bytes that gzip data begin with.
  static let mark: [UInt8] = [0x1F, 0x8B]

  /// zlib keeps a pointer to the stream, which therefore has to stay where it is.
  private let stream: UnsafeMutablePointer<z_stream>
  /// Bytes of the file before the member that is being read.
  private var membersBefore = 0
  private var isInMember = true
  /// Only zeros may follow the last member: what tapes and block devices pad with.
  private var isPadding = false

  private static let chunkSize = 1 << 18

  init() throws(LogFileError) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    // Nothing can be thrown before every member has its value, so that deinit always has a stream to end.
    let status = scaleproof_inflate_init_gzip(stream)
    guard status == Z_OK else { throw LogFileError("zlib cannot be set up (status \(status))") }
  }

  deinit {
    inflateEnd(stream)
    stream.deinitialize(count: 1)
    stream.deallocate()
  }

  /// The text of the next piece of the file; empty when the piece ends within something that has no text yet.
  mutating func inflate(_ piece: [UInt8]) throws(LogFileError) -> [UInt8] {
    var text: [UInt8] = []
    var start = 0
    while start < piece.count {
      if !isInMember { try beginMember(with: piece[start]) }
      if isPadding {
        start += 1
        continue
      }
      start += try inflate(piece[start...], appendingTo: &text)
    }
    return text
  }

  /// - Throws: when the data end within a member.
  func finish() throws(LogFileError) {
    guard isInMember else { return }
    throw LogFileError("its gzip data are cut short: they end at byte \(position) in the middle of a member")
  }

  /// Bytes of the file that have been understood.
  private var position: Int { membersBefore + Int(stream.pointee.total_in) }

  private mutating func beginMember(with byte: UInt8) throws(LogFileError) {
    if byte == 0 {
      isPadding = true
      return
    }
    guard !isPadding, byte == Self.mark[0] else {
      throw LogFileError("its gzip data end at byte \(position), and something else follows")
    }
    membersBefore = position
    inflateReset(stream)
    isInMember = true
  }

  /// - Returns: how many bytes of the piece were taken.
  private mutating func inflate(
    _ piece: ArraySlice<UInt8>, appendingTo text: inout [UInt8]
  ) throws(LogFileError) -> Int {
    var status = Z_OK
    let before = stream.pointee.total_in
    // In place: a copy for each member would take a time that grows with the square of their number.
    piece.withUnsafeBufferPointer { input in
      // zlib only reads there, though its header does not say so.
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(input.count)
      repeat {
        let chunk = [UInt8](unsafeUninitializedCapacity: Self.chunkSize) { output, count in
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(output.count)
          status = CZlib.inflate(stream, Z_NO_FLUSH)
          count = output.count - Int(stream.pointee.avail_out)
        }
        text += chunk
      } while status == Z_OK && (stream.pointee.avail_in > 0 || stream.pointee.avail_out == 0)
      stream.pointee.next_in = nil
    }
    switch status {
    // Nothing could be done with an empty rest: more is to come.
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END: isInMember = false
    default:
      let reason = stream.pointee.msg.map { String(cString: $0) } ?? "zlib's status \(status)"
      throw LogFileError("its gzip data are broken at byte \(position): \(reason)")
    }
    return Int(stream.pointee.total_in - before)
  }
}
