import KubernetesObjects
import KubernetesValidation

/// How the API takes fields that a type does not have: `fieldValidation` of a request
/// (Kubernetes, `metav1.FieldValidationStrict` and its siblings).
enum FieldValidation: Sendable {
  case strict
  /// They are dropped, and named in a header of the answer.
  case warn
  case ignore

  /// - Parameter name: the parameter of the request; without one the API server warns.
  init(_ name: String?) {
    self =
      switch name {
      case "Strict": .strict
      case "Ignore": .ignore
      default: .warn
      }
  }
}

extension ClusterObject {
  /// What the simulation cannot run, beside what the API server refuses.
  func problems() -> [FieldProblem] {
    switch content {
    case .deployment(let object): Self.sizeProblem(object.spec.replicas, at: "spec.replicas")
    case .replicaSet(let object): Self.sizeProblem(object.spec.replicas, at: "spec.replicas")
    case .statefulSet(let object): Self.sizeProblem(object.spec.replicas, at: "spec.replicas")
    case .autoscaler(let object):
      Self.sizeProblem(object.spec.minReplicas, at: "spec.minReplicas")
        + Self.sizeProblem(object.spec.maxReplicas, at: "spec.maxReplicas")
    case .ingress(let object): Self.problems(object)
    case .plain where kind == .job:
      Self.sizeProblem(jobSpec.parallelism, at: "spec.parallelism")
        + Self.sizeProblem(jobSpec.completions, at: "spec.completions")
    case .pod, .endpointSlice, .event, .service, .plain: []
    }
  }

  /// Refuses more pods than the simulation works through in a bearable time.
  static func sizeProblem(_ replicas: Int?, at field: String) -> [FieldProblem] {
    guard let replicas, replicas > ClusterSimulation.mostReplicas else { return [] }
    return [
      .invalid(
        field, replicas, "the simulated cluster runs at most \(ClusterSimulation.mostReplicas) pods of one workload")
    ]
  }

  private static func problems(_ object: Ingress) -> [FieldProblem] {
    (object.spec.rules ?? []).enumerated().flatMap { ruleIndex, rule in
      (rule.http?.paths ?? []).enumerated().compactMap { pathIndex, path in
        guard path.backend.service == nil else { return nil }
        return .required(
          "spec.rules[\(ruleIndex)].http.paths[\(pathIndex)].backend.service",
          "the simulated Ingress sends to services only")
      }
    }
  }

  /// A field that may not change once the object exists.
  func immutableFieldProblem(comparedTo before: ClusterObject) -> FieldProblem? {
    switch kind {
    case .deployment, .replicaSet:
      guard let selector = written["spec"]?["selector"], selector != before.written["spec"]?["selector"] else {
        return nil
      }
      return .invalid("spec.selector", selector.compactText, "field is immutable")
    case .job:
      for field in ["completions", "selector", "template"] {
        let (new, old) = (written["spec"]?[field], before.written["spec"]?[field])
        if new != old { return .invalid("spec.\(field)", new?.compactText ?? "null", "field is immutable") }
      }
      return nil
    case .configMap, .secret:
      guard before.written["immutable"] == true else { return nil }
      let why = "field is immutable when `immutable` is set"
      if written["immutable"] != true { return .forbidden("immutable", why) }
      return ["data", "binaryData", "stringData"].first { written[$0] != before.written[$0] }
        .map { .forbidden($0, why) }
    case .statefulSet:
      func fixed(_ object: ClusterObject) -> [String: JSONValue] {
        (object.written["spec"]?.object ?? [:]).filter { !Self.changeableOfStatefulSets.contains($0.key) }
      }
      guard fixed(self) != fixed(before) else { return nil }
      let names = Self.changeableOfStatefulSets.map { "'\($0)'" }
      return .forbidden(
        "spec",
        "updates to statefulset spec for fields other than \(names.dropLast().joined(separator: ", ")) and "
          + "\(names.last ?? "") are forbidden")
    case .roleBinding, .clusterRoleBinding:
      guard written["roleRef"] != before.written["roleRef"] else { return nil }
      return .invalid("roleRef", (written["roleRef"] ?? .null).compactText, "cannot change roleRef")
    default: return nil
    }
  }

  /// Kubernetes 1.36, pkg/apis/apps/validation/validation.go, `ValidateStatefulSetUpdate`.
  private static let changeableOfStatefulSets = [
    "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
    "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
  ]
}
