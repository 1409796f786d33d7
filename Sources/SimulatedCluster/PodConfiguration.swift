import KubernetesObjects

/// A ConfigMap or Secret that a pod takes something from.
struct ConfigurationReference: Sendable, Hashable {
  enum Use: Sendable, Hashable {
    /// Variables of containers, which are read when these start; of a key, or of all.
    case environment(key: String?)
    /// Files of a volume. The kubelet renews them, but not those that a container mounts by a `subPath`.
    case files(volume: String, keys: [String], areRenewed: Bool)
  }

  let kind: ClusterKind
  let name: String
  let use: Use
  let isOptional: Bool

  private var title: String { kind == .secret ? "secret" : "configmap" }

  /// Why a pod cannot take it; `nil` when it can (Kubernetes 1.36, pkg/kubelet/kubelet_pods.go and pkg/volume/configmap).
  func problem(_ object: ClusterObject?, namespace: String) -> String? {
    guard !isOptional else { return nil }
    guard let object else { return "\(title) \"\(name)\" not found" }
    let there = ["data", "binaryData", "stringData"].flatMap { (object.written[$0]?.object ?? [:]).keys }
    switch use {
    case .environment(let key):
      guard let key, !there.contains(key) else { return nil }
      return "couldn't find key \(key) in \(kind.resource.kind) \(namespace)/\(name)"
    case .files(_, let keys, _):
      return keys.first { !there.contains($0) }.map { "references non-existent \(keyTitle) key: \($0)" }
    }
  }

  private var keyTitle: String { kind == .secret ? "secret" : "config" }
}

extension ConfigurationReference {
  /// What the spec of a pod refers to, in its order: first for volumes, then for containers.
  static func all(in spec: JSONValue) -> [ConfigurationReference] {
    let containers = (spec["initContainers"]?.array ?? []) + (spec["containers"]?.array ?? [])
    return (spec["volumes"]?.array ?? []).flatMap { files(of: $0, in: containers) }
      + containers.flatMap(environment)
  }

  private static func environment(of container: JSONValue) -> [ConfigurationReference] {
    func reference(_ source: JSONValue?, _ kind: ClusterKind, key: String?) -> ConfigurationReference? {
      guard let source, let name = source["name"]?.string else { return nil }
      return ConfigurationReference(
        kind: kind, name: name, use: .environment(key: key), isOptional: source["optional"] == true)
    }
    let whole = (container["envFrom"]?.array ?? []).flatMap { source in
      [
        reference(source["configMapRef"], .configMap, key: nil), reference(source["secretRef"], .secret, key: nil),
      ].compactMap(\.self)
    }
    let single = (container["env"]?.array ?? []).flatMap { variable -> [ConfigurationReference] in
      guard let from = variable["valueFrom"] else { return [] }
      let (map, secret) = (from["configMapKeyRef"], from["secretKeyRef"])
      return [
        reference(map, .configMap, key: map?["key"]?.string), reference(secret, .secret, key: secret?["key"]?.string),
      ].compactMap(\.self)
    }
    return whole + single
  }

  private static func files(of volume: JSONValue, in containers: [JSONValue]) -> [ConfigurationReference] {
    let title = volume["name"]?.string ?? ""
    let mounts = containers.flatMap { $0["volumeMounts"]?.array ?? [] }.filter { $0["name"]?.string == title }
    // What no container mounts, the kubelet does not look at.
    guard !mounts.isEmpty else { return [] }
    let areRenewed = mounts.contains { $0["subPath"] == nil && $0["subPathExpr"] == nil }
    func reference(_ source: JSONValue?, _ kind: ClusterKind, nameIn member: String) -> ConfigurationReference? {
      guard let source, let name = source[member]?.string else { return nil }
      let keys = (source["items"]?.array ?? []).compactMap { $0["key"]?.string }
      return ConfigurationReference(
        kind: kind, name: name, use: .files(volume: title, keys: keys, areRenewed: areRenewed),
        isOptional: source["optional"] == true)
    }
    let projected = (volume["projected", "sources"]?.array ?? []).flatMap { source in
      [
        reference(source["configMap"], .configMap, nameIn: "name"),
        reference(source["secret"], .secret, nameIn: "name"),
      ].compactMap(\.self)
    }
    return [
      reference(volume["configMap"], .configMap, nameIn: "name"),
      reference(volume["secret"], .secret, nameIn: "secretName"),
    ].compactMap(\.self) + projected
  }
}

/// What a pod has of the ConfigMaps and Secrets that it refers to.
struct PodConfiguration: Sendable {
  let references: [ConfigurationReference]
  /// The version of the object that is in use; none for what was not there and did not have to be.
  var versions: [ConfigurationReference: String] = [:]
  /// Whether its volumes are there.
  var isMounted = false
  /// How often they could not be made.
  var failures = 0
}

/// A ConfigMap or Secret as a pod has it.
package struct TakenConfiguration: Sendable, Equatable {
  /// `configMap` or `secret`.
  package let kind: ClusterKind
  package let name: String
  /// Whether it is in variables, which stay as they are until the container starts again, or in files.
  package let isEnvironment: Bool
  /// The `resourceVersion` of the object that the pod has; `nil` where it has none.
  package let resourceVersion: String?
}

