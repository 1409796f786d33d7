import Foundation
import KubernetesObjects
import KubernetesValidation
import ServerSideApply

/// A server-side apply: what somebody wants an object to say, and who that is
/// (Kubernetes 1.36, apiserver/pkg/endpoints/handlers/patch.go, `applyPatcher`).
struct AppliedConfiguration {
  static let mediaType = "application/apply-patch+yaml"
  /// Where client-side apply keeps what it has applied.
  private static let lastApplied = "kubectl.kubernetes.io/last-applied-configuration"
  /// Whose conflicts with what client-side apply has written are none, and who keeps that up to date
  /// (apimachinery/pkg/util/managedfields/internal/lastappliedmanager.go and lastappliedupdater.go).
  private static let kubectl = "kubectl"

  let kind: ClusterKind
  let form: ObjectForm
  let key: ObjectKey
  /// As the client has sent it.
  let written: JSONValue
  /// The same in the version that the kind is kept in.
  let configuration: JSONValue
  let manager: String
  let isForced: Bool
  let isStatus: Bool

  /// - Throws: the refusal of a request that is not complete, or speaks of another object or of fields that there are none.
  init(
    _ request: APIRequest, _ kind: ClusterKind, _ form: ObjectForm, _ key: ObjectKey, isStatus: Bool
  ) throws(APIFailure) {
    manager = try request.applier
    isForced = request.flag("force")
    guard let body = request.body, body.object != nil else {
      throw .badRequest("error decoding YAML: the body of the request is no object")
    }
    let type = (body["apiVersion"]?.string ?? "", body["kind"]?.string ?? "")
    guard type == (form.apiVersion(of: kind), kind.resource.kind) else {
      throw .badRequest("invalid object type: \(Self.typeText(type.0, type.1))")
    }
    guard body["metadata", "managedFields"] ?? .null == .null else {
      throw .badRequest("metadata.managedFields must be nil")
    }
    if let name = body["metadata", "name"]?.string, name != key.name {
      throw .badRequest("the name of the object (\(name)) does not match the name on the URL (\(key.name))")
    }
    if let namespace = body["metadata", "namespace"]?.string, namespace != key.namespace {
      throw .badRequest("the namespace of the provided object does not match the namespace sent on the request")
    }
    (self.kind, self.form, self.key, written, self.isStatus) = (kind, form, key, body, isStatus)
    configuration = try form.kept(body)
    let check = ConfigurationCheck(configuration, kind.fieldSchema)
    guard check.problems.isEmpty else {
      throw APIFailure(
        code: 500, reason: "",
        message: "failed to create typed patch object (\(key.namespace)/\(key.name); "
          + "\(Self.typeText(type.0, type.1))): \(check.message)")
    }
  }

  /// `apps/v1, Kind=Deployment`; the core group has no name.
  private static func typeText(_ apiVersion: String, _ kind: String) -> String {
    "\(apiVersion.contains("/") || apiVersion.isEmpty ? "" : "/")\(apiVersion), Kind=\(kind)"
  }

  /// What becomes of an object; of a new one when there is none.
  ///
  /// - Throws: 409 for fields that others own, and for an object that is another one than was meant.
  func applied(to current: ClusterObject?, at time: KubernetesTime) throws(APIFailure) -> ManagedFields.Applied {
    try checkIdentity(of: current)
    let schema = kind.fieldSchema
    var live = current?.json() ?? .emptyObject(schema)
    live["metadata"]?["managedFields"] = nil
    let fields = current?.managedFields ?? ManagedFields()
    let applier = FieldManager(manager, .apply, subresource: isStatus ? "status" : nil)
    func attempt(_ isForced: Bool) throws(ApplyConflicts) -> ManagedFields.Applied {
      try fields.applying(
        configuration, to: live, schema, apiVersion: kind.resource.apiVersion, by: applier, at: time,
        isForced: isForced)
    }
    var result: ManagedFields.Applied
    do {
      result = try attempt(isForced)
    } catch {
      let allowed = manager == Self.kubectl ? clientSideApplied(in: live) : FieldSet()
      let others = error.conflicts.filter { !allowed.contains($0.path) }
      guard others.isEmpty else { throw .conflict(ApplyConflicts(conflicts: others)) }
      do { result = try attempt(true) } catch { throw .conflict(error) }
    }
    if manager == Self.kubectl, result.object["metadata", "annotations", Self.lastApplied] != nil {
      result.object.setMember(.string(annotation), at: ["metadata", "annotations", Self.lastApplied])
    }
    return result
  }

