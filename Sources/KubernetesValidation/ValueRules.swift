import KubernetesObjects
import Units

/// What the API server allows as the value of a single field, in its words
/// (Kubernetes 1.36, pkg/apis/{core,apps,batch,networking,policy,autoscaling}/validation/validation.go).
enum ValueRule: Sendable {
  case atLeast(Int64)
  case greaterThanZero
  case between(Int64, Int64)
  case oneOf([String])
  /// A whole number that is not negative, or a percentage.
  case share(percentAtMost: Int?)
  /// A number from 1 to 65535, or the name of a port.
  case port
  case portName
  /// Amounts by name, none of them negative.
  case amounts
  case notEmpty
  case label
  case subdomain

  /// The rules by type and field: `"DeploymentSpec.replicas"`.
  static let all: [String: ValueRule] = workload.merging(pod) { $1 }.merging(network) { $1 }.merging(policy) { $1 }

  private static let workload: [String: ValueRule] = [
    "DeploymentSpec.replicas": .atLeast(0), "DeploymentSpec.minReadySeconds": .atLeast(0),
    "DeploymentSpec.revisionHistoryLimit": .atLeast(0), "DeploymentSpec.progressDeadlineSeconds": .atLeast(0),
    "DeploymentStrategy.type": .oneOf(["Recreate", "RollingUpdate"]),
    "RollingUpdateDeployment.maxSurge": .share(percentAtMost: nil),
    "RollingUpdateDeployment.maxUnavailable": .share(percentAtMost: 100),
    "ReplicaSetSpec.replicas": .atLeast(0), "ReplicaSetSpec.minReadySeconds": .atLeast(0),
    "ReplicationControllerSpec.replicas": .atLeast(0), "ReplicationControllerSpec.minReadySeconds": .atLeast(0),
    "StatefulSetSpec.replicas": .atLeast(0), "StatefulSetSpec.minReadySeconds": .atLeast(0),
    "StatefulSetSpec.revisionHistoryLimit": .atLeast(0),
    "StatefulSetSpec.podManagementPolicy": .oneOf(["OrderedReady", "Parallel"]),
    "StatefulSetUpdateStrategy.type": .oneOf(["OnDelete", "RollingUpdate"]),
    "RollingUpdateStatefulSetStrategy.partition": .atLeast(0),
    "RollingUpdateStatefulSetStrategy.maxUnavailable": .share(percentAtMost: 100),
    "StatefulSetOrdinals.start": .atLeast(0),
    "StatefulSetPersistentVolumeClaimRetentionPolicy.whenDeleted": .oneOf(["Delete", "Retain"]),
    "StatefulSetPersistentVolumeClaimRetentionPolicy.whenScaled": .oneOf(["Delete", "Retain"]),
    "DaemonSetSpec.minReadySeconds": .atLeast(0), "DaemonSetSpec.revisionHistoryLimit": .atLeast(0),
    "DaemonSetUpdateStrategy.type": .oneOf(["OnDelete", "RollingUpdate"]),
    "RollingUpdateDaemonSet.maxSurge": .share(percentAtMost: 100),
    "RollingUpdateDaemonSet.maxUnavailable": .share(percentAtMost: 100),
    "JobSpec.parallelism": .atLeast(0), "JobSpec.completions": .atLeast(0), "JobSpec.backoffLimit": .atLeast(0),
    "JobSpec.activeDeadlineSeconds": .atLeast(0), "JobSpec.ttlSecondsAfterFinished": .atLeast(0),
    "JobSpec.completionMode": .oneOf(["Indexed", "NonIndexed"]),
    "CronJobSpec.schedule": .notEmpty, "CronJobSpec.concurrencyPolicy": .oneOf(["Allow", "Forbid", "Replace"]),
    "CronJobSpec.startingDeadlineSeconds": .atLeast(0), "CronJobSpec.successfulJobsHistoryLimit": .atLeast(0),
    "CronJobSpec.failedJobsHistoryLimit": .atLeast(0),
  ]

