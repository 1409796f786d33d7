import KubernetesObjects

extension ClusterKind {
  /// Fills in what the API server fills in (Kubernetes 1.36, pkg/apis/apps/v1/defaults.go, pkg/apis/core/v1/defaults.go,
  /// pkg/apis/autoscaling/v2/defaults.go).
  func fillDefaults(in json: inout JSONValue) {
    switch self {
    case .deployment:
      json.setDefault(1, at: "spec", "replicas")
      json.setDefault("RollingUpdate", at: "spec", "strategy", "type")
      if json["spec", "strategy", "type"] == "RollingUpdate" {
        json.setDefault("25%", at: "spec", "strategy", "rollingUpdate", "maxSurge")
        json.setDefault("25%", at: "spec", "strategy", "rollingUpdate", "maxUnavailable")
      }
      json.setDefault(10, at: "spec", "revisionHistoryLimit")
      json.setDefault(600, at: "spec", "progressDeadlineSeconds")
      Self.fillTemplate(of: &json)
    case .replicaSet:
      json.setDefault(1, at: "spec", "replicas")
      Self.fillTemplate(of: &json)
    case .statefulSet: Self.fillStatefulSet(&json)
    case .pod:
      guard var spec = json["spec"] else { return }
      Self.fillPod(&spec)
      DataPlane.admit(&spec)
      json["spec"] = spec
    case .persistentVolumeClaim: Self.fillClaim(&json)
    case .autoscaler: Self.fillAutoscaler(&json)
    case .service: Self.fillService(&json)
    case .job:
      // Without either number it is one pod; with one of them the other means what it leaves open.
      if json["spec", "parallelism"] == nil { json.setDefault(1, at: "spec", "completions") }
      json.setDefault(1, at: "spec", "parallelism")
      json.setDefault(6, at: "spec", "backoffLimit")
      json.setDefault("NonIndexed", at: "spec", "completionMode")
      json.setDefault(false, at: "spec", "suspend")
      json.setDefault("TerminatingOrFailed", at: "spec", "podReplacementPolicy")
      Self.fillTemplate(of: &json)
    case .limitRange:
      guard var spec = json["spec"] else { return }
      spec.mapElements(of: "limits", LimitRangeItem.fillDefaults)
      json["spec"] = spec
    case .roleBinding, .clusterRoleBinding: Self.fillBinding(&json)
    default: break
    }
  }

  private static func fillStatefulSet(_ json: inout JSONValue) {
    json.setDefault(1, at: "spec", "replicas")
    json.setDefault("OrderedReady", at: "spec", "podManagementPolicy")
    json.setDefault("RollingUpdate", at: "spec", "updateStrategy", "type")
    if json["spec", "updateStrategy", "type"] == "RollingUpdate" {
      json.setDefault(0, at: "spec", "updateStrategy", "rollingUpdate", "partition")
    }
    json.setDefault(10, at: "spec", "revisionHistoryLimit")
    for moment in ["whenDeleted", "whenScaled"] {
      json.setDefault("Retain", at: "spec", "persistentVolumeClaimRetentionPolicy", moment)
    }
    json.setDefault("", at: "spec", "serviceName")
    fillTemplate(of: &json)
    guard var spec = json["spec"] else { return }
    spec.mapElements(of: "volumeClaimTemplates") { template in
      template.setDefault("v1", at: "apiVersion")
      template.setDefault("PersistentVolumeClaim", at: "kind")
      fillClaim(&template)
      template.setDefault("Pending", at: "status", "phase")
    }
    json["spec"] = spec
  }

  private static func fillClaim(_ json: inout JSONValue) {
    json.setDefault("Filesystem", at: "spec", "volumeMode")
  }

  private static func fillTemplate(of json: inout JSONValue) {
    guard var spec = json["spec", "template", "spec"] else { return }
    fillPod(&spec)
    json.setMember(spec, at: ["spec", "template", "spec"])
  }

