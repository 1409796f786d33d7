/// How a container has ended, as its status tells.
struct ContainerEnding: Sendable, Equatable {
  let exitCode: Int
  let reason: String

  static let completed = ContainerEnding(exitCode: 0, reason: "Completed")
  /// By the kubelet, after its grace period.
  static let killed = failed(137)
  static let crashed = failed(1)
  static let outOfMemory = ContainerEnding(exitCode: 137, reason: "OOMKilled")

  static func failed(_ exitCode: Int) -> ContainerEnding { ContainerEnding(exitCode: exitCode, reason: "Error") }
}
