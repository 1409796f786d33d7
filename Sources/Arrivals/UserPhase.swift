/// A stretch of closed-model load: each user sends a request, waits for its answer, thinks, and sends the next.
///
/// The rate is not planned but follows from the answers: users / (latency + think), so at most users / think.
package struct UserPhase: Sendable, Equatable {
  /// What the profile calls it; expectations refer to it.
  package var name: String
  /// Its length; not negative.
  package var duration: Duration
  /// How many users there are; zero or more.
  package var users: Int
  /// Wall time between an answer and the next request of the same user; zero or more.
  package var think: Duration

  package init(name: String, duration: Duration, users: Int, think: Duration) {
    self.name = name
    self.duration = duration
    self.users = users
    self.think = think
  }
}