  private static let pod: [String: ValueRule] = [
    "PodSpec.terminationGracePeriodSeconds": .atLeast(0), "PodSpec.activeDeadlineSeconds": .between(1, 2_147_483_647),
    "PodSpec.restartPolicy": .oneOf(["Always", "Never", "OnFailure"]),
    "PodSpec.dnsPolicy": .oneOf(["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"]),
    "PodSpec.preemptionPolicy": .oneOf(["Never", "PreemptLowerPriority"]),
    "PodSpec.serviceAccountName": .subdomain, "PodSpec.overhead": .amounts,
    "Container.name": .label, "Container.imagePullPolicy": .oneOf(["Always", "IfNotPresent", "Never"]),
    "Container.terminationMessagePolicy": .oneOf(["FallbackToLogsOnError", "File"]),
    "ContainerPort.containerPort": .between(1, 65_535), "ContainerPort.hostPort": .between(0, 65_535),
    "ContainerPort.protocol": .oneOf(["SCTP", "TCP", "UDP"]), "ContainerPort.name": .portName,
    "EnvVar.name": .notEmpty, "VolumeMount.name": .notEmpty, "VolumeMount.mountPath": .notEmpty,
    "Volume.name": .label,
    "Probe.initialDelaySeconds": .atLeast(0), "Probe.timeoutSeconds": .atLeast(0), "Probe.periodSeconds": .atLeast(0),
    "Probe.successThreshold": .atLeast(0), "Probe.failureThreshold": .atLeast(0),
    "Probe.terminationGracePeriodSeconds": .greaterThanZero,
    "HTTPGetAction.port": .port, "HTTPGetAction.scheme": .oneOf(["HTTP", "HTTPS"]), "TCPSocketAction.port": .port,
    "GRPCAction.port": .between(1, 65_535), "HTTPHeader.name": .notEmpty,
    "ResourceRequirements.requests": .amounts, "ResourceRequirements.limits": .amounts,
    "VolumeResourceRequirements.requests": .amounts, "VolumeResourceRequirements.limits": .amounts,
    "SecurityContext.runAsUser": .between(0, 2_147_483_647), "SecurityContext.runAsGroup": .between(0, 2_147_483_647),
    "PodSecurityContext.runAsUser": .between(0, 2_147_483_647),
    "PodSecurityContext.runAsGroup": .between(0, 2_147_483_647),
    "PodSecurityContext.fsGroup": .between(0, 2_147_483_647),
    "PodSecurityContext.fsGroupChangePolicy": .oneOf(["Always", "OnRootMismatch"]),
    "Toleration.operator": .oneOf(["Equal", "Exists", "Gt", "Lt"]),
    "Toleration.effect": .oneOf(["NoExecute", "NoSchedule", "PreferNoSchedule"]),
    "TopologySpreadConstraint.maxSkew": .greaterThanZero, "TopologySpreadConstraint.topologyKey": .notEmpty,
    "TopologySpreadConstraint.whenUnsatisfiable": .oneOf(["DoNotSchedule", "ScheduleAnyway"]),
    "PodAffinityTerm.topologyKey": .notEmpty, "WeightedPodAffinityTerm.weight": .between(1, 100),
    "PreferredSchedulingTerm.weight": .between(1, 100), "PodReadinessGate.conditionType": .notEmpty,
    "LabelSelectorRequirement.operator": .oneOf(["DoesNotExist", "Exists", "In", "NotIn"]),
    "NodeSelectorRequirement.operator": .oneOf(["DoesNotExist", "Exists", "Gt", "In", "Lt", "NotIn"]),
    "SeccompProfile.type": .oneOf(["Localhost", "RuntimeDefault", "Unconfined"]),
  ]

  private static let network: [String: ValueRule] = [
    "ServiceSpec.type": .oneOf(["ClusterIP", "ExternalName", "LoadBalancer", "NodePort"]),
    "ServiceSpec.sessionAffinity": .oneOf(["ClientIP", "None"]),
    "ServiceSpec.externalTrafficPolicy": .oneOf(["Cluster", "Local"]),
    "ServiceSpec.internalTrafficPolicy": .oneOf(["Cluster", "Local"]),
    "ServiceSpec.ipFamilyPolicy": .oneOf(["PreferDualStack", "RequireDualStack", "SingleStack"]),
    "ServiceSpec.healthCheckNodePort": .between(0, 65_535),
    "ServicePort.port": .between(1, 65_535), "ServicePort.nodePort": .between(0, 65_535),
    "ServicePort.targetPort": .port, "ServicePort.protocol": .oneOf(["SCTP", "TCP", "UDP"]),
    "ServicePort.name": .label,
    "ClientIPConfig.timeoutSeconds": .between(1, 86_400),
    "HTTPIngressPath.pathType": .oneOf(["Exact", "ImplementationSpecific", "Prefix"]),
    "IngressServiceBackend.name": .label, "ServiceBackendPort.number": .between(1, 65_535),
    "ServiceBackendPort.name": .portName,
    "NetworkPolicyPort.port": .port, "NetworkPolicyPort.endPort": .between(1, 65_535),
    "NetworkPolicyPort.protocol": .oneOf(["SCTP", "TCP", "UDP"]), "IPBlock.cidr": .notEmpty,
  ]