  private func checkIdentity(of current: ClusterObject?) throws(APIFailure) {
    let uid = configuration["metadata", "uid"]?.string ?? ""
    guard let current else {
      guard !isStatus else { throw .notFound(kind, key.name) }
      guard uid.isEmpty else {
        throw .conflict(
          kind, key.name,
          because: "uid mismatch: the provided object specified uid \(uid), and no existing object was found")
      }
      let version = configuration["metadata", "resourceVersion"]?.string ?? ""
      guard version.isEmpty else { throw .conflict(kind, key.name) }
      return
    }
    guard uid.isEmpty || uid == current.metadata.uid else {
      throw .invalid(kind, key.name, [.invalid("metadata.uid", "\"\(uid)\"", "field is immutable")])
    }
  }

  /// The fields that client-side apply has written and that are still as it wrote them.
  private func clientSideApplied(in live: JSONValue) -> FieldSet {
    let schema = kind.fieldSchema
    guard let text = live["metadata", "annotations", Self.lastApplied]?.string,
      let last = try? JSONValue(json: Data(text.utf8)), last["apiVersion"]?.string == form.apiVersion(of: kind),
      let kept = try? form.kept(last)
    else { return FieldSet() }
    let comparison = ObjectComparison(kept, live, schema)
    return FieldSet(of: kept, schema).subtracting(comparison.written).subtracting(comparison.removed)
  }

  /// What client-side apply would write down of the configuration.
  private var annotation: String {
    var object = written
    object["metadata"]?["annotations"]?[Self.lastApplied] = nil
    return object.compactText + "\n"
  }
}

extension APIRequest {
  /// Whether the request is a server-side apply.
  var isApply: Bool {
    method == "PATCH"
      && contentType.split(separator: ";").first.map(String.init) == AppliedConfiguration.mediaType
  }

  /// Who applies, which has to be said.
  fileprivate var applier: String {
    get throws(APIFailure) {
      guard let name = query["fieldManager"], !name.isEmpty else {
        throw .invalidOption("fieldManager", .required("fieldManager", "is required for apply patch"))
      }
      return name
    }
  }
}

extension APIFailure {
  static func conflict(_ conflicts: ApplyConflicts) -> APIFailure {
    APIFailure(
      code: 409, reason: "Conflict", message: conflicts.message,
      details: [
        "causes": .array(
          conflicts.conflicts.map {
            [
              "reason": "FieldManagerConflict", "message": .string("conflict with \($0.ownerText)"),
              "field": .string($0.path.text),
            ]
          })
      ])
  }

  /// An option of a PATCH that is missing or may not be there.
  static func invalidOption(_ name: String, _ problem: FieldProblem) -> APIFailure {
    APIFailure(
      code: 422, reason: "Invalid", message: "PatchOptions.meta.k8s.io \"\" is invalid: \(problem.description)",
      details: [
        "group": "meta.k8s.io", "kind": "PatchOptions",
        "causes": [
          ["reason": .string(problem.reason.rawValue), "message": .string(problem.detail), "field": .string(name)]
        ],
      ])
  }
}

// The scale subresource.
extension ControllerContext {
  /// Sets the size of a workload for somebody who applies it
  /// (Kubernetes 1.36, pkg/registry/apps/deployment/storage/storage.go).
  mutating func applyScale(
    _ kind: ClusterKind, _ key: ObjectKey, _ request: APIRequest
  ) throws(APIFailure) -> ClusterObject {
    let manager = FieldManager(try request.applier, .apply, subresource: "scale")
    guard let object = store[kind, key], let scale = object.scale else { throw .notFound(kind, key.name) }
    guard let body = request.body, body["apiVersion"] == "autoscaling/v1", body["kind"] == "Scale" else {
      throw .badRequest("invalid object type: a Scale of autoscaling/v1 is applied to the scale subresource")
    }
    guard let replicas = body["spec", "replicas"]?.int else {
      throw .badRequest("spec.replicas of the scale is no whole number")
    }
    var fields = object.managedFields
    let owners = fields.ownersOfSize(beside: manager)
    guard replicas != scale.wanted else {
      fields.share(ManagedFields.size, with: manager)
      guard fields.sorted != object.managedFields.sorted else { return object }
      var shared = object
      shared.setManagedFields(fields)
      return commit(shared)
    }
    guard owners.isEmpty || request.flag("force") else {
      throw .conflict(
        ApplyConflicts(
          conflicts: owners.map {
            ApplyConflict(owner: $0, path: ManagedFields.size, apiVersion: "autoscaling/v1")
          }))
    }
    return try setScale(kind, key, to: replicas, manager: manager)
  }
}
