import Glibc
import Synchronization

/// The process groups of commands that are running: whoever ends this program at the terminal reaches only its own group,
/// so that they are ended with it.
enum PluginGroups {
  private static let running = Mutex<Set<pid_t>>([])
  private static let endWithProgram: Void = {
    atexit {
      for group in PluginGroups.running.withLock({ $0 }) { kill(-group, SIGKILL) }
    }
  }()

  static func began(_ group: pid_t) {
    _ = endWithProgram
    running.withLock { _ = $0.insert(group) }
  }

  static func ended(_ group: pid_t) {
    running.withLock { _ = $0.remove(group) }
  }
}
