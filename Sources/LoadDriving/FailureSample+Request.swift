import LoadFacts

extension FailureSample {
  /// - Parameters:
  ///   - start: of the load, by the transport's clock as all instants.
  ///   - sent: when it was handed to the transport, or could not be.
  init(
    _ request: PendingRequest, _ outcome: Outcome, _ detail: FailureDetail, version: String?, start: Int64, sent: Int64,
    completed: Int64
  ) {
    self.init(
      due: .nanoseconds(request.due - start), sent: .nanoseconds(sent - start),
      completed: .nanoseconds(completed - start), route: request.route, outcome: outcome.text,
      curlCode: detail.curlCode, osError: detail.osError, status: detail.status, localPort: detail.localPort,
      remoteAddress: detail.remoteAddress, pod: detail.pod, version: version, times: detail.times,
      reusedConnection: detail.reusedConnection)
  }
}
