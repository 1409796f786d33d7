import LoadFacts

/// A request that has failed, as a worker keeps it. Instants are nanoseconds of the transport's clock.
struct KeptFailure: Sendable {
  let request: PendingRequest
  /// Of the load.
  let start: Int64
  /// When it was handed to the transport, or could not be.
  let sent: Int64
  let completed: Int64
  let outcome: Outcome
  let version: String?
  let detail: FailureDetail
}
