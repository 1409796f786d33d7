import Curl
import Glibc

/// An address and port that connections are made to.
struct Endpoint: Sendable, Hashable {
  /// An IPv4 or IPv6 address in its usual form, without brackets.
  let address: String
  let port: Int

  var isIPv6: Bool { address.contains(":") }

  /// As libcurl writes the server's address of a connection.
  var text: String { isIPv6 ? "[\(address)]:\(port)" : "\(address):\(port)" }

  /// Whether the address takes a TCP connection within a second. Blocks.
  static func answers(_ endpoint: Endpoint) -> Bool {
    TCPProbe.connects(address: endpoint.address, port: endpoint.port, within: .seconds(1))
  }

  /// The addresses of a host, in the order of the system's resolver (RFC 6724); empty when there are none. Blocks.
  static func lookUp(host: String, port: Int) -> [Endpoint] {
    var hints = addrinfo()
    hints.ai_family = AF_UNSPEC
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    var found: UnsafeMutablePointer<addrinfo>?
    guard getaddrinfo(host, nil, &hints, &found) == 0 else { return [] }
    defer { freeaddrinfo(found) }
    var endpoints: [Endpoint] = []
    var next = found
    while let entry = next {
      var text = [CChar](repeating: 0, count: Int(NI_MAXHOST))
      let code = getnameinfo(
        entry.pointee.ai_addr, entry.pointee.ai_addrlen, &text, socklen_t(text.count), nil, 0, NI_NUMERICHOST)
      let endpoint = Endpoint(
        address: String(decoding: text.prefix { $0 != 0 }.map(UInt8.init), as: UTF8.self), port: port)
      if code == 0, !endpoints.contains(endpoint) { endpoints.append(endpoint) }
      next = entry.pointee.ai_next
    }
    return endpoints
  }
}
