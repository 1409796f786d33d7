package import ClientRules
import Foundation
package import KubernetesObjects
package import RunTimeline
package import SimulatedCluster
import Units

/// Observes a simulated cluster as a client of its API does: lists, and what watches bring, each at its run time.
///
/// It is after what belongs to the workloads, as an observer over sockets is that asks by selectors: what no selector takes any
/// more is followed to its end.
///
/// What it notes is what a client would note to whom each answer comes some time after the cluster gave it. What it does when a
/// watch breaks, or a list is refused, it does by the rules of one over sockets (``WatchState``, ``WatchProgress``).
package struct ClusterWatcher: Sendable {
  /// Wall time that a watch has for bringing what a list beside it showed.
  private static let patience = Duration.seconds(2)

  /// What is known and under way of one resource. All instants are run time.
  private struct Watch: Sendable {
    let kind: ClusterKind
    /// What it is noted as.
    let resource: ResourceType
    /// What is noted of it.
    var rule: ObjectRule
    var state = WatchState()
    var progress = WatchProgress()
    /// A request of the watch's own that is on its way or is to be sent; `nil` while the watch is open.
    var pending: (step: WatchState.Step, sent: Duration)?
    /// When the request that opened the watch was sent, and when the cluster took it.
    var opened: (sent: Duration, taken: Duration) = (.zero, .zero)
    /// The version up to which it was told.
    var version: Int64 = 0
    /// Whether it was told anything since it was opened.
    var wasTold = false
    /// How often watches had been cut when it was opened.
    var cuts = 0
    /// What a list showed that it had not brought, when that list came in, and when it is given up for that.
    var lack: (WatchProgress.Lack, listed: Duration, due: Duration)?
    /// Whether the first list was read.
    var hasBegun = false
    /// Versions whose text was noted, by uid.
    var noted: [String: String] = [:]
  }

  private let namespace: String
  private var scope: ObservationScope?
  /// Run time that a request takes to the cluster, and as much as an answer takes back.
  let latency: Duration
  /// Cluster time at run time zero.
  private let origin: Duration
  private var watches: [Watch]
  /// In the order in which they were received.
  package var observations: [Observation] { noted.sorted { $0.received < $1.received } }
  private var noted: [Observation] = []

  /// - Parameters:
  ///   - resources: what is observed, of those that a simulated cluster has; those from which the scope learns first.
  ///   - scope: what belongs to the workloads, as far as that is known; `nil` for everything in the namespace.
  ///   - latency: run time on the way to the cluster, and on the way back.
  ///   - origin: cluster time at run time zero.
  package init(
    of resources: [ResourceType], scope: ObservationScope? = nil, namespace: String, latency: Duration, origin: Duration
  ) {
    self.namespace = namespace
    self.scope = scope
    self.latency = latency
    self.origin = origin
    watches = resources.compactMap { resource in
      ClusterKind.allCases.first { $0.resource.plural == resource.plural && $0.resource.group == resource.group }.map {
        Watch(kind: $0, resource: resource, rule: scope?.rule(of: resource) ?? .all(of: resource))
      }
    }
  }

  /// Run time at which the cluster has next to be asked something, or a watch is to be given up.
  var nextDue: Duration? {
    watches.compactMap { watch in
      [watch.pending.map { $0.sent + latency }, watch.lack?.due].compactMap { $0 }.min()
    }.min()
  }

  /// Reads every resource as it is now, after all that its watch has brought.
  ///
  /// - Parameter provesWatches: a watch that then does not bring what the list shows is ended and opened anew.
  package mutating func list(_ cluster: inout ClusterSimulation, provesWatches: Bool = false) {
    for index in watches.indices {
      proceed(index, with: &cluster)
      if watches[index].hasBegun {
        listAgain(index, of: &cluster, provesWatch: provesWatches)
      } else if watches[index].pending == nil {
        watches[index].pending = (.list, cluster.now - origin - latency)
        proceed(index, with: &cluster)
      }
    }
  }

  /// Notes what watches have brought since the last time, and what became of them.
  mutating func collect(_ cluster: inout ClusterSimulation) {
    for index in watches.indices { proceed(index, with: &cluster) }
  }

  private mutating func proceed(_ index: Int, with cluster: inout ClusterSimulation) {
    let now = cluster.now - origin
    while true {
      if let pending = watches[index].pending {
        guard pending.sent + latency <= now else { return }
        send(pending.step, index, sent: pending.sent, to: &cluster)
        continue
      }
      guard watches[index].hasBegun else { return }
      let cut = cluster.watchCut(of: watches[index].kind, after: watches[index].cuts)
      guard collect(index, from: cluster, until: cut?.time) else { continue }
      if let cut {
        watches[index].cuts = cut.number + 1
        let heard = cut.time - origin + latency
        fail(
          index, at: heard, "\(attempt("watch", index)): the connection was closed before the answer was complete",
          in: cluster)
      } else if let (lack, listed, due) = watches[index].lack, due <= now {
        watches[index].lack = nil
        guard watches[index].progress.stillLacks(lack) else { continue }
        giveUp(index, lack, listed: listed, at: due)
      } else {
        return
      }
    }
  }
}

