/// Something that the run does to the cluster at a planned time.
package struct PlannedAction: Sendable, Equatable {
  package enum Kind: Sendable, Equatable {
    /// A rolling update to other images, by name of the container.
    case setImage([String: String])
    /// A rolling update without a change of images, as `kubectl rollout restart` does it.
    case restart
  }

  package var name: String
  /// What the profile calls the workload that it is done to; `nil` where there is one only.
  package var workload: String?
  package var at: Moment
  package var kind: Kind
}
