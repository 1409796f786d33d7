package import KubernetesObjects

/// The kinds of objects that the simulated cluster keeps.
///
/// It acts on the first ten, on StatefulSets with their ControllerRevisions and PersistentVolumeClaims, on Jobs,
/// PodDisruptionBudgets and LimitRanges, and on what pods take of ConfigMaps and Secrets; nodes are its machines. The others
/// are stored and shown, and nothing comes of them.
package enum ClusterKind: Int, CaseIterable, Sendable {
  case namespace, pod, service, event, resourceQuota, deployment, replicaSet, autoscaler, endpointSlice, ingress
  case configMap, secret, serviceAccount, limitRange, persistentVolume, persistentVolumeClaim, podTemplate
  case replicationController, statefulSet, daemonSet, controllerRevision, job, cronJob
  case podDisruptionBudget, networkPolicy, ingressClass, priorityClass, storageClass, lease
  case role, roleBinding, clusterRole, clusterRoleBinding
  case node
  case apiService

  package var resource: ResourceType {
    switch self {
    case .namespace: .namespaces
    case .pod: .pods
    case .service: .services
    case .event: .events
    case .resourceQuota: .resourceQuotas
    case .deployment: .deployments
    case .replicaSet: .replicaSets
    case .autoscaler: .horizontalPodAutoscalers
    case .endpointSlice: .endpointSlices
    case .ingress: .ingresses
    case .configMap: Self.stored("ConfigMap")
    case .secret: Self.stored("Secret")
    case .serviceAccount: Self.stored("ServiceAccount")
    case .limitRange: Self.stored("LimitRange")
    case .persistentVolume: Self.stored("PersistentVolume")
    case .persistentVolumeClaim: Self.stored("PersistentVolumeClaim")
    case .podTemplate: Self.stored("PodTemplate")
    case .replicationController: Self.stored("ReplicationController")
    case .statefulSet: .statefulSets
    case .daemonSet: Self.stored("DaemonSet", group: "apps")
    case .controllerRevision: Self.stored("ControllerRevision", group: "apps")
    case .job: Self.stored("Job", group: "batch")
    case .cronJob: Self.stored("CronJob", group: "batch")
    case .podDisruptionBudget: Self.stored("PodDisruptionBudget", group: "policy")
    case .networkPolicy: Self.stored("NetworkPolicy", plural: "networkpolicies", group: "networking.k8s.io")
    case .ingressClass: Self.stored("IngressClass", plural: "ingressclasses", group: "networking.k8s.io")
    case .priorityClass: Self.stored("PriorityClass", plural: "priorityclasses", group: "scheduling.k8s.io")
    case .storageClass: Self.stored("StorageClass", plural: "storageclasses", group: "storage.k8s.io")
    case .lease: Self.stored("Lease", group: "coordination.k8s.io")
    case .role: Self.stored("Role", group: "rbac.authorization.k8s.io")
    case .roleBinding: Self.stored("RoleBinding", group: "rbac.authorization.k8s.io")
    case .clusterRole: Self.stored("ClusterRole", group: "rbac.authorization.k8s.io")
    case .clusterRoleBinding: Self.stored("ClusterRoleBinding", group: "rbac.authorization.k8s.io")
    case .node: Self.stored("Node")
    case .apiService: Self.stored("APIService", group: "apiregistration.k8s.io")
    }
  }

  private static func stored(_ kind: String, plural: String? = nil, group: String = "") -> ResourceType {
    ResourceType(group: group, version: "v1", plural: plural ?? kind.lowercased() + "s", kind: kind)
  }

  /// The kind that kubectl takes for a word: the kind itself, its plural or a short name, in any case.
  package init?(word: String) {
    let word = word.lowercased()
    let kind = Self.allCases.first {
      $0.singular == word || $0.resource.plural == word || $0.shortNames.contains(word)
    }
    guard let kind else { return nil }
    self = kind
  }

  var singular: String { resource.kind.lowercased() }

  var shortNames: [String] {
    switch self {
    case .namespace: ["ns"]
    case .pod: ["po"]
    case .service: ["svc"]
    case .event: ["ev"]
    case .resourceQuota: ["quota"]
    case .deployment: ["deploy"]
    case .replicaSet: ["rs"]
    case .autoscaler: ["hpa"]
    case .ingress: ["ing"]
    case .configMap: ["cm"]
    case .serviceAccount: ["sa"]
    case .limitRange: ["limits"]
    case .persistentVolume: ["pv"]
    case .persistentVolumeClaim: ["pvc"]
    case .replicationController: ["rc"]
    case .statefulSet: ["sts"]
    case .daemonSet: ["ds"]
    case .cronJob: ["cj"]
    case .podDisruptionBudget: ["pdb"]
    case .networkPolicy: ["netpol"]
    case .priorityClass: ["pc"]
    case .storageClass: ["sc"]
    case .node: ["no"]
    default: []
    }
  }

  /// Whether `kubectl get all` asks for it.
  var isInCategoryAll: Bool {
    switch self {
    case .pod, .service, .deployment, .replicaSet, .autoscaler, .replicationController, .statefulSet, .daemonSet, .job,
      .cronJob:
      true
    default: false
    }
  }

  package var isNamespaced: Bool {
    switch self {
    case .namespace, .persistentVolume, .ingressClass, .priorityClass, .storageClass, .clusterRole, .clusterRoleBinding,
      .node, .apiService:
      false
    default: true
    }
  }

  var hasStatus: Bool {
    switch self {
    case .namespace, .pod, .service, .resourceQuota, .deployment, .replicaSet, .autoscaler, .ingress, .statefulSet,
      .daemonSet, .job, .cronJob, .replicationController, .podDisruptionBudget, .persistentVolume,
      .persistentVolumeClaim, .node, .apiService:
      true
    default: false
    }
  }

  /// What the API server writes as the status of a new object.
  var initialStatus: JSONValue? {
    switch self {
    case .namespace: ["phase": "Active"]
    case .persistentVolumeClaim, .persistentVolume: ["phase": "Pending"]
    case .podDisruptionBudget: DisruptionBudgetStatus().json
    default: hasStatus ? [:] : nil
    }
  }

  var hasScale: Bool { self == .deployment || self == .replicaSet || self == .statefulSet }

  /// Kinds whose `generation` counts changes of the spec.
  var countsGenerations: Bool {
    switch self {
    case .deployment, .replicaSet, .pod, .ingress, .endpointSlice, .statefulSet, .daemonSet, .job, .cronJob,
      .networkPolicy, .podDisruptionBudget, .ingressClass, .replicationController:
      true
    default: false
    }
  }

  /// The kind that an object's `apiVersion` and `kind` name, and the version that it is written in.
  static func served(apiVersion: String, kind: String) -> (kind: ClusterKind, form: ObjectForm)? {
    for found in allCases where found.resource.kind == kind {
      guard let resource = found.servedResources.first(where: { $0.apiVersion == apiVersion }) else { continue }
      return ObjectForm(found, version: resource.version).map { (found, $0) }
    }
    return nil
  }
}

/// The name of an object in its kind; the namespace is empty for what has none.
package struct ObjectKey: Hashable, Comparable, Sendable {
  package var namespace: String
  package var name: String

  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  package static func < (left: ObjectKey, right: ObjectKey) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}
