/// What the nature of a cluster is fitted by: a length of time that no manifest tells.
package enum FittedParameter: String, Sendable, CaseIterable {
  /// CPU that one request costs its pod.
  case cpuPerRequest
  /// From a request's arrival at a pod that is not busy to its answer.
  case serviceTime
  /// From the scheduling of a pod to its image being there, where the machine lacks it.
  case imagePull
  /// From the image being there to a running container.
  case containerStart
  /// From a running container to an application that answers its probes.
  case applicationStart = "start"
  /// The interval that one measurement of CPU covers.
  case metricsWindow
  /// From the end of that interval to the autoscaler's reading it.
  case metricsDelay
  /// From the end of a pod to the Ingress sending it nothing more.
  case endpointDelay
  /// How long a container goes on answering after it was told to stop.
  case keepsServing
}

/// One parameter as a recording shows it.
package struct FittedValue: Sendable, Equatable {
  package let parameter: FittedParameter
  package let value: Duration
  /// All that the observations allow, or where they contradict each other, all that they say.
  package let range: ClosedRange<Duration>
  /// How many observations it was taken from.
  package let observations: Int

  /// What several observations say together, each with the shortest and the longest length that it allows: what all of them
  /// allow, or where there is no such length, from the shortest to the longest of their middles. The value is the median of
  /// the middles, held within that. `nil` of none.
  init?(_ parameter: FittedParameter, within bounds: [ClosedRange<Duration>]) {
    guard !bounds.isEmpty else { return nil }
    let middles = bounds.map { ($0.lowerBound + $0.upperBound) / 2 }.sorted()
    let low = bounds.map(\.lowerBound).max() ?? .zero
    let high = bounds.map(\.upperBound).min() ?? .zero
    range = low <= high ? low...high : middles[0]...middles[middles.count - 1]
    value = min(max(middles[middles.count / 2], range.lowerBound), range.upperBound)
    self.parameter = parameter
    observations = bounds.count
  }

  init(_ parameter: FittedParameter, _ value: Duration, range: ClosedRange<Duration>, observations: Int) {
    self.parameter = parameter
    self.value = value
    self.range = range
    self.observations = observations
  }
}
