import KubernetesObjects
import KubernetesValidation
import ServerSideApply

// Create, update and delete, as the API server does them.
extension ClusterSimulation {
  /// - Parameters:
  ///   - fields: how fields that the type does not have are taken.
  ///   - ownership: who owns which fields, after an apply; else who creates the object owns what it says.
  mutating func create(
    _ kind: ClusterKind, namespace: String, json: JSONValue, manager: String, fields: FieldValidation = .strict,
    ownership: ManagedFields? = nil
  ) throws(APIFailure) -> ClusterObject {
    guard kind != .event, kind != .endpointSlice, kind != .apiService else {
      throw .badRequest(
        "the simulated cluster makes \(kind.resource.plural) itself: create a Deployment or a StatefulSet")
    }
    guard kind != .node else {
      throw .badRequest("the simulated cluster makes its nodes itself: cluster.simulated.nodes says how many")
    }
    var json = try valid(kind, json.withoutNulls, fields: fields) { (object, problems) in
      .undecodable(object, problems)
    }
    json["apiVersion"] = .string(kind.resource.apiVersion)
    json["status"] = nil
    if json["metadata", "name"] == nil, let prefix = json["metadata", "generateName"]?.string {
      json.setMember(.string(prefix + context.random.suffix()), at: ["metadata", "name"])
    }
    let name = json["metadata", "name"]?.string ?? ""
    guard !name.isEmpty else {
      throw .invalid(kind, name, [.required("metadata.name", "name or generateName is required")])
    }
    let key = ObjectKey(namespace: namespace, name: name)
    guard context.store[kind, key] == nil else { throw .alreadyExists(kind, name) }
    let written = json
    kind.fillDefaults(in: &json)
    let ownership = ownership ?? Self.ownership(of: json, kind, written: written, by: manager, at: date)
    if kind == .service, json["spec", "type"] != "ExternalName" {
      json.setDefault(.string(nextServiceAddress()), at: "spec", "clusterIP")
      json.setDefault([json["spec", "clusterIP"] ?? "None"], at: "spec", "clusterIPs")
    }
    var object = try checked(kind, name: name, json: json)
    object.metadata.namespace = kind.isNamespaced ? namespace : nil
    object.metadata.uid = context.random.uid()
    if kind == .job { object.nameJobPods() }
    object.metadata.creationTimestamp = date
    object.metadata.generation = kind.countsGenerations ? 1 : nil
    object.metadata.deletionTimestamp = nil
    object.setManagedFields(ownership)
    if case .plain = object.content {
      let status: JSONValue? = kind.initialStatus
      object.content = .plain(object.metadata, status: status)
    }
    if kind == .service || kind == .ingress { object.written["status"] = ["loadBalancer": [:]] }
    guard kind == .pod else {
      try admit(object)
      return commit(object)
    }
    try admitPod(&object, name: name)
    let stored = commit(object)
    dataPlane.takeUp(stored, in: &context)
    return stored
  }

  /// Who owns the fields of an object that somebody creates: those whom it names itself, and who creates it the rest.
  private static func ownership(
    of object: JSONValue, _ kind: ClusterKind, written: JSONValue, by manager: String, at time: KubernetesTime
  ) -> ManagedFields {
    var fields = ManagedFields(json: written["metadata", "managedFields"] ?? []) ?? ManagedFields()
    var object = kind.withoutServerFields(object, beside: written)
    object["metadata"]?["managedFields"] = nil
    fields.noteUpdate(
      from: .emptyObject(kind.fieldSchema), to: object, kind.fieldSchema, by: FieldManager(manager, .update), at: time)
    return fields
  }

  /// - Throws: the refusal of a LimitRange or a quota.
  private mutating func admit(_ object: ClusterObject) throws(APIFailure) {
    guard object.kind.isNamespaced else { return }
    let (name, namespace) = (object.key.name, object.key.namespace)
    let beyond =
      object.kind == .persistentVolumeClaim
      ? context.store.limitRefusal(ofClaim: name, object.written["spec"] ?? [:], namespace: namespace) : nil
    if let refusal = beyond
      ?? context.store.quotaRefusal(of: object.kind, name: name, namespace: namespace, QuotaSubject(object))
    {
      throw APIFailure(code: 403, reason: "Forbidden", message: refusal)
    }
    if context.hasQuotas(namespace) { context.requestReconciliation(.quotas(namespace: namespace)) }
  }

