import Foundation
import KubernetesObjects
import RunTimeline
import Units

/// What a watch brought of a Deployment, its ReplicaSets, pods and slices, object by object, in a run of three phases: calm
/// to 60 s, surge to 120 s, settle to 200 s. The clocks of all agree.
struct ClusterScript {
  /// Seconds of run time at which the run ends.
  var end = 200.0
  var endReason = EndReason.completed
  var autoscaler: String?
  var kind = WorkloadKind.deployment
  /// More of the Deployment's `spec`, and of the pods' container.
  var spec = #""strategy": {"rollingUpdate": {"maxSurge": 2, "maxUnavailable": 1}}"#
  var container = ""
  /// More of the containers of the pods themselves.
  var lifecycle = ""
  /// What the container takes of ConfigMaps and Secrets.
  var configs = #", "envFrom": [{"configMapRef": {"name": "settings"}}]"#
  /// The metadata of the pod template.
  var template = ""
  var actions: [ActionSpan] = []
  private(set) var observations: [Observation] = []
  private var revision = 100
  private var listed: [(resource: String, uid: String, name: String, body: String)] = []
  private var hasBegun = false
  private var isBlind = false

  private static let start: Int64 = 1_000_000
  static let resources = [
    "deployments", "statefulsets", "replicasets", "pods", "endpointslices", "ingresses", "events",
    "configmaps/settings",
  ]

  static func time(_ second: Double) -> String {
    KubernetesTime(seconds: start + Int64(second.rounded(.down))).description
  }

  /// The lists that the run begins with: of all that was told before.
  mutating func begin() {
    hasBegun = true
    for resource in Self.resources { list(resource, at: 0, listed.filter { $0.resource == resource }) }
  }

  private mutating func list(
    _ resource: String, at second: Double, _ objects: [(resource: String, uid: String, name: String, body: String)]
  ) {
    for object in objects {
      revision += 1
      append(
        resource, .listed, sent: second - 0.1, received: second, uid: object.uid, name: object.name, body: object.body)
    }
    observations.append(
      Observation(
        sent: .seconds(second - 0.1), received: .seconds(second), resource: resource, kind: .list,
        resourceVersion: "\(revision)"))
  }

  /// An object as it is from some second on; before `begin`, as it was when the run began.
  mutating func object(
    _ resource: String, _ uid: String, name: String, at second: Double, _ body: String, deleted: Bool = false
  ) {
    let isNew = !listed.contains { $0.uid == uid }
    listed.removeAll { $0.uid == uid }
    if !deleted { listed.append((resource, uid, name, body)) }
    guard hasBegun, !isBlind else { return }
    // All that came before was known shortly before.
    observations.append(
      Observation(
        sent: .zero, received: .seconds(second - 0.05), resource: resource, kind: .bookmark,
        resourceVersion: "\(revision)"))
    revision += 1
    append(
      resource, deleted ? .deleted : isNew ? .added : .modified, sent: 0, received: second, uid: uid, name: name,
      body: body)
  }

  private mutating func append(
    _ resource: String, _ kind: Observation.Kind, sent: Double, received: Double, uid: String, name: String,
    body: String
  ) {
    let text = body.replacingOccurrences(of: "REVISION", with: "\(revision)")
    observations.append(
      Observation(
        sent: .seconds(sent), received: .seconds(received), resource: resource, kind: kind, name: name, uid: uid,
        resourceVersion: "\(revision)", object: Data(text.utf8)))
  }

  /// A watch that breaks, and the list that ends the gap, which shows what became of the objects meanwhile.
  mutating func gap(
    _ resource: String, from start: Double, to end: Double, meanwhile: (inout ClusterScript) -> Void = { _ in }
  ) {
    observations.append(
      Observation(
        sent: .seconds(start), received: .seconds(start), resource: resource, kind: .gap, message: "refused"))
    isBlind = true
    meanwhile(&self)
    isBlind = false
    list(resource, at: end, listed.filter { $0.resource == resource })
  }

  /// A bookmark of every resource: all is known up to here.
  mutating func heard(at second: Double) {
    for resource in Self.resources {
      observations.append(
        Observation(
          sent: .zero, received: .seconds(second), resource: resource, kind: .bookmark, resourceVersion: "\(revision)"))
    }
  }

