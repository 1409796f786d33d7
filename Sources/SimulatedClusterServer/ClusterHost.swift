import NIOCore
import SimulatedCluster

/// Keeps the cluster's time in step with the wall clock, and feeds the watches.
// Sendable by confinement: every method and property is used on `loop` alone, which `enter` checks.
final class ClusterHost: @unchecked Sendable {
  let loop: any EventLoop
  /// The body of every answer from a pod.
  let answerBody: ByteBuffer
  private(set) var cluster: ClusterSimulation
  private let warmUp: Duration
  private var startedAt: NIODeadline?
  private var wakeUp: (due: Duration, task: Scheduled<Void>)?
  private var watches: [ObjectIdentifier: any WatchSink] = [:]
  private var toldVersion: Int64 = 0
  private var toldTurns = 0
  private var connections = 0

  init(cluster: ClusterSimulation, warmUp: Duration, loop: any EventLoop) {
    self.cluster = cluster
    self.warmUp = warmUp
    self.loop = loop
    answerBody = ByteBuffer(repeating: UInt8(ascii: "x"), count: max(cluster.workload.responseBytes, 0))
  }

  /// Cluster time begins to pass.
  func begin() {
    loop.preconditionInEventLoop()
    startedAt = .now()
    toldVersion = cluster.resourceVersion
    scheduleWakeUp()
  }

  func end() {
    loop.preconditionInEventLoop()
    wakeUp?.task.cancel()
    wakeUp = nil
    startedAt = nil
  }

  /// Brings the cluster to the present, does something with it, and tells the watches what is new.
  func withCluster<Result>(_ body: (inout ClusterSimulation) -> Result) -> Result {
    loop.preconditionInEventLoop()
    catchUp()
    let result = body(&cluster)
    tellWatches()
    scheduleWakeUp()
    return result
  }

  private func catchUp() {
    guard let startedAt else { return }
    let passed = (NIODeadline.now() - startedAt).nanoseconds
    cluster.advance(to: warmUp + .nanoseconds(Int64(Double(passed) * cluster.timeScale)))
  }

  private func scheduleWakeUp() {
    guard let startedAt, let due = cluster.nextDue else { return }
    if let wakeUp, wakeUp.due <= due { return }
    wakeUp?.task.cancel()
    let (seconds, attoseconds) = (due - warmUp).components
    let nanoseconds = (Double(seconds) * 1e9 + Double(attoseconds) / 1e9) / cluster.timeScale
    // Half a microsecond late rather than early: what wakes too early would only go to sleep again.
    let deadline = startedAt + .nanoseconds(Int64(max(nanoseconds, 0)) + 500)
    let task = loop.scheduleTask(deadline: deadline) {
      self.wakeUp = nil
      self.withCluster { _ in }
    }
    wakeUp = (due, task)
  }

  /// The number of a new connection to the Ingress.
  func numberConnection() -> Int {
    loop.preconditionInEventLoop()
    connections += 1
    return connections
  }

  func add(_ watch: any WatchSink) {
    watches[ObjectIdentifier(watch)] = watch
  }

  func remove(_ watch: any WatchSink) {
    watches[ObjectIdentifier(watch)] = nil
  }

  private func tellWatches() {
    guard cluster.resourceVersion != toldVersion || cluster.watchTurns != toldTurns else { return }
    toldVersion = cluster.resourceVersion
    toldTurns = cluster.watchTurns
    for watch in watches.values { watch.tell(cluster) }
  }
}

/// A connection with an open watch.
protocol WatchSink: AnyObject {
  /// Sends what has happened since the last time.
  func tell(_ cluster: ClusterSimulation)
}
