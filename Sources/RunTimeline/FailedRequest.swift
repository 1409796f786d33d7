/// One of the first failed requests of an interval, kept whole.
package struct FailedRequest: Sendable, Equatable {
  package var due: Duration
  package var sent: Duration?
  package var completed: Duration
  package var route: String
  package var outcome: String
  package var curlCode: Int?
  /// `errno` behind a failed connection.
  package var systemError: Int?
  package var status: Int?
  package var localPort: Int?
  package var remoteAddress: String?
  package var pod: String?
  package var version: String?
  /// How far the transfer came, and when; `nil` when it never began or nobody measured.
  package var times: RequestTimes?
  /// Whether the request went out on a connection that stood already; `nil` where that is not known.
  package var reusedConnection: Bool?

  package init(
    due: Duration, sent: Duration?, completed: Duration, route: String, outcome: String, curlCode: Int? = nil,
    systemError: Int? = nil, status: Int? = nil, localPort: Int? = nil, remoteAddress: String? = nil,
    pod: String? = nil, version: String? = nil, times: RequestTimes? = nil, reusedConnection: Bool? = nil
  ) {
    self.due = due
    self.sent = sent
    self.completed = completed
    self.route = route
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
