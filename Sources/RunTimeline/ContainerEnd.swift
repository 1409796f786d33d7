import KubernetesObjects

/// How a container of a pod that goes has ended, as the pod's status tells.
package struct ContainerEnd: Sendable, Equatable {
  package let container: String
  /// 137 where it was killed.
  package let exitCode: Int?
  /// `Completed`, `Error`, `OOMKilled`.
  package let reason: String?
  /// `nil` where the status does not tell.
  package let finished: InstantBounds?
}
