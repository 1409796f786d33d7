/// How a request ended: an HTTP status, a failure of the transfer, or never sent or answered.
///
/// Its text is what recordings and reports group by: `200`, `503`, `connect refused`, `dropped: target`.
public enum Outcome: Sendable, Hashable {
  /// Who made a request wait for so long that it was given up.
  public enum Cause: String, Sendable {
    /// This machine was late, or did not read answers that had come.
    case machine
    /// All places in flight were held by requests that the target had not answered.
    case target
  }

  case status(Int)
  case failure(TransferFailure)
  /// Answered with an expected status, but not with what the route expects beside it.
  case check(FailedCheck)
  /// Not sent, since it was late by more than the plan allows.
  case dropped(Cause)
  /// Not sent, since the load was stopped while it waited.
  case stopped
  /// Sent, or waiting to be sent, when the run ended without an answer.
  case unfinished

  /// How the texts of failed checks begin.
  static let checkPrefix = "check failed"

  package var text: String {
    switch self {
    case .status(let status): String(status)
    case .failure(let failure): failure.rawValue
    case .check(let check): "\(Self.checkPrefix): \(check.rawValue)"
    case .dropped(let cause): "dropped: \(cause.rawValue)"
    case .stopped: "stopped"
    case .unfinished: "unfinished"
    }
  }
}
