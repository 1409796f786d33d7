package import KubernetesObjects
package import RunTimeline
package import SimulatedCluster

/// Observes a simulated cluster as a client of its API does: lists, and what watches bring, each at its run time.
///
/// What it notes is what a client would note to whom each answer comes some time after the cluster gave it, and to whom nothing
/// is lost.
package struct ClusterWatcher: Sendable {
  private struct Watch: Sendable {
    let kind: ClusterKind
    /// Run time at which it was opened; `nil` before the first list.
    var opened: Duration?
    /// The newest version that it brought.
    var version: Int64 = 0
    /// Versions whose text was noted, by uid.
    var noted: [String: String] = [:]
  }

  private let namespace: String
  /// Run time that a request takes to the cluster, and as much as an answer takes back.
  let latency: Duration
  /// Cluster time at run time zero.
  private let origin: Duration
  private var watches: [Watch]
  /// In the order in which they were received.
  package var observations: [Observation] { noted.sorted { $0.received < $1.received } }
  private var noted: [Observation] = []

  /// - Parameters:
  ///   - resources: what is observed, of those that a simulated cluster has.
  ///   - latency: run time on the way to the cluster, and on the way back.
  ///   - origin: cluster time at run time zero.
  package init(of resources: [ResourceType], namespace: String, latency: Duration, origin: Duration) {
    self.namespace = namespace
    self.latency = latency
    self.origin = origin
    watches = resources.compactMap { resource in
      ClusterKind.allCases.first { $0.resource == resource }.map { Watch(kind: $0) }
    }
  }

  /// Reads every resource as it is now, after all that its watch has brought.
  package mutating func list(_ cluster: ClusterSimulation) {
    for index in watches.indices {
      collect(index, from: cluster)
      list(index, of: cluster)
    }
  }

  /// Notes what watches have brought since the last time.
  mutating func collect(_ cluster: ClusterSimulation) {
    for index in watches.indices { collect(index, from: cluster) }
  }

  private mutating func list(_ index: Int, of cluster: ClusterSimulation) {
    let kind = watches[index].kind
    let now = cluster.now - origin
    var versions: [String: String] = [:]
    for object in cluster.objects(kind, namespace: namespace) {
      let (uid, version) = (object.metadata.uid, object.metadata.resourceVersion)
      let isNoted = uid.flatMap { watches[index].noted[$0] } == version
      if let uid { versions[uid] = version }
      noted.append(
        Observation(
          sent: now - latency, received: now + latency, resource: kind.resource.plural, kind: .listed,
          name: object.metadata.name, uid: uid, resourceVersion: version,
          object: isNoted ? nil : try? object.json(typed: false).json()))
    }
    noted.append(
      Observation(
        sent: now - latency, received: now + latency, resource: kind.resource.plural, kind: .list,
        resourceVersion: String(cluster.resourceVersion)))
    watches[index].noted = versions
    guard watches[index].opened == nil else { return }
    watches[index].opened = now + latency
    watches[index].version = cluster.resourceVersion
  }

  private mutating func collect(_ index: Int, from cluster: ClusterSimulation) {
    let kind = watches[index].kind
    guard let opened = watches[index].opened else { return }
    guard let changes = cluster.changes(kind, after: watches[index].version) else {
      // As a client to whom the API server says 410: it tells what it does not know, and lists anew.
      let now = cluster.now - origin
      noted.append(
        Observation(
          sent: now, received: now, resource: kind.resource.plural, kind: .gap,
          message: "the cluster has forgotten what happened after version \(watches[index].version)"))
      watches[index].opened = nil
      return list(index, of: cluster)
    }
    for change in changes {
      watches[index].version = change.resourceVersion
      let metadata = change.object.metadata
      guard metadata.namespace == namespace else { continue }
      if let uid = metadata.uid {
        watches[index].noted[uid] = change.action == .deleted ? nil : metadata.resourceVersion
      }
      noted.append(
        Observation(
          sent: opened, received: change.time - origin + latency, resource: kind.resource.plural,
          kind: Observation.Kind(change.action), name: metadata.name, uid: metadata.uid,
          resourceVersion: metadata.resourceVersion, object: try? change.object.json().json()))
    }
  }
}

extension Observation.Kind {
  fileprivate init(_ action: ObjectChange.Action) {
    switch action {
    case .added: self = .added
    case .modified: self = .modified
    case .deleted: self = .deleted
    }
  }
}
