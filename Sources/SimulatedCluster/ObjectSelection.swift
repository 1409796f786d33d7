import KubernetesObjects

/// Which objects a list or watch is about.
struct ObjectSelection: Sendable {
  let kind: ClusterKind
  /// `nil` for all namespaces.
  let namespace: String?
  let labels: LabelSelector?
  let fields: [FieldRequirement]

  struct FieldRequirement: Sendable {
    let path: String
    let value: String
    let isEqual: Bool
  }

  init(kind: ClusterKind, namespace: String?, query: [String: String]) throws(APIFailure) {
    self.kind = kind
    self.namespace = namespace
    labels = try LabelSelector(in: query)
    fields = try Self.requirements(query["fieldSelector"] ?? "", kind: kind)
  }

  private static func requirements(_ text: String, kind: ClusterKind) throws(APIFailure) -> [FieldRequirement] {
    var requirements: [FieldRequirement] = []
    for term in text.split(separator: ",") {
      let isEqual = !term.contains("!=")
      let parts = term.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { throw .badRequest("invalid selector: '\(term)'; can't understand '\(term)'") }
      var path = parts[0]
      if path.hasSuffix("!") { path = path.dropLast() }
      let value = parts[1].hasPrefix("=") ? parts[1].dropFirst() : parts[1]
      let supported = known[kind, default: []] + ["metadata.name", "metadata.namespace"]
      guard supported.contains(String(path)) else {
        throw .badRequest("field label not supported: \(path)")
      }
      requirements.append(FieldRequirement(path: String(path), value: String(value), isEqual: isEqual))
    }
    return requirements
  }

  private static let known: [ClusterKind: [String]] = [
    .pod: ["status.phase", "spec.nodeName", "status.podIP", "spec.restartPolicy"],
    .event: [
      "involvedObject.kind", "involvedObject.namespace", "involvedObject.name", "involvedObject.uid",
      "involvedObject.apiVersion", "involvedObject.resourceVersion", "involvedObject.fieldPath", "reason", "type",
      "source", "reportingComponent",
    ],
    .replicaSet: ["status.replicas"],
    .namespace: ["status.phase"],
  ]

  /// Whether neither labels nor fields are asked for.
  var isWhole: Bool { labels == nil && fields.isEmpty }

  func matches(_ object: ClusterObject) -> Bool {
    let metadata = object.metadata
    if let namespace, metadata.namespace != namespace { return false }
    if let labels, !labels.matches(metadata.labels) { return false }
    return fields.allSatisfy { requirement in
      (Self.value(of: requirement.path, in: object, metadata) == requirement.value) == requirement.isEqual
    }
  }

  private static func value(of path: String, in object: ClusterObject, _ metadata: ObjectMetadata) -> String {
    let reference = object.event?.involvedObject
    switch path {
    case "metadata.name": return metadata.name ?? ""
    case "metadata.namespace": return metadata.namespace ?? ""
    case "status.phase": return object.pod?.status?.phase ?? "Active"
    case "status.podIP": return object.pod?.status?.podIP ?? ""
    case "spec.nodeName": return object.pod?.spec.nodeName ?? ""
    case "spec.restartPolicy": return "Always"
    case "involvedObject.kind": return reference?.kind ?? ""
    case "involvedObject.namespace": return reference?.namespace ?? ""
    case "involvedObject.name": return reference?.name ?? ""
    case "involvedObject.uid": return reference?.uid ?? ""
    case "involvedObject.apiVersion": return reference?.apiVersion ?? ""
    case "involvedObject.resourceVersion": return reference?.resourceVersion ?? ""
    case "reason": return object.event?.reason ?? ""
    case "type": return object.event?.type ?? ""
    case "source", "reportingComponent": return object.event?.reportingComponent ?? ""
    case "status.replicas": return String(object.replicaSet?.status?.replicas ?? 0)
    default: return ""
    }
  }
}

extension LabelSelector {
  /// The selector of a query; `nil` for none.
  init?(_ name: String = "labelSelector", in query: [String: String]) throws(APIFailure) {
    guard let text = query[name], !text.isEmpty else { return nil }
    guard let selector = LabelSelector(text: text) else {
      throw .badRequest("unable to parse requirement: \"\(text)\" is not a label selector")
    }
    self = selector
  }
}