  /// - Throws: the refusal of what the pod refers to, of a LimitRange or of a quota.
  private func admitPod(_ object: inout ClusterObject, name: String) throws(APIFailure) {
    guard var pod = object.pod else { return }
    var status = Pod.Status()
    status.phase = "Pending"
    pod.status = status
    let namespace = object.metadata.namespace ?? ""
    var written = object.written["spec"] ?? [:]
    let missing = context.admitReferences(of: &written, name: name, namespace: namespace)
    let beyond =
      missing
      ?? context.store.admitByLimitRanges(
        &written, &pod.spec, &pod.metadata.annotations, name: name, namespace: namespace)
    object.written["spec"] = written
    object.content = .pod(pod)
    guard
      let refusal = beyond
        ?? context.store.quotaRefusal(of: .pod, name: name, namespace: namespace, .pod(pod.spec, written))
    else { return }
    throw APIFailure(code: 403, reason: "Forbidden", message: refusal)
  }

  private func nextServiceAddress() -> String {
    "10.0.\(context.store.count(.service) / 250).\(context.store.count(.service) % 250 + 2)"
  }

  /// The object without fields that its type does not have, once the API server's validation has passed it.
  ///
  /// - Parameter refusal: the answer to an object that cannot be decoded.
  private func valid(
    _ kind: ClusterKind, _ object: JSONValue, fields: FieldValidation,
    refusal: (JSONValue, [FieldProblem]) -> APIFailure
  ) throws(APIFailure) -> JSONValue {
    var object = object
    if object["apiVersion"] == nil { object["apiVersion"] = .string(kind.resource.apiVersion) }
    if object["kind"] == nil { object["kind"] = .string(kind.resource.kind) }
    let problems = ObjectValidation.problems(in: object)
    let undecodable = problems.filter {
      $0.reason == .wrongType || ($0.reason == .unknownField && fields == .strict)
    }
    guard undecodable.isEmpty else { throw refusal(object, undecodable) }
    let invalid = problems.filter { $0.reason != .unknownField }
    guard invalid.isEmpty else { throw .invalid(kind, object["metadata", "name"]?.string ?? "", invalid) }
    return ObjectValidation.pruned(object, of: problems)
  }

  /// The typed object, or everything that is wrong with it.
  private func checked(_ kind: ClusterKind, name: String, json: JSONValue) throws(APIFailure) -> ClusterObject {
    let object: ClusterObject
    do {
      object = try ClusterObject(kind: kind, json: json)
    } catch {
      throw .badRequest("\(kind.resource.kind) \"\(name)\" cannot be read: \(Self.text(of: error))")
    }
    let problems = object.problems()
    guard problems.isEmpty else { throw .invalid(kind, name, problems) }
    return object
  }

  /// Where and why decoding failed, in one line.
  private static func text(of error: any Error) -> String {
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    switch error {
    case DecodingError.keyNotFound(let key, let context):
      return "\((context.codingPath.map(\.stringValue) + [key.stringValue]).joined(separator: ".")) is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      return "\(path(context)): \(context.debugDescription)"
    default: return "\(error)"
    }
  }

