import Glibc

/// A listener that accepts nobody and whose queue is full, so that the kernel leaves further attempts to connect without
/// an answer.
package final class FullServer: Sendable {
  package let port: Int
  private let descriptors: [Int32]

  package init() throws {
    let listener = try FreePort.socketDescriptor()
    var descriptors = [listener]
    port = try FreePort.bind(listener, to: 0)
    listen(listener, 0)
    // Linux queues one more than it is told.
    for _ in 0..<4 { descriptors.append(try FreePort.beginConnection(to: port)) }
    self.descriptors = descriptors
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }
}
