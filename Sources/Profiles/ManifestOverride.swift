package import KubernetesObjects
import Units

/// One `--set manifests.KIND[/NAME].PATH=VALUE`: changes a field of a manifest before the embedded cluster takes it.
package struct ManifestOverride: Sendable, Equatable {
  /// What begins the path of a field of a manifest rather than of the profile.
  package static let prefix = "manifests."

  /// Kinds with the short names that kubectl has for them.
  private static let kinds: [String: [String]] = [
    "Deployment": ["deployment", "deployments", "deploy"],
    "StatefulSet": ["statefulset", "statefulsets", "sts"],
    "Service": ["service", "services", "svc"],
    "Ingress": ["ingress", "ingresses", "ing"],
    "HorizontalPodAutoscaler": ["horizontalpodautoscaler", "horizontalpodautoscalers", "hpa"],
    "ResourceQuota": ["resourcequota", "resourcequotas", "quota"],
    "PodDisruptionBudget": ["poddisruptionbudget", "poddisruptionbudgets", "pdb"],
    "ConfigMap": ["configmap", "configmaps", "cm"],
  ]

  /// Fields that objects of these kinds have, and that a manifest may leave out.
  private static let known: Set<String> = [
    "replicas", "minReplicas", "maxReplicas", "minReadySeconds", "progressDeadlineSeconds", "revisionHistoryLimit",
    "paused", "strategy", "rollingUpdate", "maxSurge", "maxUnavailable", "type", "behavior", "scaleUp", "scaleDown",
    "stabilizationWindowSeconds", "selectPolicy", "tolerance", "policies", "metrics", "averageUtilization",
    "averageValue", "terminationGracePeriodSeconds", "lifecycle", "preStop", "sleep", "seconds", "readinessProbe",
    "livenessProbe", "startupProbe", "initialDelaySeconds", "periodSeconds", "timeoutSeconds", "successThreshold",
    "failureThreshold", "resources", "requests", "limits", "cpu", "memory", "annotations", "labels", "hard", "pods",
  ]

  package let kind: String
  /// `nil` means the only object of the kind.
  package let name: String?
  private let steps: [FieldOverride.Step]
  private let value: JSONValue
  /// The option, for messages.
  package let source: String

  /// The first step below the object: `spec`.
  package var root: String? {
    if case .key(let key)? = steps.first { key } else { nil }
  }

  package static func == (left: ManifestOverride, right: ManifestOverride) -> Bool {
    left.kind == right.kind && left.name == right.name && left.steps == right.steps && left.value == right.value
  }

  /// Reads `manifests.hpa.spec.maxReplicas=4` or `manifests.deployment/web.spec.template.spec.containers.web.image=…`.
  ///
  /// - Throws: ``ProfileProblem`` for an unknown kind or a path that is none.
  package init(_ text: String) throws(ProfileProblem) {
    let override = try FieldOverride(text)
    source = override.source
    guard override.steps.first == .key("manifests"), override.steps.count > 2, case .key(let object) = override.steps[1]
    else {
      throw ProfileProblem(
        source: source, message: "the path names no field of a manifest",
        hint: "write it as in manifests.hpa.spec.maxReplicas=4")
    }
    let parts = object.split(separator: "/", maxSplits: 1).map(String.init)
    let word = parts.first?.lowercased() ?? ""
    guard let kind = Self.kinds.first(where: { $0.value.contains(word) })?.key else {
      throw ProfileProblem(
        source: source, message: "\"\(parts.first ?? "")\" is not a kind of object that can be changed",
        hint: Field.hint(for: word, among: Self.kinds.keys.map { $0.lowercased() }.sorted() + ["hpa"]))
    }
    self.kind = kind
    name = parts.count == 2 ? parts[1] : nil
    steps = Array(override.steps.dropFirst(2))
    value = override.value.json
  }

  /// Changes the object that is meant among all manifests.
  ///
  /// - Throws: ``ProfileProblem`` when there is no such object, more than one, or no such field; it names the nearest.
  package func apply(to manifests: inout [Manifest]) throws(ProfileProblem) {
    let ofKind = manifests.indices.filter { manifests[$0].kind == kind }
    let meant = ofKind.filter { name == nil || manifests[$0].name == name }
    let names = ofKind.map { manifests[$0].name }
    guard let index = meant.first else {
      let object = name.map { "\(kind) named \"\($0)\"" } ?? kind
      let hint = name.map { Field.hint(for: $0, among: names) }
      throw ProfileProblem(source: source, message: "the manifests have no \(object)", hint: hint)
    }
    guard meant.count == 1 else {
      throw ProfileProblem(
        source: source, message: "the manifests have \(meant.count) objects of the kind \(kind)",
        hint: "say which: \(names.map { "manifests.\(kind.lowercased())/\($0)" }.joined(separator: ", "))")
    }
    let field = try set(&manifests[index].node, steps[...], path: kind)
    manifests[index].noteChange(of: String(field.dropFirst(kind.count + 1)), by: source)
  }

  /// Changes the field in one object.
  package func apply(to node: inout JSONValue) throws(ProfileProblem) {
    _ = try set(&node, steps[...], path: kind)
  }

  /// - Returns: the path of the field that was changed, after the kind.
  private func set(
    _ node: inout JSONValue, _ rest: ArraySlice<FieldOverride.Step>, path: String
  ) throws(ProfileProblem) -> String {
    guard let step = rest.first else {
      node = value
      return path
    }
    let further = rest.dropFirst()
    switch (step, node) {
    case (.key(let key), .object(let members)):
      if members[key] == nil, !Self.known.contains(key) {
        let near = Spelling.nearest(to: key, among: members.keys.sorted() + Self.known.sorted())
        guard near == nil, further.isEmpty else {
          throw ProfileProblem(
            source: source, message: "\(path) has no \"\(key)\"",
            hint: near.map { "did you mean \"\($0)\"?" } ?? Field.hint(for: key, among: members.keys.sorted()))
        }
      }
      var child = members[key].flatMap { $0.isNull ? nil : $0 } ?? .object([:])
      let changed = try set(&child, further, path: "\(path).\(key)")
      node[key] = child
      return changed
    case (_, .array(var elements)):
      let index = try index(step, in: elements, path: path)
      let changed = try set(&elements[index], further, path: "\(path)[\(index)]")
      node = .array(elements)
      return changed
    default:
      throw ProfileProblem(source: source, message: "\(path) is a single value and has no \"\(step)\"")
    }
  }

  private func index(
    _ step: FieldOverride.Step, in elements: [JSONValue], path: String
  ) throws(ProfileProblem) -> Int {
    switch step {
    case .index(let index):
      if elements.indices.contains(index) { return index }
      throw ProfileProblem(source: source, message: "\(path) has \(elements.count) entries, and no [\(index)]")
    case .key(let name):
      if let index = elements.firstIndex(where: { $0["name"]?.string == name }) { return index }
      let names = elements.compactMap { $0["name"]?.string }
      throw ProfileProblem(
        source: source, message: "no entry of \(path) is named \"\(name)\"", hint: Field.hint(for: name, among: names))
    }
  }
}
