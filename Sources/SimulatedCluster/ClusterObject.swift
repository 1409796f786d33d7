package import KubernetesObjects
import ServerSideApply

/// One version of a stored object: the typed view that controllers work on, and what a client wrote besides.
///
/// JSON is made of both when somebody reads the object, and not before.
package struct ClusterObject: Sendable, Equatable {
  package let kind: ClusterKind
  package var content: Content
  /// The members that a client or controller wrote, without `metadata`, `status`, `kind` and `apiVersion`.
  package internal(set) var written: [String: JSONValue]
  /// Who owns which fields.
  var ownership = FieldOwnership()

  package enum Content: Sendable, Equatable {
    case deployment(Deployment)
    case replicaSet(ReplicaSet)
    case statefulSet(StatefulSet)
    case pod(Pod)
    case autoscaler(HorizontalPodAutoscaler)
    case endpointSlice(EndpointSlice)
    case event(Event)
    case service(Service)
    case ingress(Ingress)
    /// Kinds of which only the metadata and a status as JSON are kept.
    case plain(ObjectMetadata, status: JSONValue?)
  }

  init(kind: ClusterKind, content: Content, written: [String: JSONValue] = [:]) {
    self.kind = kind
    self.content = content
    self.written = written
  }

  package var metadata: ObjectMetadata {
    get {
      switch content {
      case .deployment(let object): object.metadata
      case .replicaSet(let object): object.metadata
      case .statefulSet(let object): object.metadata
      case .pod(let object): object.metadata
      case .autoscaler(let object): object.metadata
      case .endpointSlice(let object): object.metadata
      case .event(let object): object.metadata
      case .service(let object): object.metadata
      case .ingress(let object): object.metadata
      case .plain(let metadata, _): metadata
      }
    }
    set {
      switch content {
      case .deployment(var object):
        object.metadata = newValue
        content = .deployment(object)
      case .replicaSet(var object):
        object.metadata = newValue
        content = .replicaSet(object)
      case .statefulSet(var object):
        object.metadata = newValue
        content = .statefulSet(object)
      case .pod(var object):
        object.metadata = newValue
        content = .pod(object)
      case .autoscaler(var object):
        object.metadata = newValue
        content = .autoscaler(object)
      case .endpointSlice(var object):
        object.metadata = newValue
        content = .endpointSlice(object)
      case .event(var object):
        object.metadata = newValue
        content = .event(object)
      case .service(var object):
        object.metadata = newValue
        content = .service(object)
      case .ingress(var object):
        object.metadata = newValue
        content = .ingress(object)
      case .plain(_, let status):
        content = .plain(newValue, status: status)
      }
    }
  }

  package var key: ObjectKey {
    let metadata = metadata
    return ObjectKey(namespace: metadata.namespace ?? "", name: metadata.name ?? "")
  }

  package var resourceVersion: Int64 { metadata.resourceVersion.flatMap(Int64.init) ?? 0 }

  package var deployment: Deployment? { if case .deployment(let object) = content { object } else { nil } }
  package var replicaSet: ReplicaSet? { if case .replicaSet(let object) = content { object } else { nil } }
  package var statefulSet: StatefulSet? { if case .statefulSet(let object) = content { object } else { nil } }
  package var pod: Pod? { if case .pod(let object) = content { object } else { nil } }
  package var autoscaler: HorizontalPodAutoscaler? {
    if case .autoscaler(let object) = content { object } else { nil }
  }
  package var endpointSlice: EndpointSlice? { if case .endpointSlice(let object) = content { object } else { nil } }
  package var event: Event? { if case .event(let object) = content { object } else { nil } }
  package var service: Service? { if case .service(let object) = content { object } else { nil } }
  package var ingress: Ingress? { if case .ingress(let object) = content { object } else { nil } }
}

extension ClusterObject {
  /// The typed view of an object in JSON.
  ///
  /// - Throws: the decoder's error when a field has a wrong type.
  init(kind: ClusterKind, json: JSONValue) throws {
    var members = json.object ?? [:]
    let content: Content =
      switch kind {
      case .deployment: .deployment(try json.decoded())
      case .replicaSet: .replicaSet(try json.decoded())
      case .statefulSet: .statefulSet(try json.decoded())
      case .pod: .pod(try json.decoded())
      case .autoscaler: .autoscaler(try json.decoded())
      case .endpointSlice: .endpointSlice(try json.decoded())
      case .event: .event(try json.decoded())
      case .service: .service(try json.decoded())
      case .ingress: .ingress(try json.decoded())
      default:
        .plain(try (json["metadata"] ?? [:]).decoded(), status: json["status"])
      }
    for member in ["metadata", "apiVersion", "kind"] { members[member] = nil }
    if kind != .service, kind != .ingress { members["status"] = nil }
    self.init(kind: kind, content: content, written: members)
  }

  /// Notes who writes the version that is stored next, as the API server does in `managedFields`. Which fields that are is
  /// worked out when somebody asks; see ``FieldOwnership``.
  ///
  /// Writes of the scale subresource have no time (Kubernetes, apiserver/pkg/endpoints/handlers/fieldmanager/scalehandler.go).
  mutating func recordWriter(_ manager: String, subresource: String? = nil, at time: KubernetesTime) {
    var entries = metadata.managedFields ?? []
    let written = subresource == "scale" ? nil : time
    ownership.note(
      FieldOwnership.Writer(manager: FieldManager(manager, .update, subresource: subresource), time: written))
    let index = entries.firstIndex {
      $0.manager == manager && $0.operation == "Update" && $0.subresource == subresource
    }
    if let index {
      guard entries[index].time != written else { return }
      entries[index].time = written
    } else {
      entries.append(
        ManagedFieldsEntry(manager: manager, operation: "Update", subresource: subresource, time: written))
    }
    metadata.managedFields = entries
  }
}
