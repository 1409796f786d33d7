import Glibc
import Synchronization

/// The credential commands that are running, each in a process group of its own, which no signal at the terminal reaches.
package enum CredentialCommands {
  private struct State {
    var groups: Set<pid_t> = []
    var areEnded = false
  }

  private static let state = Mutex(State())

  /// Ends them all, with what they have started; to be called by a program that is about to end.
  ///
  /// Whoever waits for one of them waits on, so that its end is not told as a failure of its own.
  package static func endAll() {
    let groups = state.withLock { state in
      state.areEnded = true
      return state.groups
    }
    for group in groups { kill(-group, SIGKILL) }
  }

  /// Does what reads from a command.
  static func whileRunning<Result>(_ group: pid_t, _ read: () async throws -> Result) async throws -> Result {
    began(group)
    do {
      let result = try await read()
      await ended(group)
      return result
    } catch {
      await ended(group)
      throw error
    }
  }

  private static func began(_ group: pid_t) {
    let areEnded = state.withLock { state in
      state.groups.insert(group)
      return state.areEnded
    }
    if areEnded { kill(-group, SIGKILL) }
  }

  private static func ended(_ group: pid_t) async {
    let areEnded = state.withLock { state in
      state.groups.remove(group)
      return state.areEnded
    }
    while areEnded, !Task.isCancelled { try? await Task.sleep(for: .seconds(1)) }
  }
}
