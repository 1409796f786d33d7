internal import CLibcurl
internal import Glibc
package import LoadFacts

/// A failure of libcurl, with its class for counting and a text for people.
package struct CurlError: Error, Sendable, Equatable, CustomStringConvertible {
  package let failure: TransferFailure
  /// libcurl's number (`CURLcode`, or `CURLMcode` of a multiplexer); 0 when the failure is ours.
  package let code: Int
  /// `errno` of the system call behind it; 0 when there is none.
  package let osError: Int
  /// What happened, in one line.
  package let description: String

  /// Whether every connection ended before it touched the request, more often than libcurl tries: as a rule, a server of HTTP/2
  /// that retires its connections after fewer requests than are on their way at a time (RFC 9113, section 8.7).
  package var isRefusal: Bool {
    code == Int(CURLE_SEND_ERROR.rawValue) && description.hasPrefix("Connection died, tried")
  }

  /// Whether it was found while an answer was read.
  package var isOfReading: Bool { code == Int(CURLE_RECV_ERROR.rawValue) }

  package init(failure: TransferFailure, code: Int = 0, osError: Int = 0, description: String) {
    self.failure = failure
    self.code = code
    self.osError = osError
    self.description = description
  }

  /// A call of libcurl that cannot fail unless memory is short or an option is unknown to this version.
  static func setup(_ operation: String, code: CURLcode) -> CurlError {
    CurlError(
      failure: code == CURLE_OUT_OF_MEMORY ? .localLimit : .other, code: Int(code.rawValue),
      description: "libcurl: \(operation): \(String(cString: curl_easy_strerror(code)))")
  }

  static func multi(_ operation: String, code: CURLMcode) -> CurlError {
    CurlError(
      failure: .other, code: Int(code.rawValue),
      description: "libcurl: \(operation): \(String(cString: curl_multi_strerror(code)))")
  }

  static func system(_ operation: String, errno number: Int32) -> CurlError {
    CurlError(
      failure: .localLimit, osError: Int(number), description: "\(operation): \(String(cString: strerror(number)))")
  }
}
