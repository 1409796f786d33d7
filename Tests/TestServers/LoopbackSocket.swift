import Glibc

/// TCP sockets of this machine, on ports that the kernel chooses.
///
/// The kernel gives a port that was let go to the next who asks for one, which may be any outgoing connection. So a port is
/// never looked for beforehand: whoever needs one holds a socket that is bound to it.
enum LoopbackSocket {
  /// Not inherited by programs that are started.
  static func make() throws -> Int32 {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { throw TestServerError("no socket: errno \(errno)") }
    return descriptor
  }

  /// A socket that listens, with its port.
  static func listening(queue: Int32 = 512) throws -> (descriptor: Int32, port: Int) {
    let descriptor = try make()
    let port = try bind(descriptor)
    listen(descriptor, queue)
    return (descriptor, port)
  }

  /// Two sockets that listen on the same port, of 127.0.0.1 and of 127.0.0.2.
  static func listeningAtTwoAddresses(queue: Int32) throws -> (descriptors: [Int32], port: Int) {
    // What the kernel chooses for the one address may be taken at the other.
    for _ in 0..<100 {
      let (first, port) = try listening(queue: queue)
      let second = try make()
      if let _ = try? bind(second, host: 2, port: port) {
        listen(second, queue)
        return ([first, second], port)
      }
      close(first)
      close(second)
    }
    throw TestServerError("no port is free at both 127.0.0.1 and 127.0.0.2")
  }

  /// A socket that tries to connect, successfully or not.
  static func beginConnection(to port: Int) throws -> Int32 {
    let descriptor = try make()
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
  ///
  /// - Parameters:
  ///   - host: the last byte of the address 127.0.0.*.
  ///   - port: 0 for one that the kernel chooses.
  static func bind(_ descriptor: Int32, host: UInt8 = 1, port: Int = 0) throws -> Int {
    var address = loopback(port, host: host)
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
        Glibc.bind(descriptor, pointer, size) == 0 ? getsockname(descriptor, pointer, &size) : -1
      }
    }
    guard code == 0 else { throw TestServerError("port \(port) cannot be bound: errno \(errno)") }
    return Int(address.sin_port.bigEndian)
  }

  private static func loopback(_ port: Int, host: UInt8 = 1) -> sockaddr_in {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = in_addr_t(0x7f00_0000 + UInt32(host)).bigEndian
    return address
  }
}
