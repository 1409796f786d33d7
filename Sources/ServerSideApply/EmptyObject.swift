package import KubernetesObjects
import KubernetesValidation

extension JSONValue {
  /// What an object of a type is before anything is written to it: the objects in it that Kubernetes' types hold by value, so
  /// that they are there without anybody owning them. Who creates an object owns `spec.strategy.type`, and not `spec.strategy`.
  package static func emptyObject(_ schema: FieldSchema) -> JSONValue { empty(schema, isRoot: true) }

  private static func empty(_ schema: FieldSchema, isRoot: Bool = false) -> JSONValue {
    guard case .object(let type) = schema.structure(of: nil) else { return [:] }
    var result: [String: JSONValue] = [:]
    let held = heldByValue[type.shortName] ?? (isRoot ? ["metadata", "spec", "status"] : [])
    for name in held {
      guard let member = type.member(name) else { continue }
      switch member.type {
      case .list, .time: result[name] = .null
      case .string: result[name] = ""
      default: result[name] = empty(member)
      }
    }
    return .object(result)
  }

  /// Fields that are structs rather than pointers in Go, and what is written even when there is nothing in it
  /// (Kubernetes 1.36, staging/src/k8s.io/api/*/types.go); of every kind itself they are `metadata`, `spec` and `status`.
  private static let heldByValue: [String: [String]] = [
    "PodTemplateSpec": ["metadata", "spec"], "JobTemplateSpec": ["metadata", "spec"],
    "DeploymentSpec": ["strategy", "template"], "ReplicaSetSpec": ["template"],
    "StatefulSetSpec": ["template", "updateStrategy"], "DaemonSetSpec": ["template", "updateStrategy"],
    "JobSpec": ["template"], "CronJobSpec": ["jobTemplate"], "PodTemplate": ["metadata", "template"],
    "PodSpec": ["containers"], "HorizontalPodAutoscalerSpec": ["scaleTargetRef"],
    "PersistentVolumeClaimSpec": ["resources"], "ServiceStatus": ["loadBalancer"], "IngressStatus": ["loadBalancer"],
    "Event": [
      "metadata", "involvedObject", "source", "firstTimestamp", "lastTimestamp", "eventTime", "reportingComponent",
      "reportingInstance",
    ], "NodeStatus": ["daemonEndpoints", "nodeInfo"],
    "NodeDaemonEndpoints": ["kubeletEndpoint"], "NetworkPolicySpec": ["podSelector"],
  ]
}