  private static let policy: [String: ValueRule] = [
    "PodDisruptionBudgetSpec.minAvailable": .share(percentAtMost: 100),
    "PodDisruptionBudgetSpec.maxUnavailable": .share(percentAtMost: 100),
    "PodDisruptionBudgetSpec.unhealthyPodEvictionPolicy": .oneOf(["AlwaysAllow", "IfHealthyBudget"]),
    "ResourceQuotaSpec.hard": .amounts,
    "RoleRef.name": .notEmpty, "Subject.kind": .oneOf(["Group", "ServiceAccount", "User"]), "Subject.name": .notEmpty,
    "StorageClass.provisioner": .notEmpty,
    "LimitRangeItem.max": .amounts, "LimitRangeItem.min": .amounts, "LimitRangeItem.default": .amounts,
    "LimitRangeItem.defaultRequest": .amounts,
  ]

  /// What is wrong with a value of the right type.
  func problems(of value: JSONValue, at path: String) -> [FieldProblem] {
    switch self {
    case .atLeast(let least):
      guard let number = value.integer, number < least else { return [] }
      return [.invalid(path, number, "must be greater than or equal to \(least)")]
    case .greaterThanZero:
      guard let number = value.integer, number <= 0 else { return [] }
      return [.invalid(path, number, "must be greater than 0")]
    case .between(let low, let high):
      guard let number = value.integer, !(low...high).contains(number) else { return [] }
      return [.invalid(path, number, "must be between \(low) and \(high), inclusive")]
    case .oneOf(let names):
      guard let text = value.string, !text.isEmpty, !names.contains(text) else { return [] }
      return [.unsupported(path, text, names)]
    case .share(let most): return Self.shareProblems(value, percentAtMost: most, at: path)
    case .port: return Self.portProblems(value, at: path)
    case .portName:
      guard let text = value.string, !text.isEmpty else { return [] }
      return NameFormat.portName.problem(with: text, at: path).map { [$0] } ?? []
    case .amounts:
      return (value.object ?? [:]).sorted { $0.key < $1.key }.compactMap { name, amount in
        let text = amount.string ?? amount.integer.map { String($0) } ?? ""
        guard let quantity = try? Quantity(text: text), quantity < .zero else { return nil }
        return .invalid("\(path)[\(name)]", "\"\(text)\"", "must be greater than or equal to 0")
      }
    case .notEmpty: return value.string == "" ? [.required(path)] : []
    case .label: return NameFormat.label.problem(with: value.string, at: path).map { [$0] } ?? []
    case .subdomain: return NameFormat.subdomain.problem(with: value.string, at: path).map { [$0] } ?? []
    }
  }

  private static func shareProblems(_ value: JSONValue, percentAtMost: Int?, at path: String) -> [FieldProblem] {
    if let number = value.integer {
      return number < 0 ? [.invalid(path, number, "must be greater than or equal to 0")] : []
    }
    guard let text = value.string else { return [] }
    guard text.hasSuffix("%"), !text.dropLast().isEmpty, text.dropLast().allSatisfy({ $0.isASCII && $0.isNumber }),
      let percent = Int(text.dropLast())
    else {
      return [
        .invalid(
          path, "\"\(text)\"",
          "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used "
            + "for validation is '[0-9]+%')")
      ]
    }
    guard let percentAtMost, percent > percentAtMost else { return [] }
    return [.invalid(path, "\"\(text)\"", "must not be greater than \(percentAtMost)%")]
  }

  private static func portProblems(_ value: JSONValue, at path: String) -> [FieldProblem] {
    if let number = value.integer {
      return (1...65_535).contains(number) ? [] : [.invalid(path, number, "must be between 1 and 65535, inclusive")]
    }
    return NameFormat.portName.problem(with: value.string, at: path).map { [$0] } ?? []
  }
}
