import Glibc

/// Ports of 127.0.0.1 that the kernel chooses.
package enum FreePort {
  /// A port on which nothing listens.
  ///
  /// It is bound and let go; the kernel does not give the same one out again soon.
  package static func find() throws -> Int {
    let descriptor = try socketDescriptor()
    defer { close(descriptor) }
    return try bind(descriptor, to: 0)
  }

  /// Waits until a connection to the port succeeds, for at most ten seconds.
  package static func awaitListener(_ port: Int) throws {
    for _ in 0..<1000 {
      let descriptor = try socketDescriptor()
      defer { close(descriptor) }
      var address = loopback(port)
      let code = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      if code == 0 { return }
      usleep(10_000)
    }
    throw TestServerError("nothing listens on port \(port) after ten seconds")
  }

  static func socketDescriptor() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw TestServerError("no socket: errno \(errno)") }
    return descriptor
  }

  /// A socket that tries to connect, successfully or not.
  static func beginConnection(to port: Int) throws -> Int32 {
    let descriptor = try socketDescriptor()
    _ = fcntl(descriptor, F_SETFL, O_NONBLOCK)
    var address = loopback(port)
    withUnsafePointer(to: &address) {
      _ = $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    return descriptor
  }

  /// Binds a socket, and returns the port that it got.
  static func bind(_ descriptor: Int32, to port: Int) throws -> Int {
    var address = loopback(port)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        Glibc.bind(descriptor, pointer, size) == 0 ? getsockname(descriptor, pointer, &size) : -1
      }
    }
    guard code == 0 else { throw TestServerError("port \(port) cannot be bound: errno \(errno)") }
    return Int(address.sin_port.bigEndian)
  }

  private static func loopback(_ port: Int) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0001).bigEndian
    return address
  }
}