// What is sent to the cluster.
extension ClusterWatcher {
  private mutating func send(
    _ step: WatchState.Step, _ index: Int, sent: Duration, to cluster: inout ClusterSimulation
  ) {
    watches[index].pending = nil
    let plural = watches[index].kind.resource.plural
    let received = sent + latency * 2
    switch step {
    case .list:
      if let error = cluster.error(verb: "list", resource: plural) {
        return fail(index, at: received, error, "read", in: cluster)
      }
      let objects = note(listOf: index, sent: sent, in: cluster)
      watches[index].version = cluster.resourceVersion
      watches[index].hasBegun = true
      settle(index, in: cluster)
      watches[index].progress.began(from: String(cluster.resourceVersion), objects: objects)
      watches[index].pending = (watches[index].state.listed(version: String(cluster.resourceVersion)).step, received)
    case .watch:
      if let error = cluster.error(verb: "watch", resource: plural) {
        return fail(index, at: received, error, "watch", in: cluster)
      }
      watches[index].opened = (sent, sent + latency)
      watches[index].cuts = cluster.watchCuts
      watches[index].wasTold = false
    }
  }

  private mutating func listAgain(_ index: Int, of cluster: inout ClusterSimulation, provesWatch: Bool) {
    let sent = cluster.now - origin - latency
    let received = sent + latency * 2
    if let error = cluster.error(verb: "list", resource: watches[index].kind.resource.plural) {
      return note(gap: "\(attempt("read", index)): \(Self.cause(error))", of: index, at: received)
    }
    let objects = note(listOf: index, sent: sent, in: cluster)
    // Usually the watch has brought all that the list shows.
    let isBehind = cluster.changes(watches[index].kind, after: watches[index].version).map { !$0.isEmpty } ?? true
    guard provesWatch, isBehind, watches[index].lack == nil, watches[index].pending == nil,
      let lack = watches[index].progress.lack(in: objects, listVersion: String(cluster.resourceVersion))
    else { return }
    watches[index].lack = (lack, received, received + Self.patience * cluster.timeScale)
  }

  /// A list or a watch did not come to pass, or broke.
  private mutating func fail(
    _ index: Int, at heard: Duration, _ error: APIAnswer, _ verb: String, in cluster: ClusterSimulation
  ) {
    var retryAfter: Duration?
    if case .later(let seconds, _) = error { retryAfter = .seconds(seconds) }
    fail(index, at: heard, "\(attempt(verb, index)): \(Self.cause(error))", retryAfter: retryAfter, in: cluster)
  }

