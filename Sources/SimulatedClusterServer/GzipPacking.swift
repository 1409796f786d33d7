internal import CZlib
import NIOCore

/// How an API server packs long answers (Kubernetes, apiserver/pkg/endpoints/handlers/responsewriters/writers.go).
enum GzipPacking {
  /// Shorter answers are sent as they are.
  static let threshold = 128 * 1024

  /// An answer, packed; `nil` where zlib cannot be set up.
  static func packed(_ answer: ByteBuffer) -> ByteBuffer? {
    var stream = z_stream()
    guard scaleproof_deflate_init_gzip(&stream) == Z_OK else { return nil }
    defer { deflateEnd(&stream) }
    var input = Array(answer.readableBytesView)
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))))
    let length = input.count
    let room = output.count
    let left = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output -> Int? in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(length)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(room)
        return deflate(&stream, Z_FINISH) == Z_STREAM_END ? Int(stream.avail_out) : nil
      }
    }
    return left.map { ByteBuffer(bytes: output[..<(room - $0)]) }
  }
}
