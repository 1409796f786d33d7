import KubernetesObjects

/// The roles and bindings that every cluster has from its start, as far as they are about what is served here
/// (Kubernetes 1.36, plugin/pkg/auth/authorizer/rbac/bootstrappolicy/policy.go).
enum SystemRoles {
  private static let reads = ["get", "list", "watch"]
  private static let writes = ["create", "delete", "deletecollection", "patch", "update"]

  static let clusterRoles: [(name: String, rules: [AccessRule])] = [
    ("cluster-admin", [.everything, .everyPath]),
    ("admin", view + edit + administration),
    ("edit", view + edit),
    ("view", view),
    (
      "system:basic-user",
      [
        AccessRule(
          verbs: ["create"], groups: ["authorization.k8s.io"],
          resources: ["selfsubjectaccessreviews", "selfsubjectrulesreviews"]),
        AccessRule(verbs: ["create"], groups: ["authentication.k8s.io"], resources: ["selfsubjectreviews"]),
      ]
    ),
    (
      "system:discovery",
      [
        AccessRule(
          verbs: ["get"],
          paths: [
            "/api", "/api/*", "/apis", "/apis/*", "/healthz", "/livez", "/openapi", "/openapi/*", "/readyz", "/version",
            "/version/",
          ])
      ]
    ),
    (
      "system:public-info-viewer",
      [AccessRule(verbs: ["get"], paths: ["/healthz", "/livez", "/readyz", "/version", "/version/"])]
    ),
  ]

  /// Each binds the role of its name to groups.
  static let bindings: [(role: String, groups: [String])] = [
    ("cluster-admin", ["system:masters"]),
    ("system:basic-user", [APIUser.authenticated]),
    ("system:discovery", [APIUser.authenticated]),
    ("system:public-info-viewer", [APIUser.authenticated, APIUser.unauthenticated]),
  ]

  private static let view: [AccessRule] = [
    AccessRule(
      verbs: reads, groups: [""],
      resources: [
        "configmaps", "endpoints", "events", "limitranges", "namespaces", "namespaces/status", "persistentvolumeclaims",
        "persistentvolumeclaims/status", "pods", "pods/log", "pods/status", "replicationcontrollers",
        "replicationcontrollers/scale", "replicationcontrollers/status", "resourcequotas", "resourcequotas/status",
        "serviceaccounts", "services", "services/status",
      ]),
    AccessRule(verbs: reads, groups: ["discovery.k8s.io"], resources: ["endpointslices"]),
    AccessRule(
      verbs: reads, groups: ["apps"],
      resources: [
        "controllerrevisions", "daemonsets", "daemonsets/status", "deployments", "deployments/scale",
        "deployments/status", "replicasets", "replicasets/scale", "replicasets/status", "statefulsets",
        "statefulsets/scale", "statefulsets/status",
      ]),
    AccessRule(
      verbs: reads, groups: ["autoscaling"],
      resources: ["horizontalpodautoscalers", "horizontalpodautoscalers/status"]),
    AccessRule(
      verbs: reads, groups: ["batch"], resources: ["cronjobs", "cronjobs/status", "jobs", "jobs/status"]),
    AccessRule(
      verbs: reads, groups: ["policy"], resources: ["poddisruptionbudgets", "poddisruptionbudgets/status"]),
    AccessRule(
      verbs: reads, groups: ["networking.k8s.io"], resources: ["ingresses", "ingresses/status", "networkpolicies"]),
    AccessRule(verbs: reads, groups: ["metrics.k8s.io"], resources: ["nodes", "pods"]),
  ]

  private static let edit: [AccessRule] = [
    AccessRule(
      verbs: reads, groups: [""],
      resources: ["pods/attach", "pods/exec", "pods/portforward", "pods/proxy", "secrets", "services/proxy"]),
    AccessRule(verbs: ["impersonate"], groups: [""], resources: ["serviceaccounts"]),
    AccessRule(verbs: ["create"], groups: [""], resources: ["pods/eviction", "serviceaccounts/token"]),
    AccessRule(
      verbs: writes, groups: [""],
      resources: [
        "configmaps", "events", "persistentvolumeclaims", "pods", "pods/attach", "pods/exec", "pods/portforward",
        "pods/proxy", "replicationcontrollers", "replicationcontrollers/scale", "secrets", "serviceaccounts",
        "services", "services/proxy",
      ]),
    AccessRule(
      verbs: writes, groups: ["apps"],
      resources: [
        "daemonsets", "deployments", "deployments/rollback", "deployments/scale", "replicasets", "replicasets/scale",
        "statefulsets", "statefulsets/scale",
      ]),
    AccessRule(verbs: writes, groups: ["autoscaling"], resources: ["horizontalpodautoscalers"]),
    AccessRule(verbs: writes, groups: ["batch"], resources: ["cronjobs", "jobs"]),
    AccessRule(verbs: writes, groups: ["policy"], resources: ["poddisruptionbudgets"]),
    AccessRule(verbs: writes, groups: ["networking.k8s.io"], resources: ["ingresses", "networkpolicies"]),
    AccessRule(verbs: writes + reads, groups: ["coordination.k8s.io"], resources: ["leases"]),
  ]

  private static let administration: [AccessRule] = [
    AccessRule(
      verbs: writes + reads, groups: ["rbac.authorization.k8s.io"], resources: ["rolebindings", "roles"]),
    AccessRule(verbs: ["create"], groups: ["authorization.k8s.io"], resources: ["localsubjectaccessreviews"]),
  ]
}
