import LoadFacts
import RunTimeline

/// Which failed requests may be the doing of which kind of trigger, by how they ended and by who answered them.
struct TriggerReach {
  let windows: TriggerWindows
  let pods: ServingPods

  /// What a proxy answers for a pod that it does not reach, and a server that is going or has too much to do.
  private static let mechanical: Set = [408, 429, 502, 503, 504]
  /// What a proxy answers that knows no backend for a path.
  private static let unrouted: Set = [404, 502, 503, 504]

  func mayBe(_ trigger: Trigger, _ failure: FailedRequest) -> Bool {
    switch trigger {
    case .termination, .readiness, .crash:
      guard let pod = pods.pod(of: failure) else { return failure.isOf(Self.mechanical) }
      // It may have gone while it answered.
      let span = Stretches([failure.due..<max(failure.completed, failure.due + .milliseconds(1))])
      return !windows.stretches(of: trigger, in: pod).intersection(span).isEmpty
    case .version: return failure.isAnswered
    case .write: return failure.isOf(Self.mechanical) && !failure.isAnswered || failure.mayBeOfAnother
    case .noEndpoints: return !failure.isAnswered && failure.isOf(Self.unrouted)
    case .node: return !failure.isAnswered && failure.isOf(Self.mechanical)
    case .underCapacity: return failure.isOf(Self.mechanical) || failure.outcome == OutcomeLabel.droppedByTarget
    }
  }
}

extension FailedRequest {
  /// Whether the application answered it, by what its answer tells of itself.
  var isAnswered: Bool { pod != nil || version != nil }

  /// Whether another backend than the right one may have answered: it does not know what is asked for, or says other things.
  fileprivate var mayBeOfAnother: Bool {
    OutcomeLabel.status(outcome).map { $0 < 500 } ?? OutcomeLabel.isAnswered(outcome)
  }

  /// Whether nobody took the connection, here or behind a proxy.
  var isRefused: Bool { outcome == "502" || outcome == TransferFailure.connectRefused.rawValue }

  /// Whether it ended since no answer came for long.
  var isSlow: Bool { outcome == "504" || OutcomeLabel.isTimeout(outcome) }

  /// Whether no answer came, or one with a status of some; what else is answered is the application's own word.
  fileprivate func isOf(_ statuses: Set<Int>) -> Bool {
    OutcomeLabel.status(outcome).map(statuses.contains) ?? !OutcomeLabel.isAnswered(outcome)
  }
}
