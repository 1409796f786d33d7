internal import CLibcurl

/// Takes header lines and body of one response from libcurl's callbacks, on the thread of its multiplexer.
///
/// A callback can neither throw nor wait: it keeps the problem, refuses the bytes, and the completion reports it.
final class ResponseReceiver {
  private(set) var status = 0
  private(set) var headers: [(name: String, value: String)] = []
  private(set) var isHeadComplete = false
  private(set) var problem: CurlError?
  var body: ResponseBody
  /// Called once, when the header of the final response is complete.
  private let onHead: (ResponseReceiver) -> Void

  init(body: ResponseBody, onHead: @escaping (ResponseReceiver) -> Void = { _ in }) {
    self.body = body
    self.onHead = onHead
  }

  /// One header line with its line end. Interim responses (1xx) are dropped, and so are trailers.
  private func receive(headerLine bytes: UnsafeRawBufferPointer) {
    guard !isHeadComplete else { return }
    let line = String(decoding: bytes, as: UTF8.self).trimmingLineEnd()
    if line.hasPrefix("HTTP/") {
      headers = []
      let fields = line.split(separator: " ", maxSplits: 2)
      status = fields.count > 1 ? Int(fields[1]) ?? 0 : 0
    } else if line.isEmpty {
      guard status >= 200 else { return }
      isHeadComplete = true
      onHead(self)
    } else if let colon = line.firstIndex(of: ":") {
      let value = line[line.index(after: colon)...].drop { $0 == " " || $0 == "\t" }
      headers.append((name: String(line[..<colon]), value: String(value)))
    }
  }

  private func receive(body bytes: UnsafeRawBufferPointer) -> Bool {
    if let failure = body.append(bytes) {
      problem = failure
      return false
    }
    return true
  }

  static let headerCallback: scaleproof_data_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    let receiver = Unmanaged<ResponseReceiver>.fromOpaque(context).takeUnretainedValue()
    receiver.receive(headerLine: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return size * count
  }

  static let bodyCallback: scaleproof_data_callback = { bytes, size, count, context in
    guard let context else { return 0 }
    let receiver = Unmanaged<ResponseReceiver>.fromOpaque(context).takeUnretainedValue()
    let taken = receiver.receive(body: UnsafeRawBufferPointer(start: bytes, count: size * count))
    return taken ? size * count : 0
  }
}

extension String {
  /// Without a line feed, or carriage return and line feed (one `Character`), at the end.
  fileprivate func trimmingLineEnd() -> Substring {
    var text = Substring(self)
    while let last = text.last, last.isNewline { text.removeLast() }
    return text
  }
}
