import KubernetesObjects

extension ClusterSimulation {
  /// A list, or the start of a watch.
  func list(
    _ kind: ClusterKind, _ form: ObjectForm, _ target: ResourcePath, _ request: APIRequest
  ) throws(APIFailure) -> APIAnswer {
    let form = request.wantsMetadata ? .metadata : form
    let selection = try ObjectSelection(kind: kind, namespace: target.namespace, query: request.query)
    if request.flag("watch") { return try watch(selection, form, request) }
    let (objects, metadata) = try part(of: selection, request)
    if request.wantsTable {
      var table = table(of: objects, kind: kind, version: nil)
      table["metadata"] = metadata
      return .object(status: 200, table)
    }
    return .object(
      status: 200,
      [
        "kind": .string("\(form.name(of: kind))List"), "apiVersion": .string(form.apiVersion(of: kind)),
        "metadata": metadata, "items": .array(objects.map { form.shown($0.served(typed: false)) }),
      ])
  }

  /// The part of a list that is asked for, which is all of it without a limit, and the metadata of the answer.
  ///
  /// All parts show the objects as they were with the first (Kubernetes,
  /// staging/src/k8s.io/apiserver/pkg/storage/etcd3/store.go, `GetList`).
  private func part(
    of selection: ObjectSelection, _ request: APIRequest
  ) throws(APIFailure) -> (objects: [ClusterObject], metadata: JSONValue) {
    let token = request.query["continue"] ?? ""
    let continuation = token.isEmpty ? nil : try ListContinuation(token: token, namespace: selection.namespace)
    if continuation != nil, let version = request.query["resourceVersion"], !["", "0"].contains(version) {
      throw .badRequest("specifying resource version is not allowed when using continue")
    }
    let version = continuation?.resourceVersion ?? context.store.resourceVersion
    var objects: [ClusterObject]
    if let old = continuation?.resourceVersion, let last = continuation?.last {
      guard let then = context.store.all(selection.kind, namespace: selection.namespace, at: old) else {
        let rest = ListContinuation(resourceVersion: nil, after: last)
        throw .continuationExpired(rest.token(namespace: selection.namespace))
      }
      objects = then
    } else {
      objects = context.store.all(selection.kind, namespace: selection.namespace)
    }
    objects = objects.filter(selection.matches)
    if let last = continuation?.last { objects.removeAll { $0.key <= last } }
    var metadata: JSONValue = ["resourceVersion": .string(String(version))]
    if let limit = request.query["limit"].flatMap({ Int($0) }), limit > 0, objects.count > limit {
      // What a selector leaves out is not counted, so that nothing is said where there is one.
      if selection.isWhole { metadata["remainingItemCount"] = .integer(Int64(objects.count - limit)) }
      objects = Array(objects.prefix(limit))
      if let last = objects.last {
        let rest = ListContinuation(resourceVersion: version, after: last.key)
        metadata["continue"] = .string(rest.token(namespace: selection.namespace))
      }
    }
    return (objects, metadata)
  }

  private func watch(
    _ selection: ObjectSelection, _ form: ObjectForm, _ request: APIRequest
  ) throws(APIFailure) -> APIAnswer {
    let text = request.query["resourceVersion"] ?? ""
    guard let version = text.isEmpty ? 0 : Int64(text) else {
      throw .badRequest("resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: invalid syntax")
    }
    let wantsInitial = request.flag("sendInitialEvents")
    return .watch(
      ServedWatch(
        selection: selection, form: form, asTable: request.wantsTable,
        allowsBookmarks: request.flag("allowWatchBookmarks"),
        timeoutSeconds: request.query["timeoutSeconds"].flatMap { Int($0) }, version: version,
        sendsExisting: version == 0 || wantsInitial, marksEndOfExisting: wantsInitial,
        cutsBefore: watchCuts))
  }
}