  /// Replaces an object, or its status, by what a client wants it to be.
  ///
  /// - Parameter ownership: who owns which fields, after an apply; else who writes owns what changes.
  mutating func update(
    _ kind: ClusterKind, _ key: ObjectKey, to json: JSONValue, isStatus: Bool, manager: String,
    fields: FieldValidation = .strict, patch: JSONValue? = nil, ownership applied: ManagedFields? = nil
  ) throws(APIFailure) -> ClusterObject {
    guard let current = context.store[kind, key] else { throw .notFound(kind, key.name) }
    if let version = json["metadata", "resourceVersion"]?.string, !version.isEmpty,
      version != current.metadata.resourceVersion
    {
      throw .conflict(kind, key.name)
    }
    var wanted = json.withoutNulls
    var before = current.json()
    let known = current.managedFields
    var ownership = applied ?? (isStatus ? known : Self.ownership(wantedBy: wanted, known))
    before["metadata"]?["managedFields"] = nil
    if isStatus {
      var merged = before
      merged["status"] = wanted["status"]
      wanted = merged
    } else {
      wanted["status"] = before["status"]
      kind.fillDefaults(in: &wanted)
    }
    for field in [
      "name", "namespace", "uid", "creationTimestamp", "generation", "deletionTimestamp",
      "deletionGracePeriodSeconds", "resourceVersion", "managedFields",
    ] {
      wanted.setMember(before["metadata"]?[field], at: ["metadata", field])
    }
    wanted["apiVersion"] = before["apiVersion"]
    wanted["kind"] = before["kind"]
    guard kind != .node || wanted["spec", "taints"] == before["spec", "taints"] else {
      throw .badRequest("the simulated scheduler does not act on taints: use kubectl cordon, or kubectl drain")
    }
    let isOwnedAlike = known.agrees(with: ownership)
    guard wanted != before || !isOwnedAlike else { return current }
    wanted = try valid(kind, wanted, fields: fields) { (object, problems) in
      patch == nil ? .undecodable(object, problems) : .undecodable(patch: patch, problems)
    }
    guard wanted != before || !isOwnedAlike else { return current }
    var object = try checked(kind, name: key.name, json: wanted)
    if let problem = object.finalizerProblem(comparedTo: current) ?? object.immutableFieldProblem(comparedTo: current) {
      throw .invalid(kind, key.name, [problem])
    }
    if kind.countsGenerations, wanted["spec"] != before["spec"] {
      object.metadata.generation = (current.metadata.generation ?? 1) + 1
    }
    if applied == nil {
      ownership.noteUpdate(
        from: before, to: wanted, kind.fieldSchema,
        by: FieldManager(manager, .update, subresource: isStatus ? "status" : nil), at: date)
    }
    object.setManagedFields(ownership)
    let stored = commit(object)
    release(stored)
    return stored
  }

  /// Who owns which fields before a client's update: those whom it names, such as in a patch of `managedFields`, else those who
  /// are known (Kubernetes 1.36, apimachinery/pkg/util/managedfields/internal/fieldmanager.go, `decodeLiveOrNew`).
  private static func ownership(wantedBy object: JSONValue, _ known: ManagedFields) -> ManagedFields {
    let wanted = object["metadata", "managedFields"]
    if ManagedFields.isReset(wanted) { return ManagedFields() }
    guard let wanted, let named = ManagedFields(json: wanted), !named.entries.isEmpty else { return known }
    return named
  }

  /// Deletes an object: pods end gracefully, the rest is gone at once and what it owned follows, but for what finalizers keep.
  mutating func delete(
    _ kind: ClusterKind, _ key: ObjectKey, gracePeriod: Int?, orphansDependents: Bool
  ) throws(APIFailure) -> ClusterObject {
    guard let object = context.store[kind, key] else { throw .notFound(kind, key.name) }
    if kind == .pod {
      dataPlane.deletePod(key, gracePeriod: gracePeriod, in: &context)
      return context.store[kind, key] ?? object
    }
    guard kind != .namespace, kind != .node else {
      throw .badRequest("the simulated cluster does not delete \(kind.resource.plural)")
    }
    if context.keepForFinalizers(kind, key, orphansDependents: orphansDependents) {
      return context.store[kind, key] ?? object
    }
    if orphansDependents {
      context.store.remove(kind, key, at: context.now)
      context.orphanDependents(of: object)
    } else {
      discard(kind, key)
    }
    return object
  }
}

extension ControllerContext {
  /// Sets the size of a workload through its scale subresource.
  @discardableResult
  mutating func setScale(
    _ kind: ClusterKind, _ key: ObjectKey, to replicas: Int, manager: String
  ) throws(APIFailure) -> ClusterObject {
    try setScale(kind, key, to: replicas, manager: FieldManager(manager, .update, subresource: "scale"))
  }

  @discardableResult
  mutating func setScale(
    _ kind: ClusterKind, _ key: ObjectKey, to replicas: Int, manager: FieldManager
  ) throws(APIFailure) -> ClusterObject {
    guard var object = store[kind, key] else { throw .notFound(kind, key.name) }
    guard replicas >= 0 else {
      throw .invalid(
        kind, key.name, [.invalid("spec.replicas", replicas, "must be greater than or equal to 0")])
    }
    let beyond = ClusterObject.sizeProblem(replicas, at: "spec.replicas")
    guard beyond.isEmpty else { throw .invalid(kind, key.name, beyond) }
    guard let scale = object.scale else { throw .noSuchPath }
    guard scale.wanted != replicas else { return object }
    var fields = object.managedFields
    fields.noteScale(by: manager)
    object.setWanted(replicas)
    object.metadata.generation = (object.metadata.generation ?? 1) + 1
    object.setManagedFields(fields)
    return commit(object)
  }
}
