import CZlib

/// Packs as `gzip` does, for tests.
enum GzipData {
  struct Failure: Error {
    let status: Int32
  }

  static func packed(_ text: [UInt8]) throws -> [UInt8] {
    var stream = z_stream()
    var input = text
    return try withUnsafeMutablePointer(to: &stream) { stream in
      let started = scaleproof_deflate_init_gzip(stream)
      guard started == Z_OK else { throw Failure(status: started) }
      defer { deflateEnd(stream) }
      var status = Z_OK
      let packed = input.withUnsafeMutableBufferPointer { input in
        stream.pointee.next_in = input.baseAddress
        stream.pointee.avail_in = UInt32(input.count)
        return [UInt8](unsafeUninitializedCapacity: Int(deflateBound(stream, UInt(input.count)))) { output, count in
          stream.pointee.next_out = output.baseAddress
          stream.pointee.avail_out = UInt32(output.count)
          status = deflate(stream, Z_FINISH)
          count = output.count - Int(stream.pointee.avail_out)
        }
      }
      guard status == Z_STREAM_END else { throw Failure(status: status) }
      return packed
    }
  }
}
