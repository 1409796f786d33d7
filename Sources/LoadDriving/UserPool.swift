import Arrivals
import Units

/// The users of one closed-model stream on one worker: each sends a request, waits for its answer, thinks, and sends
/// the next.
///
/// When a phase begins its new users begin spread evenly over one think time, so that they do not go in step. When a phase
/// has fewer users than the one before, the youngest leave as soon as they would send again.
struct UserPool {
  /// What a user waits at least after a failure, so that a target that refuses at once is not asked in a tight loop.
  static let pauseAfterFailure: Int64 = 10_000_000

  struct User: Sendable, Equatable {
    let index: Int
    /// The phase in which it was due.
    let phase: Int
  }

  private struct Thinker {
    let index: Int
    /// The phase since which it has been there.
    let phase: Int
  }

  private let phases: [UserPhase]
  /// Start of each phase, and behind them the end of the last one.
  private let starts: [Int64]
  private let worker: Int
  private let workers: Int
  /// When each sends again, in nanoseconds after the start of the load.
  private var thinking = DueQueue<Thinker>()
  private var requests = 0

  init(phases: [UserPhase], worker: Int, workers: Int) {
    self.phases = phases
    self.worker = worker
    self.workers = workers
    starts = phases.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.duration.nanoseconds) }
    var before = 0
    for (number, phase) in phases.enumerated() {
      let newcomers = max(phase.users - before, 0)
      for user in before..<before + newcomers where user % workers == worker {
        let share = (Double(user - before) + 0.5) / Double(newcomers)
        let delay = Int64(share * Double(phase.think.nanoseconds))
        thinking.add(Thinker(index: user, phase: number), due: starts[number] + delay)
      }
      before = phase.users
    }
  }

  /// When the next user is due; `nil` when none is thinking.
  var nextDue: Int64? { thinking.firstDue }

  /// The user that is due at ``nextDue``, with the number and instant of its request; `nil` when it leaves instead.
  mutating func next() -> (user: User, arrival: Int, due: Int64)? {
    guard let (user, due) = thinking.removeFirst(), let phase = phase(at: due),
      stays(user.index, from: user.phase, to: phase)
    else { return nil }
    defer { requests += 1 }
    return (User(index: user.index, phase: phase), worker + workers * requests, due)
  }

  /// A user has its answer, or has failed to get one, and thinks.
  mutating func finished(_ user: User, at now: Int64, failed: Bool) {
    guard let phase = phase(at: now), stays(user.index, from: user.phase, to: phase) else { return }
    let pause = max(phases[phase].think.nanoseconds, failed ? Self.pauseAfterFailure : 0)
    thinking.add(Thinker(index: user.index, phase: user.phase), due: now + pause)
  }

  private func phase(at time: Int64) -> Int? {
    phases.indices.first { time < starts[$0 + 1] }
  }

  private func stays(_ index: Int, from first: Int, to last: Int) -> Bool {
    first <= last && phases[first...last].allSatisfy { index < $0.users }
  }
}
