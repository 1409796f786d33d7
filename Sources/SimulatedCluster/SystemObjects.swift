import KubernetesObjects

/// What is in a cluster before anybody has put anything into it: roles with their bindings, the APIs that it serves, and in each
/// namespace the ServiceAccount `default`.
///
/// They are older than the first version that a watch tells of.
enum SystemObjects {
  private static let group = "rbac.authorization.k8s.io"
  static let namespaces = ["kube-node-lease", "kube-public", "kube-system"]

  /// Without date and version; the same in each cluster.
  static let roles: [ClusterObject] = {
    var random = SeededRandom(seed: 0x726F_6C65_7300_0000)
    var objects: [ClusterObject] = []
    func add(_ kind: ClusterKind, _ name: String, _ written: [String: JSONValue]) {
      var metadata = ObjectMetadata(
        name: name, uid: random.uid(), labels: ["kubernetes.io/bootstrapping": "rbac-defaults"])
      metadata.annotations = ["rbac.authorization.kubernetes.io/autoupdate": "true"]
      objects.append(ClusterObject(kind: kind, content: .plain(metadata, status: nil), written: written))
    }
    for role in SystemRoles.clusterRoles {
      add(.clusterRole, role.name, ["rules": .array(role.rules.map(\.json))])
    }
    for binding in SystemRoles.bindings {
      let subjects: [JSONValue] = binding.groups.map {
        ["apiGroup": .string(group), "kind": "Group", "name": .string($0)]
      }
      add(
        .clusterRoleBinding, binding.role,
        [
          "roleRef": ["apiGroup": .string(group), "kind": "ClusterRole", "name": .string(binding.role)],
          "subjects": .array(subjects),
        ])
    }
    return objects
  }()

  /// The APIServices of a cluster, each available.
  ///
  /// - Parameter declared: whether custom metrics are.
  static func apiServices(declared: Bool, at time: KubernetesTime) -> [ClusterObject] {
    var random = SeededRandom(seed: 0x6170_6973_0000_0000)
    let served = [("", ["v1"])] + Discovery.groupVersions(declared: declared)
    return served.flatMap { group, versions in
      versions.enumerated().map { index, version in
        apiService(group: group, version: version, rank: index, uid: random.uid(), at: time)
      }
    }
  }

  private static func apiService(
    group: String, version: String, rank: Int, uid: String, at time: KubernetesTime
  ) -> ClusterObject {
    let api = MetricsAPI(rawValue: group)
    var metadata = ObjectMetadata(name: "\(version).\(group)", uid: uid)
    if api == nil { metadata.labels = ["kube-aggregator.kubernetes.io/automanaged": "onstart"] }
    var spec: JSONValue = [
      "group": .string(group), "version": .string(version),
      "groupPriorityMinimum": .integer(group.isEmpty ? 18_000 : api == nil ? 17_800 : 100),
      "versionPriority": .integer(Int64((api == nil ? 15 : 100) - rank)),
    ]
    if group.isEmpty { spec["group"] = nil }
    if let api {
      spec["insecureSkipTLSVerify"] = true
      spec["service"] = [
        "namespace": .string(api.service.namespace), "name": .string(api.service.name), "port": 443,
      ]
    }
    return ClusterObject(
      kind: .apiService, content: .plain(metadata, status: status(of: api, isUp: true, since: time)),
      written: ["spec": spec])
  }

  /// Kubernetes 1.36, kube-aggregator/pkg/controllers/status/remote/remote_available_controller.go.
  static func status(of api: MetricsAPI?, isUp: Bool, since time: KubernetesTime) -> JSONValue {
    let (reason, message) =
      api == nil
      ? ("Local", "Local APIServices are always available")
      : isUp
        ? ("Passed", "all checks passed")
        : (
          "MissingEndpoints",
          "endpoints for service/\(api?.service.name ?? "") in \"\(api?.service.namespace ?? "")\" have no "
            + "addresses with port name \"https\""
        )
    return [
      "conditions": [
        [
          "type": "Available", "status": isUp ? "True" : "False", "lastTransitionTime": .string(time.description),
          "reason": .string(reason), "message": .string(message),
        ]
      ]
    ]
  }
}

extension ClusterSimulation {
  /// Puts in what every cluster has; what manifests have made of it stays.
  mutating func placeSystemObjects() {
    for var object in SystemObjects.roles where context.store[object.kind, object.key] == nil {
      object.metadata.creationTimestamp = date
      context.store.place(object)
    }
    for var object in SystemObjects.apiServices(declared: !workload.metrics.isEmpty, at: date) {
      object.metadata.creationTimestamp = date
      context.store.place(object)
    }
    for name in SystemObjects.namespaces where context.store[.namespace, ObjectKey(namespace: "", name: name)] == nil {
      var metadata = ObjectMetadata(name: name, uid: tokens.uid(), labels: ["kubernetes.io/metadata.name": name])
      metadata.creationTimestamp = date
      context.store.place(
        ClusterObject(
          kind: .namespace, content: .plain(metadata, status: ["phase": "Active"]),
          written: ["spec": ["finalizers": ["kubernetes"]]]))
    }
    for namespace in context.store.all(.namespace) {
      guard let account = defaultAccount(of: namespace.key.name) else { continue }
      context.store.place(account)
    }
  }

  /// The ServiceAccount that a namespace gets (Kubernetes 1.36, pkg/controller/serviceaccount/serviceaccounts_controller.go);
  /// `nil` where there is one.
  private mutating func defaultAccount(of namespace: String) -> ClusterObject? {
    let key = ObjectKey(namespace: namespace, name: "default")
    guard context.store[.serviceAccount, key] == nil else { return nil }
    var metadata = ObjectMetadata(name: key.name, namespace: namespace, uid: tokens.uid())
    metadata.creationTimestamp = date
    return ClusterObject(kind: .serviceAccount, content: .plain(metadata, status: nil))
  }

  mutating func addDefaultAccount(of namespace: String) {
    if let account = defaultAccount(of: namespace) { commit(account) }
  }

  /// Has the APIServices say which of the APIs of metrics answer.
  mutating func noteMetricsAPIs() {
    for api in MetricsAPI.allCases {
      let isUp = !isDown(api)
      for version in api.versions {
        let key = ObjectKey(namespace: "", name: "\(version).\(api.group)")
        guard var object = context.store[.apiService, key], case .plain(let metadata, let before) = object.content,
          before?["conditions"]?[0]?["status"]?.string != (isUp ? "True" : "False")
        else { continue }
        object.content = .plain(metadata, status: SystemObjects.status(of: api, isUp: isUp, since: date))
        commit(object)
      }
    }
  }
}
