import ApplicationNature
import KubernetesObjects
import Testing
import Units

@testable import SimulatedCluster

/// Tells a recorded story again with the simulated cluster in virtual time: the same manifests, load, deeds and machines.
struct StoryTelling {
  /// The rig's Ingress hears of a change of the endpoints so much later, and its pods serve on so long after SIGTERM.
  private static let endpointDelay = Duration.milliseconds(300)

  let recorded: ToldStory
  let script: StoryScript
  private let deeds: [StoryDeed]
  /// Time of the recording at cluster time zero.
  private let zero: Double
  private var cluster: ClusterSimulation

  init(_ recorded: ToldStory, script: StoryScript) throws {
    self.recorded = recorded
    self.script = script
    let writes = recorded.writes(firstSyncs: recorded.firstSyncs())
    let rates = script.load.flatMap { service, rates in
      rates.map { StoryDeed(time: $0.at, kind: .offer(service: service, rate: $0.rate)) }
    }
    let scripted = (script.deeds ?? []).map { StoryDeed(time: $0.at, kind: .scripted($0)) }
    deeds = (writes + recorded.paces() + rates + scripted).sorted { $0.time < $1.time }
    zero = (writes.map(\.time).min() ?? 0) - 0.05
    var workload = SimulatedWorkload()
    workload.machines.count = 1
    workload.imagePull = .zero
    workload.containerStart = .seconds(2.25)
    workload.endpointDelay = Self.endpointDelay
    for image in Self.brokenImages(recorded) { workload.versions[DataPlane.version(ofImage: image)] = .broken }
    let firstMeasurement = (script.metricsAt - zero).truncatingRemainder(dividingBy: 15)
    workload.firstMeasurement = .seconds(firstMeasurement <= 0 ? firstMeasurement + 15 : firstMeasurement)
    cluster = try ClusterSimulation(
      manifests: Self.services(recorded), workload: workload,
      epoch: KubernetesTime(microseconds: Int64(((recorded.wall + zero) * 1e6).rounded())))
    cluster.autoscalers.syncLength = .seconds(recorded.syncPeriod - 15)
    cluster.dataPlane.courses = recorded.podCourses(
      workloadsCreated: writes.filter { $0.makes("deployments") || $0.makes("statefulsets") }.map(\.time).min() ?? 0)
  }

  /// What the simulated cluster would have had recorded.
  mutating func told() -> ToldStory {
    let listed = recorded.lines(of: "horizontalpodautoscalers").first?.time ?? 0
    for deed in deeds where deed.time <= listed { perform(deed) }
    advance(to: listed)
    var lines: [ToldStory.Line] = []
    let kinds: [ClusterKind] = [
      .autoscaler, .deployment, .statefulSet, .replicaSet, .pod, .event, .endpointSlice,
    ]
    for kind in kinds {
      for object in cluster.objects(kind) {
        lines.append(
          .init(time: listed, resource: kind.resource.plural, change: .listed, object: object.json(typed: false)))
      }
    }
    let version = cluster.resourceVersion
    for deed in deeds where deed.time > listed && deed.time <= recorded.end { perform(deed) }
    // What is told late in a recording began a moment before.
    advance(to: recorded.end + 0.3)
    var changes: [(version: Int64, line: ToldStory.Line)] = []
    for kind in kinds {
      for change in cluster.changes(kind, after: version) ?? [] {
        changes.append(
          (
            change.resourceVersion,
            .init(
              time: change.time.seconds + zero, resource: kind.resource.plural,
              change: ToldStory.Change(rawValue: change.action.rawValue) ?? .modified, object: change.object.json())
          ))
      }
    }
    lines += changes.sorted { $0.version < $1.version }.map(\.line)
    return ToldStory(name: recorded.name, wall: recorded.wall, lines: lines)
  }

  private mutating func advance(to time: Double) {
    cluster.advance(to: .seconds(max(0, time - zero)))
  }

