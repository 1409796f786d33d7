import Glibc

/// A port at which nobody listens as long as this lives: it is bound, so that the kernel gives it to nobody else.
package final class UnusedPort: Sendable {
  package let port: Int
  private let descriptor: Int32

  /// - Parameter host: the last byte of the address 127.0.0.*.
  package init(host: UInt8 = 1) throws {
    descriptor = try LoopbackSocket.make()
    port = try LoopbackSocket.bind(descriptor, host: host)
  }

  deinit {
    close(descriptor)
  }
}
