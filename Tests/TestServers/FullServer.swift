import Glibc

/// A listener that accepts nobody and whose queue is full, so that the kernel leaves further attempts to connect without
/// an answer.
package final class FullServer: Sendable {
  package let port: Int
  private let descriptors: [Int32]

  package init() throws {
    let listener: Int32
    (listener, port) = try LoopbackSocket.listening(queue: 0)
    var descriptors = [listener]
    // Linux queues one more than it is told.
    for _ in 0..<4 { descriptors.append(try LoopbackSocket.beginConnection(to: port)) }
    self.descriptors = descriptors
  }

  deinit {
    for descriptor in descriptors { close(descriptor) }
  }
}
