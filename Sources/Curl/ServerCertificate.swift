internal import CLibcurl
internal import Foundation

/// What the certificate of a server says of itself.
package struct ServerCertificate: Sendable, Equatable {
  /// Whom it is for, such as `CN = api.example.com`.
  package let subject: String
  /// When it expires, in seconds since 1970.
  package let expires: Double

  /// - Parameter lines: `Name:value` each, as libcurl gives them.
  init?(lines: [String]) {
    func value(_ name: String) -> String? {
      lines.first { $0.hasPrefix(name + ":") }.map { String($0.dropFirst(name.count + 1)) }
    }
    guard let subject = value("Subject"), let date = value("Expire date").flatMap(Self.seconds) else { return nil }
    self.subject = subject
    expires = date
  }

  /// A date as OpenSSL prints it: `Nov 23 22:48:37 2026 GMT`.
  private static func seconds(_ text: String) -> Double? {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(secondsFromGMT: 0)
    formatter.dateFormat = "MMM d HH:mm:ss yyyy 'GMT'"
    let single = text.split(separator: " ").joined(separator: " ")
    return formatter.date(from: single)?.timeIntervalSince1970
  }
}

extension Transfer {
  /// The server's own certificate, the first of its chain; `nil` unless ``Option/keepsCertificates`` was set and this
  /// transfer did the handshake.
  var certificate: ServerCertificate? {
    guard let chain = scaleproof_easy_get_certificates(handle), chain.pointee.num_of_certs > 0 else { return nil }
    var lines: [String] = []
    var entry = chain.pointee.certinfo[0]
    while let line = entry {
      lines.append(String(cString: line.pointee.data))
      entry = line.pointee.next
    }
    return ServerCertificate(lines: lines)
  }
}
