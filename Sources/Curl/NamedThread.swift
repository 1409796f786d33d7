internal import CLinux
internal import Foundation

/// A thread of the system with a name that `ps -L` and `top -H` show.
package enum NamedThread {
  /// Runs `body` on a new thread, which takes no signals: they stay with the threads that handle them.
  ///
  /// - Parameter name: at most 15 bytes are shown.
  /// - Throws: when the system has no thread left.
  package static func start(_ name: String, _ body: @escaping @Sendable () -> Void) throws(CurlError) {
    let context = Unmanaged.passRetained(Start(name: name, body: body))
    let code = scaleproof_thread_start(
      { context in
        guard let context else { return nil }
        let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        scaleproof_thread_prepare(String(start.name.prefix(15)))
        start.body()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw CurlError.system("pthread_create", errno: code)
    }
  }

  /// Lets the calling thread sleep. Only for threads of our own: those of a task pool are few.
  package static func sleep(_ duration: Duration) {
    let (seconds, attoseconds) = duration.components
    scaleproof_sleep_nanoseconds(seconds * 1_000_000_000 + attoseconds / 1_000_000_000)
  }

  /// Lets all threads of the process, and those that they start later, wait for a processor rather than take it from
  /// another thread when they wake up, so that load threads, which take themselves out, are on time.
  package static func putProcessInBackground() {
    let threads = (try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/task")) ?? []
    // Refused in some sandboxes; then all threads compete as equals.
    for thread in threads.compactMap(Int32.init) { _ = scaleproof_thread_set_background(thread, 1) }
  }

  /// Lets the calling thread take a processor as usual.
  package static func leaveBackground() {
    _ = scaleproof_thread_set_background(0, 0)
  }

  private final class Start: Sendable {
    let name: String
    let body: @Sendable () -> Void

    init(name: String, body: @escaping @Sendable () -> Void) {
      self.name = name
      self.body = body
    }
  }
}
