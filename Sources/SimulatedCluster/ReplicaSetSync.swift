import KubernetesObjects

/// One look of the controller at a ReplicaSet: what it found, and the requests by which it sets that right.
///
/// It ends when all of them are sent; while they wait for their turn, the controller does not look at the ReplicaSet again.
struct ReplicaSetSync: Sendable {
  enum Request: Sendable {
    case create
    case delete(PodID)
    case writeStatus(ReplicaSet.Status)
  }

  /// How many pods a sync makes or deletes at most (`BurstReplicas`).
  static let most = 500

  /// The pods that were counted at its beginning.
  var counts: Counts
  /// Pods that are still to be made, without those whose requests wait.
  var missing = 0
  /// How many are asked for together next: one, and twice as many with every success (`slowStartBatch`).
  var batch = 1
  /// Whether the answers to the batch before have come.
  var isAnswered = true
  /// What is to be sent, and when, the earliest first.
  var waiting: [(due: Duration, request: Request)] = []
  /// Why a pod could not be made.
  var failure: String?
  /// Whether the status was compared with what was found.
  var hasCounted = false
  /// Whether the ReplicaSet is to be looked at again at once.
  var isAskedAgain = false

  struct Counts: Sendable {
    var active: Int
    var ready: Int
    var available: Int
    var terminating: Int
  }
}
