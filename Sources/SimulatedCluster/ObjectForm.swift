import KubernetesObjects

/// The version of the API in which a client reads and writes an object.
///
/// Objects are kept in one version each. A HorizontalPodAutoscaler is served in a second one, `autoscaling/v1`: kubectl before
/// 1.23 describes it there, and `kubectl autoscale` writes it there.
enum ObjectForm: Sendable, Equatable {
  case kept
  case autoscalingVersion1
  /// `PartialObjectMetadata`, in which objects of all kinds are read and none is written.
  case metadata

  /// - Returns: `nil` when the kind is not served in that version.
  init?(_ kind: ClusterKind, version: String) {
    if version == kind.resource.version {
      self = .kept
    } else if kind == .autoscaler, version == "v1" {
      self = .autoscalingVersion1
    } else {
      return nil
    }
  }

  /// What a kept object looks like to the client.
  func shown(_ kept: JSONValue) -> JSONValue {
    switch self {
    case .kept: kept
    case .autoscalingVersion1: OlderAutoscaler.version1(of: kept)
    case .metadata:
      [
        "kind": "PartialObjectMetadata", "apiVersion": .string(Self.metadataVersion),
        "metadata": kept["metadata"] ?? [:],
      ]
    }
  }

  /// What the client has written, as it is kept.
  ///
  /// - Throws: a bad request when an annotation that holds a part of the object is no JSON. A real API server passes over it,
  ///   and so loses what the user has meant.
  func kept(_ written: JSONValue) throws(APIFailure) -> JSONValue {
    switch self {
    case .kept, .metadata: return written
    case .autoscalingVersion1:
      if let annotation = OlderAutoscaler.unreadableAnnotations(of: written).first {
        throw .badRequest("metadata.annotations: \(annotation) is not JSON")
      }
      var named = written
      named["apiVersion"] = .string(OlderAutoscaler.version1)
      return OlderAutoscaler.version2(of: named)
    }
  }

  /// `apps/v1`, as the client names it.
  func apiVersion(of kind: ClusterKind) -> String {
    switch self {
    case .kept: kind.resource.apiVersion
    case .autoscalingVersion1: OlderAutoscaler.version1
    case .metadata: Self.metadataVersion
    }
  }

  /// What the client calls the kind.
  func name(of kind: ClusterKind) -> String {
    self == .metadata ? "PartialObjectMetadata" : kind.resource.kind
  }

  private static let metadataVersion = "meta.k8s.io/v1"
}

extension ClusterKind {
  /// Where the API serves the kind: the version that it is kept in, which clients should prefer, then others.
  var servedResources: [ResourceType] {
    guard self == .autoscaler else { return [resource] }
    return [
      resource,
      ResourceType(group: resource.group, version: "v1", plural: resource.plural, kind: resource.kind),
    ]
  }
}