// What the kubelet does with ConfigMaps and Secrets (Kubernetes 1.36, pkg/kubelet/kubelet_pods.go, `makeEnvironmentVariables`;
// pkg/kubelet/volumemanager; pkg/kubelet/pod_workers.go).
extension DataPlane {
  /// Reads what a pod refers to before its containers start.
  ///
  /// - Returns: whether they can. If not, the pod and its events say why, and the kubelet tries again.
  mutating func takeConfiguration(of id: PodID, in context: inout ControllerContext) -> Bool {
    // Of a pod whose course is known it is known that it started.
    guard let runtime = runtimes[id], runtime.course == nil, !context.configurationIsElsewhere else {
      return true
    }
    var configuration =
      configurations[id]
      ?? PodConfiguration(
        references: ConfigurationReference.all(in: context.store[.pod, runtime.key]?.written["spec"] ?? [:]))
    guard !configuration.references.isEmpty else { return true }
    defer { configurations[id] = configuration }
    if !configuration.isMounted {
      guard mount(&configuration, of: runtime, in: &context) else { return false }
      configuration.isMounted = true
    }
    for reference in configuration.references {
      guard case .environment = reference.use else { continue }
      let object = context.store[reference.kind, reference.key(in: runtime.key.namespace)]
      guard let problem = reference.problem(object, namespace: runtime.key.namespace) else {
        configuration.versions[reference] = object?.metadata.resourceVersion
        continue
      }
      updateContainer(runtime, in: &context) {
        $0.state = .waiting(reason: "CreateContainerConfigError", message: problem)
      }
      context.record(.warning, "Failed", "Error: \(problem)", about: .pod, runtime.key, by: Self.kubelet)
      // A sync that failed is done again after ten seconds, and up to half as much more.
      context.schedule(.startContainers(id), after: .seconds(10 + 5 * context.random.fraction()))
      return false
    }
    return true
  }

  private func mount(
    _ configuration: inout PodConfiguration, of runtime: PodRuntime, in context: inout ControllerContext
  ) -> Bool {
    for reference in configuration.references {
      guard case .files(let volume, _, _) = reference.use else { continue }
      let object = context.store[reference.kind, reference.key(in: runtime.key.namespace)]
      guard let problem = reference.problem(object, namespace: runtime.key.namespace) else {
        configuration.versions[reference] = object?.metadata.resourceVersion
        continue
      }
      recordFailedMount(volume, problem, of: runtime, in: &context)
      // pkg/util/goroutinemap/exponentialbackoff.
      let wait = min(Duration.milliseconds(500) * (1 << min(configuration.failures, 10)), .seconds(122))
      configuration.failures += 1
      context.schedule(.startContainers(runtime.id), after: wait)
      return false
    }
    return true
  }

  private func recordFailedMount(
    _ volume: String, _ problem: String, of runtime: PodRuntime, in context: inout ControllerContext
  ) {
    context.record(
      .warning, "FailedMount", "MountVolume.SetUp failed for volume \"\(volume)\" : \(problem)", about: .pod,
      runtime.key, by: Self.kubelet)
  }

  /// Has the kubelets hear of a ConfigMap or Secret that was written or deleted: each renews the files of its pods when it
  /// looks at them next, every 60 s and up to half as much more.
  func noteConfiguration(_ object: ClusterObject, in context: inout ControllerContext) {
    for (id, configuration) in configurations.sorted(by: { $0.key < $1.key }) {
      guard let runtime = runtimes[id], runtime.key.namespace == object.key.namespace, configuration.isMounted,
        configuration.references.contains(where: { $0.isRenewed(by: object) })
      else { continue }
      let period = 60 + 30 * context.random.fraction()
      context.schedule(.renewFiles(id), after: .seconds(period * context.random.fraction()))
    }
  }

  /// The kubelet writes the files of a pod anew that have changed.
  mutating func renewFiles(of id: PodID, in context: inout ControllerContext) {
    guard let runtime = runtimes[id], var configuration = configurations[id], !runtime.isLost else { return }
    for reference in configuration.references {
      guard case .files(let volume, _, true) = reference.use else { continue }
      let object = context.store[reference.kind, reference.key(in: runtime.key.namespace)]
      if let problem = reference.problem(object, namespace: runtime.key.namespace) {
        recordFailedMount(volume, problem, of: runtime, in: &context)
      } else {
        configuration.versions[reference] = object?.metadata.resourceVersion
      }
    }
    configurations[id] = configuration
  }
}

extension ConfigurationReference {
  func key(in namespace: String) -> ObjectKey { ObjectKey(namespace: namespace, name: name) }

  fileprivate func isRenewed(by object: ClusterObject) -> Bool {
    guard kind == object.kind, name == object.key.name, case .files(_, _, true) = use else { return false }
    return true
  }
}

extension ClusterSimulation {
  /// What a pod has of the ConfigMaps and Secrets that it refers to, in the order of its spec.
  package func configuration(ofPod name: String, namespace: String) -> [TakenConfiguration] {
    guard let id = dataPlane.podIDs[ObjectKey(namespace: namespace, name: name)],
      let configuration = dataPlane.configurations[id]
    else { return [] }
    return configuration.references.map { reference in
      var isEnvironment = false
      if case .environment = reference.use { isEnvironment = true }
      return TakenConfiguration(
        kind: reference.kind, name: reference.name, isEnvironment: isEnvironment,
        resourceVersion: configuration.versions[reference])
    }
  }
}
