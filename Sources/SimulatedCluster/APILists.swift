import KubernetesObjects
import Units

extension ClusterSimulation {
  /// A list, or the start of a watch.
  func list(
    _ kind: ClusterKind, _ form: ObjectForm, _ target: ResourcePath, _ request: APIRequest
  ) throws(APIFailure) -> APIAnswer {
    let selection = try ObjectSelection(kind: kind, namespace: target.namespace, query: request.query)
    if request.flag("watch") { return try watch(selection, form, request) }
    var objects = context.store.all(kind, namespace: target.namespace).filter(selection.matches)
    var metadata: JSONValue = ["resourceVersion": .string(String(context.store.resourceVersion))]
    if let token = request.query["continue"], !token.isEmpty {
      let last = try Self.continuation(token)
      objects.removeAll { $0.key <= last }
    }
    if let limit = request.query["limit"].flatMap({ Int($0) }), limit > 0, objects.count > limit {
      metadata["remainingItemCount"] = .integer(Int64(objects.count - limit))
      objects = Array(objects.prefix(limit))
      if let last = objects.last {
        metadata["continue"] = .string("v1/\(last.key.namespace)/\(last.key.name)")
      }
    }
    if request.wantsTable {
      var table = table(of: objects, kind: kind, version: nil)
      table["metadata"] = metadata
      return .object(status: 200, table)
    }
    return .object(
      status: 200,
      [
        "kind": .string("\(kind.resource.kind)List"), "apiVersion": .string(form.apiVersion(of: kind)),
        "metadata": metadata, "items": .array(objects.map { form.shown($0.served(typed: false)) }),
      ])
  }

  /// The last object of the part of the list before.
  private static func continuation(_ token: String) throws(APIFailure) -> ObjectKey {
    let parts = token.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 3, parts[0] == "v1" else {
      throw .badRequest("continue key is not valid: \(token)")
    }
    return ObjectKey(namespace: String(parts[1]), name: String(parts[2]))
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

  func metricsAnswer(to request: APIRequest, _ target: ResourcePath) throws(APIFailure) -> APIAnswer {
    guard request.method == "GET" else { throw .methodNotAllowed(request.method) }
    guard metrics.isServed else { return .serviceUnavailable }
    var selector: LabelSelector?
    if let text = request.query["labelSelector"], !text.isEmpty {
      selector = LabelSelector(text: text)
      guard selector != nil else { throw .badRequest("\"\(text)\" is not a label selector") }
    }
    let items = podMetrics(namespace: target.namespace, selector: selector)
    if let name = target.name {
      guard let item = items.first(where: { $0.metadata.name == name }) else {
        throw APIFailure(
          code: 404, reason: "NotFound",
          message: "podmetrics.metrics.k8s.io \"\(target.namespace ?? "")/\(name)\" not found")
      }
      var json = item.json
      json["kind"] = "PodMetrics"
      json["apiVersion"] = "metrics.k8s.io/v1beta1"
      return .object(status: 200, json)
    }
    return .object(
      status: 200,
      [
        "kind": "PodMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": [:],
        "items": .array(items.map(\.json)),
      ])
  }
}

extension PodMetrics {
  var json: JSONValue {
    var shown = JSONMembers()
    shown.put("name", text: metadata.name)
    shown.put("namespace", text: metadata.namespace)
    shown.put("creationTimestamp", time: metadata.creationTimestamp)
    shown.put("labels", texts: metadata.labels)
    var result = JSONMembers(["metadata": shown.json])
    result.put("timestamp", time: timestamp)
    result.put("window", text: window)
    result.put(
      "containers",
      .array(
        (containers ?? []).map { container in
          [
            "name": .string(container.name),
            "usage": .object(container.usage.mapValues { .string($0.quantity.description) }),
          ]
        }))
    return result.json
  }
}
