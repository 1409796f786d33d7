import KubernetesObjects
import Units

// `metrics.k8s.io` as metrics-server answers it: what pods and nodes use.
extension ClusterSimulation {
  func metricsAnswer(to request: APIRequest, _ target: ResourcePath) throws(APIFailure) -> APIAnswer {
    guard request.method == "GET" else { throw .methodNotAllowed(request.method) }
    let isOfNodes = target.isNodeMetrics
    guard !isOfNodes || target.namespace == nil && target.subresource == nil else { throw .noSuchPath }
    guard metrics.isServed else { return .serviceUnavailable }
    let kind = isOfNodes ? "NodeMetrics" : "PodMetrics"
    let selector = try LabelSelector(in: request.query)
    let items =
      isOfNodes
      ? nodeMetrics(selector: selector)
      : podMetrics(namespace: target.namespace, selector: selector).map { ($0.metadata.name ?? "", $0.json) }
    guard let name = target.name else {
      return .object(
        status: 200,
        [
          "kind": .string("\(kind)List"), "apiVersion": "metrics.k8s.io/v1beta1", "metadata": [:],
          "items": .array(items.map(\.json)),
        ])
    }
    guard let item = items.first(where: { $0.name == name }) else {
      let place = isOfNodes ? name : "\(target.namespace ?? "")/\(name)"
      throw APIFailure(
        code: 404, reason: "NotFound", message: "\(kind.lowercased()).metrics.k8s.io \"\(place)\" not found")
    }
    var json = item.json
    json["kind"] = .string(kind)
    json["apiVersion"] = "metrics.k8s.io/v1beta1"
    return .object(status: 200, json)
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
