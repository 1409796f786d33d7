/// How the text of an ``Outcome`` is read.
package enum OutcomeLabel {
  /// Given up because it could not be sent in time, in a recording that does not tell why (schema 1 and 2).
  package static let dropped = "dropped"
  /// Given up because this machine was late.
  package static let droppedByMachine = Outcome.dropped(.machine).text
  /// Given up because the target held all places in flight with requests that it had not answered.
  package static let droppedByTarget = Outcome.dropped(.target).text
  /// Not sent, since the load was stopped while it waited for its turn.
  package static let stopped = Outcome.stopped.text
  /// This machine had no port, descriptor or memory left for it.
  package static let localLimit = Outcome.failure(.localLimit).text
  /// Still unanswered when the run ended.
  package static let unfinished = Outcome.unfinished.text

  private static let drops: Set = [dropped, droppedByMachine, droppedByTarget]
  private static let untold = texts(of: .unsent).union([dropped, droppedByMachine, stopped])
  private static let timeouts = texts(of: .timeout).union([unfinished])
  private static let breaks = texts(of: .broken).union([Outcome.status(408).text])

  /// What a failure may be beside the doing of the target.
  private enum Doubt {
    /// This machine did not send the request.
    case unsent
    /// An answer may have come, and not been read in time.
    case timeout
    /// The connection broke: so may one do whose client does nothing for long.
    case broken
    case none
  }

  private static func doubt(about failure: TransferFailure) -> Doubt {
    switch failure {
    case .localLimit: .unsent
    case .connectTimeout, .tlsTimeout, .timeout: .timeout
    case .resetBeforeResponse, .resetDuringResponse, .idleClosed, .emptyReply, .tlsHandshake, .http2Stream,
      .http2GoAway:
      .broken
    case .dns, .connectRefused, .unreachable, .tlsExpired, .tlsUntrusted, .tlsNoAuthorities, .tlsName,
      .tlsClientCertificate, .proxyRefused, .protocolError, .tooManyRedirects, .tooLarge, .cancelled, .other:
      .none
    }
  }

  private static func texts(of doubt: Doubt) -> Set<String> {
    Set(TransferFailure.allCases.filter { self.doubt(about: $0) == doubt }.map(\.rawValue))
  }

  /// Whether a request was given up unsent, by whatever cause.
  package static func isDropped(_ label: String) -> Bool { drops.contains(label) }

  /// Whether it is unknown how the target would have treated the request: this machine did not send it, or may not have.
  package static func isUntold(_ label: String) -> Bool { untold.contains(label) }

  /// Whether the request was given up after a time without an answer, which may have come and not been read.
  package static func isTimeout(_ label: String) -> Bool { timeouts.contains(label) }

  /// Whether the connection broke under the request, or the server gave it up: so may one do whose client does nothing for long.
  package static func isBroken(_ label: String) -> Bool { breaks.contains(label) }

  /// Whether a target may have failed the request since too many came at once.
  package static func isOverload(_ label: String) -> Bool {
    status(label).map { $0 == 429 || $0 >= 500 } ?? false || isTimeout(label) || isBroken(label)
      || label == droppedByTarget
  }

  /// Whether an answer came, be it not the one that was expected: how long it took is known.
  package static func isAnswered(_ label: String) -> Bool {
    status(label) != nil || label.hasPrefix(Outcome.checkPrefix)
  }

  /// The HTTP status behind a label; `nil` when the request got none.
  package static func status(_ label: String) -> Int? {
    label.count == 3 ? Int(label) : nil
  }

  /// `2xx` to `5xx` for a status, the label itself for everything else.
  package static func group(_ label: String) -> String {
    status(label).map { "\($0 / 100)xx" } ?? label
  }
}