  var timeline: Timeline {
    func phase(_ name: String, _ from: Double, _ to: Double) -> PhaseSpan {
      PhaseSpan(
        name: name, plannedStart: .seconds(from), plannedEnd: .seconds(to), startRate: 0, endRate: 0,
        start: from < end ? .seconds(from) : nil, end: from < end ? .seconds(min(to, end)) : nil)
    }
    let start = KubernetesTime(seconds: Self.start)
    return Timeline(
      run: RunDescription(
        name: "test", toolVersion: "test", profileText: "", startedAt: start, endedAt: .seconds(end),
        endReason: endReason,
        cluster: ClusterDescription(
          context: "test", namespace: "default", workload: WorkloadReference(kind, "web"), autoscaler: autoscaler)),
      phases: [phase("calm", 0, 60), phase("surge", 60, 120), phase("settle", 120, 200)], actions: actions,
      observations: observations, clock: ServerClock(runStart: start, offset: .zero ... .zero))
  }
}

extension ClusterScript {
  /// The Deployment at some second.
  ///
  /// - Parameters:
  ///   - writer: a new entry of the managed fields, written at that second.
  ///   - scaler: one of who wrote by the subresource `scale`.
  mutating func deployment(
    at second: Double, wanted: Int, updated: Int? = nil, available: Int? = nil, current: Int? = nil,
    image: String = "app:v1", generation: Int = 1, observed: Int? = nil, revision: Int = 1, writer: String? = nil,
    scaler: String? = nil, conditions: String = ""
  ) {
    let written = Self.time(second)
    let other = writer.map { #", {"manager": "\#($0)", "operation": "Update", "time": "\#(written)"}"# } ?? ""
    let scale =
      scaler.map {
        #", {"manager": "\#($0)", "operation": "Update", "subresource": "scale", "time": "\#(written)"}"#
      } ?? ""
    let status =
      #"{"manager": "kube-controller-manager", "operation": "Update", "subresource": "status", "time": "\#(written)"}"#
    let fields = #", "managedFields": [\#(status)\#(other)\#(scale)]"#
    object(
      "deployments", "d", name: "web", at: second,
      """
      {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "uid": "d", "generation": \(generation),
       "resourceVersion": "REVISION", "annotations": {"deployment.kubernetes.io/revision": "\(revision)"}\(fields)},
       "spec": {"replicas": \(wanted), "selector": {"matchLabels": {"app": "web"}}, \(spec),
       "template": {"metadata": {\(template)}, "spec": {"containers": [{"name": "app", "image": "\(image)"\(container)\(configs)}]}}},
       "status": {"observedGeneration": \(observed ?? generation), "replicas": \(current ?? wanted),
       "availableReplicas": \(available ?? wanted), "readyReplicas": \(available ?? wanted),
       "updatedReplicas": \(updated ?? wanted), "conditions": [\(conditions)]}}
      """)
  }

  mutating func replicaSet(
    _ hash: String, at second: Double, replicas: Int, status: Int? = nil, ready: Int? = nil, revision: Int = 1,
    generation: Int = 1, annotations: String = "", conditions: String = "", created: Double? = nil, gone: Bool = false
  ) {
    let creation = created.map { #" "creationTimestamp": "\#(Self.time($0))","# } ?? ""
    object(
      "replicasets", "rs-\(hash)", name: "web-\(hash)", at: second,
      """
      {"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": {"name": "web-\(hash)", "uid": "rs-\(hash)",
       "generation": \(generation), "resourceVersion": "REVISION",\(creation)
       "labels": {"app": "web", "pod-template-hash": "\(hash)"},
       "annotations": {"deployment.kubernetes.io/revision": "\(revision)"\(annotations)},
       "managedFields": [{"manager": "kube-controller-manager", "operation": "Update", "time": "\(Self.time(second))"}],
       "ownerReferences": [{"apiVersion": "apps/v1", "kind": "Deployment", "name": "web", "uid": "d"}]},
       "spec": {"replicas": \(replicas), "selector": {"matchLabels": {"app": "web", "pod-template-hash": "\(hash)"}}},
       "status": {"replicas": \(status ?? replicas),
       "readyReplicas": \(ready ?? status ?? replicas), "conditions": [\(conditions)]}}
      """, deleted: gone)
  }

  /// How a pod is at some second.
  struct PodState {
    var ready = true
    /// Why the condition `Ready` says that it is not.
    var unreadySince: String?
    /// The second of the last change of `Ready`.
    var transition = -100.0
    var created = -200.0
    /// The second at which it got its node; `nil` while it has none.
    var scheduled: Double? = -200
    var restarts = 0
    /// How the container ended last: its reason, its exit code and the second.
    var ended: (reason: String, code: Int, at: Double)?
    var isRunning = true
    /// The second at which its container was started; `nil` for that of its creation.
    var started: Double?
    /// How the container ended that has no successor: its exit code and the second.
    var exited: (code: Int, at: Double)?
    /// The second at which it was asked to go.
    var deleted: Double?
    var hash = "1"
    /// What its label `app` says, by which its ReplicaSet selects it.
    var app = "web"
    /// The ReplicaSet that owns it; `nil` for nobody.
    var owner: String? = "web"
    /// Its node, where that matters.
    var node: String?
  }

  mutating func pod(_ name: String, at second: Double, _ state: PodState = PodState(), gone: Bool = false) {
    let last =
      state.ended.map {
        #", "lastState": {"terminated": {"reason": "\#($0.reason)", "exitCode": \#($0.code), "finishedAt": "\#(Self.time($0.at))"}}"#
      } ?? ""
    let running =
      state.isRunning
      ? #""running": {"startedAt": "\#(Self.time(state.ended?.at ?? state.started ?? state.created))"}"#
      : #""waiting": {"reason": "CrashLoopBackOff"}"#
    let now =
      state.exited.map {
        #""terminated": {"exitCode": \#($0.code), "reason": "Error", "finishedAt": "\#(Self.time($0.at))"}"#
      } ?? running
    let deletion =
      state.deleted.map {
        #", "deletionTimestamp": "\#(Self.time($0 + 30))", "deletionGracePeriodSeconds": 30"#
      } ?? ""
    let unready = state.unreadySince.map { #", "reason": "\#($0)""# } ?? ""
    let scheduled =
      state.scheduled.map {
        #", {"type": "PodScheduled", "status": "True", "lastTransitionTime": "\#(Self.time($0))"}"#
      } ?? ""
    let node = state.node.map { #""nodeName": "\#($0)", "# } ?? ""
    let owners =
      state.owner.map {
        #", "ownerReferences": [{"apiVersion": "apps/v1", "kind": "ReplicaSet", "controller": true, "name": "\#($0)-\#(state.hash)", "uid": "\#($0 == "web" ? "rs" : $0)-\#(state.hash)"}]"#
      } ?? ""
    object(
      "pods", name, name: name, at: second,
      """
      {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "\(name)", "uid": "\(name)", "resourceVersion": "REVISION",
       "creationTimestamp": "\(Self.time(state.created))", "labels": {"app": "\(state.app)", "pod-template-hash": "\(state.hash)"}\(deletion)\(owners)},
       "spec": {\(node)"containers": [{"name": "app", "image": "app:v\(state.hash)"\(lifecycle)}]},
       "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": "\(state.ready ? "True" : "False")",
       "lastTransitionTime": "\(Self.time(state.transition))"\(unready)}\(scheduled)],
       "containerStatuses": [{"name": "app", "ready": \(state.ready), "restartCount": \(state.restarts),
       "state": {\(now)}\(last)}]}}
      """, deleted: gone)
  }

  /// A slice of a Service with so many ready endpoints, named by the pods that they are.
  ///
  /// - Parameters:
  ///   - ports: their names; `nil` for none, as the API server writes it.
  ///   - created: the second at which it was created, as it says; `nil` where it does not.
  mutating func slice(
    _ name: String, of service: String = "web", at second: Double, ready: [String], others: [String] = [],
    ports: [String]? = [""], isHeadless: Bool = false, created: Double? = nil, gone: Bool = false
  ) {
    let creation = created.map { #" "creationTimestamp": "\#(Self.time($0))","# } ?? ""
    func endpoint(_ pod: String, _ isReady: Bool) -> String {
      #"{"addresses": ["10.0.0.1"], "conditions": {"ready": \#(isReady)}, "targetRef": {"kind": "Pod", "name": "\#(pod)", "uid": "\#(pod)"}}"#
    }
    let list = ports.map {
      "[\($0.map { #"{"name": "\#($0)", "port": 80, "protocol": "TCP"}"# }.joined(separator: ", "))]"
    }
    let headless = isHeadless ? #", "service.kubernetes.io/headless": """# : ""
    let endpoints = (ready.map { endpoint($0, true) } + others.map { endpoint($0, false) }).joined(separator: ", ")
    object(
      "endpointslices", name, name: name, at: second,
      """
      {"apiVersion": "discovery.k8s.io/v1", "kind": "EndpointSlice", "metadata": {"name": "\(name)", "uid": "\(name)",
       "resourceVersion": "REVISION",\(creation) "labels": {"kubernetes.io/service-name": "\(service)"\(headless)},
       "managedFields": [{"manager": "kube-controller-manager", "operation": "Update", "time": "\(Self.time(second))"}],
       "annotations": {"endpoints.kubernetes.io/last-change-trigger-time": "\(Self.time(second))"}},
       "addressType": "IPv4", "endpoints": [\(endpoints)], "ports": \(list ?? "null")}
      """, deleted: gone)
  }

  /// An Ingress that sends all to one Service.
  ///
  /// - Parameter port: of the Service, as JSON.
  mutating func ingress(to service: String, port: String = #"{"number": 80}"#, at second: Double) {
    object(
      "ingresses", "ingress", name: "web", at: second,
      """
      {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {"name": "web", "uid": "ingress",
       "resourceVersion": "REVISION"}, "spec": {"defaultBackend": {"service": {"name": "\(service)", "port": \(port)}}}}
      """)
  }

  /// The metadata of a ConfigMap that was listed and watched by its name.
  ///
  /// - Parameters:
  ///   - more: more of them.
  ///   - owners: its managed fields, of which the writer of its data is one by default.
  mutating func config(
    _ name: String, at second: Double, _ more: String = "", owners: String? = nil, gone: Bool = false
  ) {
    let owners = owners ?? Self.owner("kubectl", at: second, fields: #""f:data": {"f:1": {}}"#)
    object(
      "configmaps/\(name)", "config-\(name)", name: name, at: second,
      #"{"metadata": {"name": "\#(name)", "uid": "config-\#(name)", "resourceVersion": "REVISION", "managedFields": [\#(owners)]\#(more)}}"#,
      deleted: gone)
  }

  /// An entry of managed fields.
  ///
  /// - Parameter fields: `nil` where none are kept.
  static func owner(_ manager: String, _ operation: String = "Update", at second: Double, fields: String?) -> String {
    let list = fields.map { #", "fieldsV1": {\#($0)}"# } ?? ""
    return #"{"manager": "\#(manager)", "operation": "\#(operation)", "time": "\#(time(second))"\#(list)}"#
  }

  /// - Parameters:
  ///   - count: how often it has happened.
  ///   - uid: of the event that goes on counting; `nil` for a new one.
  ///   - isDated: whether it says when it was written.
  mutating func event(
    _ reason: String, of object: (kind: String, name: String), at second: Double, _ message: String, count: Int = 1,
    uid: String? = nil, isDated: Bool = false
  ) {
    let time = isDated ? #", "time": "\#(Self.time(second))""# : ""
    let name = uid ?? "event-\(observations.count)"
    self.object(
      "events", name, name: name, at: second,
      """
      {"apiVersion": "v1", "kind": "Event", "metadata": {"name": "\(name)", "uid": "\(name)", "resourceVersion": "REVISION",
       "managedFields": [{"manager": "kube-controller-manager", "operation": "Update"\(time)}]},
       "involvedObject": {"kind": "\(object.kind)", "name": "\(object.name)",
       "uid": "\(object.kind == "ReplicaSet" ? "rs-" + object.name.dropFirst(4) : object.name)"}, "type": "Warning",
       "reason": "\(reason)", "message": "\(message)", "count": \(count), "lastTimestamp": "\(Self.time(second))"}
      """)
  }

  /// Two healthy pods of a Deployment that has been there for long.
  static func healthy(pods: Int = 2, configs: String? = nil) -> ClusterScript {
    var script = ClusterScript()
    if let configs { script.configs = configs }
    script.deployment(at: 0, wanted: pods)
    script.replicaSet("1", at: 0, replicas: pods)
    let names = (1...pods).map { "web-1-\($0)" }
    for name in names { script.pod(name, at: 0) }
    script.slice("web-a", at: 0, ready: names)
    script.begin()
    return script
  }
}