  private mutating func perform(_ deed: StoryDeed) {
    advance(to: deed.time)
    switch deed.kind {
    case .apply(let resource, let object, let manager, let replicas):
      apply(object, to: resource, by: manager, replicas: replicas)
    case .delete(let resource, let namespace, let name):
      ask("DELETE", "\(Self.path(of: resource, namespace))/\(name)", by: "kubectl", body: nil)
    case .scale(let resource, let namespace, let name, let replicas, let manager):
      ask(
        "PATCH", "\(Self.path(of: resource, namespace))/\(name)/scale", by: manager,
        type: "application/merge-patch+json", body: ["spec": ["replicas": .integer(Int64(replicas))]])
    case .endPod(let number):
      guard let pod = pod(number) else { return }
      ask("DELETE", "\(Self.path(of: "pods", pod.namespace))/\(pod.name)", by: "kubectl", body: nil)
    case .findReady(let number, let isReady):
      guard let pod = pod(number) else { return }
      setReady(pod, isReady)
    case .offer(let service, let rate): cluster.setOfferedRate(rate, host: Self.host(of: service))
    case .pace(let length): cluster.autoscalers.syncLength = .seconds(length)
    case .scripted(let scripted): perform(scripted)
    }
  }

  private mutating func perform(_ deed: StoryScript.Deed) {
    let namespace = cluster.mainNamespace
    let quotas = "/api/v1/namespaces/\(namespace)/resourcequotas"
    switch deed.deed {
    case .failMetrics: cluster.metricsAPIFails = true
    case .serveMetrics: cluster.metricsAPIFails = false
    case .stopControllers: cluster.stopControllers()
    case .startControllers: cluster.startControllers()
    case .createQuota:
      ask(
        "POST", quotas, by: "kubectl",
        body: [
          "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": .string(deed.name ?? "quota")],
          "spec": ["hard": .object((deed.hard ?? [:]).mapValues { .string($0) })],
        ])
    case .deleteQuota: ask("DELETE", "\(quotas)/\(deed.name ?? "quota")", by: "kubectl", body: nil)
    }
  }

  private mutating func apply(_ object: JSONValue, to resource: String, by manager: String, replicas: Bool) {
    let collection = Self.path(of: resource, object.namespace)
    let kinds: [ClusterKind] = [.deployment, .statefulSet, .autoscaler, .pod]
    guard let kind = kinds.first(where: { $0.resource.plural == resource }) else { return }
    guard let current = cluster.object(kind, namespace: object.namespace, name: object.name) else {
      ask("POST", collection, by: manager, body: object)
      return
    }
    var wanted = current.json()
    var spec = object["spec"]
    if !replicas { spec?["replicas"] = wanted["spec", "replicas"] }
    wanted["spec"] = spec
    for (name, value) in object.metadata["annotations"]?.object ?? [:] {
      wanted.setMember(value, at: ["metadata", "annotations", name])
    }
    if let labels = object.metadata["labels"] { wanted.setMember(labels, at: ["metadata", "labels"]) }
    wanted.setMember(nil, at: ["metadata", "resourceVersion"])
    ask("PUT", "\(collection)/\(object.name)", by: manager, body: wanted)
  }

  /// The pod of a number; where that is gone, since another was given up in its place, one like it.
  private func pod(_ number: ToldStory.PodNumber) -> ObjectKey? {
    let made = (cluster.changes(.pod, after: 200) ?? []).filter {
      $0.action == .added && $0.object.json().image == number.image
    }
    let living = cluster.objects(.pod).filter {
      $0.metadata.deletionTimestamp == nil && $0.json().image == number.image
    }.map(\.key)
    let meant = made.dropFirst(number.number).first?.object.key
    return meant.flatMap { living.contains($0) ? $0 : nil } ?? living.first
  }

  private mutating func setReady(_ pod: ObjectKey, _ isReady: Bool) {
    guard let id = cluster.dataPlane.podIDs[pod] else { return }
    let (now, date) = (cluster.now, cluster.date)
    cluster.dataPlane.runtimes[id]?.isReady = isReady
    if isReady { cluster.dataPlane.runtimes[id]?.readyAt = now }
    cluster.dataPlane.updatePod(id, in: &cluster.context) { pod in
      pod.status?.setConditions(["ContainersReady", "Ready"], to: isReady ? "True" : "False", reason: nil, at: date)
      for index in pod.status?.containerStatuses?.indices ?? 0..<0 {
        pod.status?.containerStatuses?[index].ready = isReady
      }
    }
  }

  private mutating func ask(
    _ method: String, _ path: String, by manager: String, type: String = "application/json", body: JSONValue?
  ) {
    let request = APIRequest(
      method: method, path: path, query: ["fieldManager": manager], contentType: type, body: body)
    guard case .object(let status, _) = cluster.respond(to: request), status < 300 else {
      Issue.record("\(recorded.name): \(method) \(path) was refused")
      return
    }
  }

  private static func path(of resource: String, _ namespace: String) -> String {
    let group = ClusterKind.allCases.first { $0.resource.plural == resource }?.resource.apiVersion ?? "v1"
    return "/\(group == "v1" ? "api" : "apis")/\(group)/namespaces/\(namespace)/\(resource)"
  }

  private static func host(of service: String) -> String { "\(service).test" }

  /// A Service for each one whose endpoints were recorded, with the labels of the workload behind it, and an Ingress.
  private static func services(_ story: ToldStory) -> [ClusterManifest] {
    var manifests: [ClusterManifest] = []
    var known: Set<String> = []
    for slice in story.lines(of: "endpointslices").map(\.object) {
      guard let name = slice.metadata["labels"]?["kubernetes.io/service-name"]?.string,
        !known.contains(name), let labels = labels(behind: slice, in: story)
      else { continue }
      known.insert(name)
      let namespace = slice.namespace
      let objects: [JSONValue] = [
        [
          "apiVersion": "v1", "kind": "Service",
          "metadata": ["name": .string(name), "namespace": .string(namespace)],
          "spec": ["selector": labels, "ports": [["port": 80, "targetPort": 80]]],
        ],
        [
          "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
          "metadata": ["name": .string(name), "namespace": .string(namespace)],
          "spec": [
            "rules": [
              [
                "host": .string(host(of: name)),
                "http": [
                  "paths": [
                    [
                      "path": "/", "pathType": "Prefix",
                      "backend": ["service": ["name": .string(name), "port": ["number": 80]]],
                    ]
                  ]
                ],
              ]
            ]
          ],
        ],
      ]
      manifests += objects.map { ClusterManifest(source: story.name, object: $0) }
    }
    return manifests
  }

  private static func labels(behind slice: JSONValue, in story: ToldStory) -> JSONValue? {
    let pods = Set((slice["endpoints"]?.array ?? []).compactMap { $0["targetRef"]?["name"]?.string })
    let deployments = story.lines(of: "deployments").map(\.object).filter { $0.namespace == slice.namespace }
    return deployments.first { deployment in pods.contains { $0.hasPrefix("\(deployment.name)-") } }?["spec"]?[
      "selector"]?["matchLabels"]
  }

  /// Images of which pods ran for longer than any pod takes to be found ready, and none ever was.
  private static func brokenImages(_ story: ToldStory) -> Set<String> {
    var running: [String: (first: Double, last: Double)] = [:]
    var ready: Set<String> = []
    for line in story.lines(of: "pods") {
      let image = line.object["spec", "containers"]?[0]?["image"]?.string ?? ""
      if line.object.condition("Ready")?["status"] == "True" { ready.insert(image) }
      guard line.object["status", "phase"]?.string == "Running" else { continue }
      running[image] = (running[image]?.first ?? line.time, line.time)
    }
    return Set(running.filter { !ready.contains($0.key) && $0.value.last - $0.value.first > 15 }.keys)
  }
}
