import KubernetesObjects

// What of itself a pod may have in variables and files (Kubernetes 1.36, pkg/apis/core/validation/validation.go,
// `validateObjectFieldSelector` and `validateContainerResourceFieldSelector`; pkg/apis/core/pods/helpers.go).
extension ObjectRules {
  private static let ofVariables = [
    "metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName", "status.hostIP",
    "status.hostIPs", "status.podIP", "status.podIPs",
  ]
  private static let ofFiles = [
    "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
  ]
  /// Paths that the API server knows; not all of them are taken.
  private static let known: Set<String> = Set(ofVariables + ofFiles).union([
    "spec.restartPolicy", "spec.schedulerName", "status.phase",
  ])

  /// - Parameter isFile: whether it is of a volume, and not of a variable.
  static func fieldReference(_ fields: ObjectFields, isFile: Bool) -> [FieldProblem] {
    let path = fields.path("fieldPath")
    guard let written = fields.text("fieldPath"), !written.isEmpty else { return [.required(path)] }
    if let version = fields.text("apiVersion"), !version.isEmpty, version != "v1" {
      return [.invalid(path, "\"\(written)\"", "error converting fieldPath: unsupported pod version: \(version)")]
    }
    if let (label, key) = subscripted(written) {
      guard ["metadata.annotations", "metadata.labels"].contains(label) else {
        return [
          .invalid(
            path, "\"\(written)\"", "error converting fieldPath: field label does not support subscript: \(written)")
        ]
      }
      return [NameFormat.keyProblem(label.hasSuffix("annotations") ? key.lowercased() : key, at: path)].compactMap(
        \.self)
    }
    guard known.contains(written) else {
      return [
        .invalid(path, "\"\(written)\"", "error converting fieldPath: field label not supported: \(written)")
      ]
    }
    let taken = isFile ? ofFiles : ofVariables
    return taken.contains(written) ? [] : [.unsupported(path, written, taken)]
  }

  /// `metadata.labels['app']` as its label and its key.
  private static func subscripted(_ path: String) -> (label: String, key: String)? {
    guard path.hasSuffix("']"), let open = path.firstRange(of: "['") else { return nil }
    return (String(path[..<open.lowerBound]), String(path[open.upperBound...].dropLast(2)))
  }

  /// - Parameter isFile: whether it is of a volume, which has to name the container.
  static func resourceReference(_ fields: ObjectFields, isFile: Bool) -> [FieldProblem] {
    guard !isFile || fields.text("containerName")?.isEmpty == false else {
      return [.required(fields.path("containerName"))]
    }
    guard let resource = fields.text("resource"), !resource.isEmpty else { return [.required(fields.path("resource"))] }
    let taken = ["limits", "requests"].flatMap { kind in
      ["cpu", "ephemeral-storage", "memory"].map { "\(kind).\($0)" }
    }
    let isHugePages = ["limits.hugepages-", "requests.hugepages-"].contains { resource.hasPrefix($0) }
    return taken.contains(resource) || isHugePages
      ? [] : [.unsupported(fields.path("resource"), resource, taken)]
  }

  static func downwardFile(_ fields: ObjectFields) -> [FieldProblem] {
    let (field, resource) = (fields.object("fieldRef"), fields.object("resourceFieldRef"))
    if field != nil, resource != nil {
      return [
        .invalid(fields.path, "\"resource\"", "fieldRef and resourceFieldRef can not be specified simultaneously")
      ]
    }
    if let field { return fieldReference(field, isFile: true) }
    if let resource { return resourceReference(resource, isFile: true) }
    return [.required(fields.path("fieldRef"), "one of fieldRef and resourceFieldRef is required")]
  }
}