  private mutating func fail(
    _ index: Int, at heard: Duration, _ message: String, isExpired: Bool = false, retryAfter: Duration? = nil,
    in cluster: ClusterSimulation
  ) {
    note(gap: message, of: index, at: heard)
    watches[index].lack = nil
    if watches[index].wasTold { watches[index].state.advanced(to: String(watches[index].version)) }
    watches[index].wasTold = false
    let next = watches[index].state.failed(isExpired: isExpired, retryAfter: retryAfter)
    watches[index].pending = (next.step, heard + next.delay * cluster.timeScale)
  }

  /// Ends a watch that has not brought what a list showed.
  private mutating func giveUp(_ index: Int, _ lack: WatchProgress.Lack, listed: Duration, at due: Duration) {
    note(gap: lack.silence(of: watches[index].resource.label, listed: listed.text), of: index, at: due)
    if watches[index].wasTold { watches[index].state.advanced(to: String(watches[index].version)) }
    watches[index].pending = (watches[index].state.silent().step, due)
  }

  private func attempt(_ verb: String, _ index: Int) -> String {
    "cannot \(verb) \(watches[index].kind.resource.path(namespace: namespace))"
  }

  private static func cause(_ answer: APIAnswer) -> String {
    switch answer {
    case .later(_, let answer): cause(answer)
    case .object(let status, let object): object["message"]?.string ?? "the server answered \(status)"
    case .text(429, _): "the server has received too many requests and has asked us to try again later (429)"
    case .text(let status, _): "the server answered \(status)"
    case .warned, .binary, .watch: "the server gave another answer than was asked for"
    }
  }
}

// What is noted.
extension ClusterWatcher {
  /// Notes what a watch was told until now, or until it was cut. Cluster time.
  ///
  /// - Returns: whether the watch goes on; not where the cluster has forgotten what comes next.
  private mutating func collect(_ index: Int, from cluster: ClusterSimulation, until cut: Duration?) -> Bool {
    let kind = watches[index].kind
    let opened = watches[index].opened
    guard let changes = cluster.changes(kind, after: watches[index].version) else {
      fail(
        index, at: cluster.now - origin + latency,
        "\(attempt("watch", index)): the cluster has forgotten what happened after version \(watches[index].version)",
        isExpired: true, in: cluster)
      return false
    }
    for change in changes {
      let due = max(change.time, origin + opened.taken)
      guard let sent = cluster.sending(of: kind, at: due), sent <= cluster.now, cut.map({ sent < $0 }) ?? true else {
        break
      }
      watches[index].version = change.resourceVersion
      let metadata = change.object.metadata
      guard metadata.namespace == namespace else { continue }
      watches[index].wasTold = true
      learn(from: change.object, in: cluster)
      guard follows(change.object, index) else { continue }
      watches[index].progress.brought(
        change.action.rawValue, uid: metadata.uid, version: metadata.resourceVersion)
      if let uid = metadata.uid {
        watches[index].noted[uid] = change.action == .deleted ? nil : metadata.resourceVersion
      }
      noted.append(
        Observation(
          sent: opened.sent, received: sent - origin + latency, resource: watches[index].resource.label,
          kind: Observation.Kind(change.action), name: metadata.name, uid: metadata.uid,
          resourceVersion: metadata.resourceVersion, object: kept(change.object, index)))
    }
    return true
  }

