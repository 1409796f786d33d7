/// A stretch of the run: a phase, an action with all that it started, or everything.
package enum Window: Sendable, Equatable {
  case run
  case phase(String)
  case action(String)
}
