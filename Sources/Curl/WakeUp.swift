internal import CLinux
internal import Glibc

/// Interrupts the wait of a ``Multiplexer`` from any thread (an eventfd).
package final class WakeUp: Sendable {
  let descriptor: Int32

  init() throws(CurlError) {
    descriptor = eventfd(0, Int32(EFD_NONBLOCK | EFD_CLOEXEC))
    guard descriptor >= 0 else { throw CurlError.system("eventfd", errno: errno) }
  }

  deinit {
    close(descriptor)
  }

  package func signal() {
    // Fails only when the counter is full, and then the wait ends anyway.
    eventfd_write(descriptor, 1)
  }

  func clear() {
    var value: eventfd_t = 0
    eventfd_read(descriptor, &value)
  }
}