  private static func fillPod(_ spec: inout JSONValue) {
    spec.setDefault("Always", at: "restartPolicy")
    spec.setDefault(30, at: "terminationGracePeriodSeconds")
    spec.setDefault("ClusterFirst", at: "dnsPolicy")
    spec.setDefault([:], at: "securityContext")
    spec.setDefault("default-scheduler", at: "schedulerName")
    for list in ["containers", "initContainers"] { spec.mapElements(of: list, Self.fillContainer) }
  }

  private static func fillContainer(_ container: inout JSONValue) {
    container.setDefault("/dev/termination-log", at: "terminationMessagePath")
    container.setDefault("File", at: "terminationMessagePolicy")
    let isLatest = DataPlane.version(ofImage: container["image"]?.string ?? "") == "latest"
    container.setDefault(isLatest ? "Always" : "IfNotPresent", at: "imagePullPolicy")
    container.setDefault([:], at: "resources")
    container.mapElements(of: "ports") { $0.setDefault("TCP", at: "protocol") }
    if let limits = container["resources", "limits"]?.object {
      for (name, limit) in limits { container.setDefault(limit, at: "resources", "requests", name) }
    }
    for name in ["startupProbe", "readinessProbe", "livenessProbe"] {
      guard var probe = container[name] else { continue }
      probe.setDefault(1, at: "timeoutSeconds")
      probe.setDefault(10, at: "periodSeconds")
      probe.setDefault(1, at: "successThreshold")
      probe.setDefault(3, at: "failureThreshold")
      if probe["httpGet"] != nil {
        probe.setDefault("/", at: "httpGet", "path")
        probe.setDefault("HTTP", at: "httpGet", "scheme")
      }
      container[name] = probe
    }
  }

  private static func fillAutoscaler(_ json: inout JSONValue) {
    json.setDefault(1, at: "spec", "minReplicas")
    json.setDefault(
      [
        [
          "type": "Resource",
          "resource": ["name": "cpu", "target": ["type": "Utilization", "averageUtilization": 80]],
        ]
      ],
      at: "spec", "metrics")
    guard json["spec", "behavior"] != nil else { return }
    json.setDefault(0, at: "spec", "behavior", "scaleUp", "stabilizationWindowSeconds")
    json.setDefault("Max", at: "spec", "behavior", "scaleUp", "selectPolicy")
    json.setDefault(
      [
        ["type": "Pods", "value": 4, "periodSeconds": 15], ["type": "Percent", "value": 100, "periodSeconds": 15],
      ], at: "spec", "behavior", "scaleUp", "policies")
    json.setDefault("Max", at: "spec", "behavior", "scaleDown", "selectPolicy")
    json.setDefault(
      [["type": "Percent", "value": 100, "periodSeconds": 15]], at: "spec", "behavior", "scaleDown", "policies")
  }

  /// Kubernetes 1.36, pkg/apis/rbac/v1/defaults.go.
  private static func fillBinding(_ json: inout JSONValue) {
    let group: JSONValue = "rbac.authorization.k8s.io"
    json.setDefault(group, at: "roleRef", "apiGroup")
    json.mapElements(of: "subjects") { subject in
      if subject["kind"] == "User" || subject["kind"] == "Group" { subject.setDefault(group, at: "apiGroup") }
    }
  }

  private static func fillService(_ json: inout JSONValue) {
    json.setDefault("ClusterIP", at: "spec", "type")
    json.setDefault("None", at: "spec", "sessionAffinity")
    json.setDefault("Cluster", at: "spec", "internalTrafficPolicy")
    json.setDefault(["IPv4"], at: "spec", "ipFamilies")
    json.setDefault("SingleStack", at: "spec", "ipFamilyPolicy")
    guard var spec = json["spec"] else { return }
    spec.mapElements(of: "ports") { port in
      port.setDefault("TCP", at: "protocol")
      if let number = port["port"] { port.setDefault(number, at: "targetPort") }
    }
    json["spec"] = spec
  }
}