  /// Notes a list that the cluster answers now.
  ///
  /// - Returns: the objects of the list.
  @discardableResult
  private mutating func note(
    listOf index: Int, sent: Duration, in cluster: ClusterSimulation
  ) -> [ListedObject] {
    let kind = watches[index].kind
    let received = sent + latency * 2
    var versions: [String: String] = [:]
    var listed: [ListedObject] = []
    let objects = cluster.objects(kind, namespace: namespace)
    for object in objects { learn(from: object, in: cluster) }
    for object in objects where follows(object, index) {
      let (uid, version) = (object.metadata.uid, object.metadata.resourceVersion)
      let isNoted = uid.flatMap { watches[index].noted[$0] } == version
      if let uid {
        versions[uid] = version
        listed.append(ListedObject(uid: uid, version: version.flatMap { UInt64($0) }))
      }
      noted.append(
        Observation(
          sent: sent, received: received, resource: watches[index].resource.label, kind: .listed,
          name: object.metadata.name,
          uid: uid, resourceVersion: version, object: isNoted ? nil : kept(object, typed: false, index)))
    }
    noted.append(
      Observation(
        sent: sent, received: received, resource: watches[index].resource.label, kind: .list,
        resourceVersion: String(cluster.resourceVersion)))
    watches[index].noted = versions
    return listed
  }

  /// What is noted of an object: of one of which only the metadata are asked for no more than those, but with who owns which
  /// fields, of which a recording keeps a part of theirs alone.
  private func kept(_ object: ClusterObject, typed: Bool = true, _ index: Int) -> Data? {
    let json = object.json(typed: typed)
    guard watches[index].resource.metadataOf != nil else { return try? json.json() }
    guard var metadata = json["metadata"] else { return nil }
    metadata["managedFields"] = object.servedManagedFields
    return try? JSONValue.object(["metadata": metadata]).json()
  }

  private func follows(_ object: ClusterObject, _ index: Int) -> Bool {
    watches[index].rule.takes(object) || object.metadata.uid.map { watches[index].noted[$0] != nil } ?? false
  }

  private mutating func note(gap message: String, of index: Int, at time: Duration) {
    noted.append(
      Observation(
        sent: time, received: time, resource: watches[index].resource.label, kind: .gap, message: message))
  }
}

// What belongs to the workloads.
extension ClusterWatcher {
  /// Takes from an object what belongs to the workloads.
  private mutating func learn(from object: ClusterObject, in cluster: ClusterSimulation) {
    guard var learnt = scope, ObservationScope.teaches(object.kind.resource) else { return }
    if object.kind == .service {
      learnt.see(service: object)
    } else if let workload = object.workload {
      learnt.see(workload)
    }
    take(learnt, in: cluster)
  }

  private mutating func settle(_ index: Int, in cluster: ClusterSimulation) {
    guard var learnt = scope else { return }
    learnt.listed(watches[index].resource)
    take(learnt, in: cluster)
  }

  private mutating func take(_ learnt: ObservationScope, in cluster: ClusterSimulation) {
    guard learnt != scope else { return }
    scope = learnt
    for index in watches.indices {
      watches[index].rule = learnt.rule(of: watches[index].resource)
      if watches[index].hasBegun { review(index, in: cluster) }
    }
  }

  /// Has a resource listed anew where there were objects already that are only now found to belong to the workloads.
  private mutating func review(_ index: Int, in cluster: ClusterSimulation) {
    let watch = watches[index]
    let unasked = cluster.objects(watch.kind, namespace: namespace).count {
      $0.resourceVersion <= watch.version && watch.rule.takes($0) && watch.noted[$0.metadata.uid ?? ""] == nil
    }
    guard unasked > 0 else { return }
    let now = cluster.now - origin
    note(gap: watch.kind.resource.unaskedBefore(unasked), of: index, at: now)
    watches[index].lack = nil
    watches[index].pending = (.list, now)
  }
}

extension ClusterObject: ObservedTraits {
  package var name: String? { metadata.name }
  package var labels: [String: String]? { metadata.labels }
  package var subject: (kind: String, name: String)? {
    guard let about = event?.involvedObject, let kind = about.kind, let name = about.name else { return nil }
    return (kind, name)
  }
  package var backends: Set<String> { ingress?.backendServices ?? [] }
  package var selector: LabelSelector? { try? written["spec"]?["selector"]?.decoded() }
  package func sendsTo(podsWith labels: [String: String]) -> Bool { service?.sendsTo(podsWith: labels) ?? false }
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
