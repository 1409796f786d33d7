internal import CLinux
internal import Foundation
internal import Synchronization

/// A thread of the system with a name that `ps -L` and `top -H` show.
///
/// Whoever starts one waits for its end by ``join()``; a thread whose owner has gone ends by itself.
package final class NamedThread: Sendable {
  private let end: End
  /// `nil` once it was joined.
  private let thread: Mutex<pthread_t?>

  private init(_ thread: pthread_t, end: End) {
    self.thread = Mutex(thread)
    self.end = end
  }

  deinit {
    if let thread = thread.withLock({ $0 }) { pthread_detach(thread) }
  }

  /// Runs `body` on a new thread, which takes no signals: they stay with the threads that handle them.
  ///
  /// - Parameter name: at most 15 bytes are shown.
  /// - Throws: when the system has no thread left.
  package static func start(
    _ name: String, _ body: @escaping @Sendable () -> Void
  ) throws(CurlError) -> NamedThread {
    let end = End()
    let context = Unmanaged.passRetained(Start(name: name, body: body, end: end))
    var thread = pthread_t()
    let code = scaleproof_thread_start(
      &thread,
      { context in
        guard let context else { return nil }
        let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
        scaleproof_thread_prepare(String(start.name.prefix(15)))
        start.body()
        start.end.reach()
        return nil
      }, context.toOpaque())
    guard code == 0 else {
      context.release()
      throw CurlError.system("pthread_create", errno: code)
    }
    return NamedThread(thread, end: end)
  }

  /// Returns when the thread is gone, with all that libraries keep for it. Cancelling the task does not shorten the wait.
  package func join() async {
    await end.wait()
    // Only its way out is left, for which a lock may be held.
    thread.withLock { thread in
      if let joined = thread { pthread_join(joined, nil) }
      thread = nil
    }
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
    let end: End

    init(name: String, body: @escaping @Sendable () -> Void, end: End) {
      self.name = name
      self.body = body
      self.end = end
    }
  }

  /// Whether the body has returned, and who waits for it.
  private final class End: Sendable {
    private let state = Mutex<(isReached: Bool, waiting: [CheckedContinuation<Void, Never>])>((false, []))

    func reach() {
      let waiting = state.withLock { state in
        state.isReached = true
        defer { state.waiting = [] }
        return state.waiting
      }
      for continuation in waiting { continuation.resume() }
    }

    func wait() async {
      await withCheckedContinuation { continuation in
        let isReached = state.withLock { state in
          if !state.isReached { state.waiting.append(continuation) }
          return state.isReached
        }
        if isReached { continuation.resume() }
      }
    }
  }
}
