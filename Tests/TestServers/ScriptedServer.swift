import CLinux
import Foundation
import Glibc

/// A TCP server whose connections do what a test says, byte by byte: for answers that no real server gives.
package final class ScriptedServer: Sendable {
  /// One accepted connection.
  package struct Connection: Sendable {
    let descriptor: Int32

    /// Reads until the empty line that ends a request head (no body is expected); `nil` when the client has left.
    package func readRequestHead() -> String? {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while Glibc.read(descriptor, &byte, 1) == 1 {
        bytes.append(byte)
        if bytes.suffix(4) == [13, 10, 13, 10] { return String(decoding: bytes, as: UTF8.self) }
      }
      return nil
    }

    /// Reads so many bytes, such as a body, or fewer when the client leaves.
    package func read(_ count: Int) -> String {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while bytes.count < count, Glibc.read(descriptor, &byte, 1) == 1 { bytes.append(byte) }
      return String(decoding: bytes, as: UTF8.self)
    }

    /// - Returns: whether the client still takes bytes.
    @discardableResult
    package func write(_ text: String) -> Bool {
      Array(text.utf8).withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) } >= 0
    }

    /// Waits until the client closes the connection.
    package func awaitClose() {
      var byte: UInt8 = 0
      while Glibc.read(descriptor, &byte, 1) == 1 {}
    }

    /// Whether the client has closed the connection, as far as it is known by now.
    package var isClosed: Bool {
      var byte: UInt8 = 0
      return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) == 0
    }

    /// Makes the closing send a reset rather than an orderly end.
    package func resetOnClose() {
      var linger = linger(l_onoff: 1, l_linger: 0)
      setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<linger>.size))
    }
  }

  package let port: Int
  private let listener: Int32

  /// - Parameter script: run for each connection on a thread of its own; the connection is closed when it returns.
  package init(_ script: @escaping @Sendable (Connection) -> Void) throws {
    let listener: Int32
    (listener, port) = try LoopbackSocket.listening(queue: 128)
    self.listener = listener
    Thread.detachNewThread {
      while true {
        // Not inherited by processes that other tests start: the connection would outlive its end here.
        let descriptor = scaleproof_accept(listener)
        guard descriptor >= 0 else { return }
        Thread.detachNewThread {
          script(Connection(descriptor: descriptor))
          close(descriptor)
        }
      }
    }
  }

  deinit {
    shutdown(listener, Int32(SHUT_RDWR))
    close(listener)
  }

  package var url: String { "http://127.0.0.1:\(port)" }
}
