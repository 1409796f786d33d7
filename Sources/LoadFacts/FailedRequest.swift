/// One of the first failed requests of an interval, kept whole. Instants are run time.
package struct FailedRequest: Sendable, Equatable {
  package var due: Duration
  package var sent: Duration?
  package var completed: Duration
  package var route: String
  /// Which process sent it, see ``LoadSnapshot``.
  package var source: String
  /// The text of an ``Outcome``.
  package var outcome: String
  /// libcurl's `CURLcode`; `nil` when the transfer itself succeeded, or was ended by us.
  package var curlCode: Int?
  /// `errno` of the system call behind it.
  package var systemError: Int?
  /// The HTTP status; `nil` when there was no response.
  package var status: Int?
  /// Port of our side of the connection; `nil` when there was none.
  package var localPort: Int?
  /// `ADDRESS:PORT` of the server; `nil` when there was no connection.
  package var remoteAddress: String?
  package var pod: String?
  package var version: String?
  /// How far the transfer came, and when; `nil` when it never began or nobody measured.
  package var times: TransferTimes?
  /// Whether the request went out on a connection that stood already; `nil` where that is not known.
  package var reusedConnection: Bool?

  package init(
    due: Duration, sent: Duration?, completed: Duration, route: String, source: String = "", outcome: String,
    curlCode: Int? = nil, systemError: Int? = nil, status: Int? = nil, localPort: Int? = nil,
    remoteAddress: String? = nil, pod: String? = nil, version: String? = nil, times: TransferTimes? = nil,
    reusedConnection: Bool? = nil
  ) {
    self.due = due
    self.sent = sent
    self.completed = completed
    self.route = route
    self.source = source
    self.outcome = outcome
    self.curlCode = curlCode
    self.systemError = systemError
    self.status = status
    self.localPort = localPort
    self.remoteAddress = remoteAddress
    self.pod = pod
    self.version = version
    self.times = times
    self.reusedConnection = reusedConnection
  }
}

extension FailedRequest: Comparable {
  /// In the order in which they ended; of one instant in an order of all else that tells two of them apart, so that a set of
  /// them has one order only.
  package static func < (left: FailedRequest, right: FailedRequest) -> Bool {
    if left.completed != right.completed { return left.completed < right.completed }
    if left.due != right.due { return left.due < right.due }
    if left.words != right.words { return left.words.lexicographicallyPrecedes(right.words) }
    return left.numbers.lexicographicallyPrecedes(right.numbers)
  }

  private var words: [String] {
    [route, source, outcome] + [remoteAddress, pod, version].map { $0.map { "=" + $0 } ?? "" }
  }

  private var numbers: [Int128] {
    let told: [Int?] = [curlCode, systemError, status, localPort, reusedConnection.map { $0 ? 1 : 0 }]
    let reached: [Int?] = [
      times?.lookedUp, times?.connected, times?.handshaken, times?.requestReady, times?.firstByte, times?.end,
    ]
    let numbers = (told + reached).map { number in number.map { Int128($0) } ?? .min }
    return [sent?.attoseconds ?? .min] + numbers
  }
}
