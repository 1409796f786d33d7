import LoadFacts

/// A request that has ended among what a ``LoadTransport`` has read.
public struct EndedRequest: Sendable, Equatable {
  package let slot: Int
  /// Whether its answer was read; otherwise it has failed.
  package let isAnswered: Bool

  package init(slot: Int, isAnswered: Bool) {
    self.slot = slot
    self.isAnswered = isAnswered
  }
}

/// A connection that was closed, whoever wanted that.
public struct ClosedConnection: Sendable, Equatable {
  package let lane: Int
  /// As in ``ConnectionUse/localPort``.
  package let localPort: Int

  package init(lane: Int, localPort: Int) {
    self.lane = lane
    self.localPort = localPort
  }
}

/// What becomes of a request that has ended.
public enum Conclusion: Sendable, Equatable {
  case ended(RequestEnd)
  /// It goes on in its slot to where the answer has pointed, which came over a connection of the lane or another one.
  case redirected(ConnectionUse?)
  /// It goes on in its slot, since nothing has touched it.
  case sentAgain
}

/// How a request has ended.
public struct RequestEnd: Sendable, Equatable {
  /// A status, a failure, or a check.
  package var outcome: Outcome
  /// Bytes of the body of the answer.
  package var bytes: Int
  /// The version that answered; `nil` when nothing says so.
  package var version: String?
  /// What it did to the connection of its lane; `nil` when it went elsewhere in the end.
  package var connection: ConnectionUse?

  package init(outcome: Outcome, bytes: Int = 0, version: String? = nil, connection: ConnectionUse? = nil) {
    self.outcome = outcome
    self.bytes = bytes
    self.version = version
    self.connection = connection
  }
}

/// What a request did to the connection of its lane.
public struct ConnectionUse: Sendable, Equatable {
  /// How many connections were opened for it.
  package var opened: Int
  /// By which connections of a lane are told apart; 0 when there was none.
  package var localPort: Int
  /// Why it failed, when it did.
  package var failure: TransferFailure?
  /// Whether the connection is closed after it.
  package var isClosed: Bool
  /// Whether the body of the answer was packed.
  package var isCompressed: Bool

  package init(
    opened: Int = 0, localPort: Int = 0, failure: TransferFailure? = nil, isClosed: Bool = false,
    isCompressed: Bool = false
  ) {
    self.opened = opened
    self.localPort = localPort
    self.failure = failure
    self.isClosed = isClosed
    self.isCompressed = isCompressed
  }
}

/// More about a request that has failed.
public struct FailureDetail: Sendable, Equatable {
  /// libcurl's `CURLcode`; `nil` when the transfer itself succeeded.
  package var curlCode: Int?
  /// `errno` of the system call behind it.
  package var osError: Int?
  /// The HTTP status; `nil` when there was no response.
  package var status: Int?
  package var localPort = 0
  /// `ADDRESS:PORT` of the server; empty when there was no connection.
  package var remoteAddress = ""
  package var pod: String?
  package var times = TransferTimes()
  /// Whether it went over a connection that stood before.
  package var reusedConnection = false

  package init() {}
}

/// Why a request could not even begin.
public struct SendingError: Error, Sendable, Equatable {
  package let failure: TransferFailure
  /// libcurl's number; 0 when the failure is ours.
  package let code: Int
  /// `errno` of the system call behind it; 0 when there is none.
  package let osError: Int

  package init(failure: TransferFailure, code: Int = 0, osError: Int = 0) {
    self.failure = failure
    self.code = code
    self.osError = osError
  }
}
