package import KubernetesObjects
package import RunTimeline

/// Where observations go. Called from several tasks at once.
package protocol ObservationSink: Sendable {
  func record(_ observations: [Observation])
  /// One answer with a `Date` header, which bounds the offset of the server's clock.
  func clock(date: KubernetesTime, sent: Duration, received: Duration)
}
