import KubernetesObjects
import Units

/// `nodes` of `metrics.k8s.io`: what machines use, as metrics-server tells it. A machine uses what its pods use, and nothing for
/// itself; of one that is lost nothing is known.
extension ClusterSimulation {
  func nodeMetricsAnswer(to request: APIRequest, _ target: ResourcePath) throws(APIFailure) -> APIAnswer {
    guard request.method == "GET" else { throw .methodNotAllowed(request.method) }
    guard target.namespace == nil, target.subresource == nil else { throw .noSuchPath }
    guard metrics.isServed else { return .serviceUnavailable }
    let selector = try Self.metricsSelector(of: request)
    let items = nodeMetrics(selector: selector)
    guard let name = target.name else {
      return .object(
        status: 200,
        [
          "kind": "NodeMetricsList", "apiVersion": "metrics.k8s.io/v1beta1", "metadata": [:],
          "items": .array(items.map(\.json)),
        ])
    }
    guard let item = items.first(where: { $0.name == name }) else {
      throw APIFailure(
        code: 404, reason: "NotFound", message: "nodemetrics.metrics.k8s.io \"\(name)\" not found")
    }
    var json = item.json
    json["kind"] = "NodeMetrics"
    json["apiVersion"] = "metrics.k8s.io/v1beta1"
    return .object(status: 200, json)
  }

  private func nodeMetrics(selector: LabelSelector?) -> [(name: String, json: JSONValue)] {
    guard let measuredAt = metrics.visibleSince(at: context.now).map({ $0 - workload.metricsLag }) else { return [] }
    var used: [Int: (nanocores: Int64, memory: Int64)] = [:]
    for measurement in metrics.visible(at: context.now) {
      guard let node = dataPlane.runtimes[measurement.pod]?.node else { continue }
      used[node, default: (0, 0)].nanocores += measurement.nanocores
      used[node, default: (0, 0)].memory += measurement.memory
    }
    return dataPlane.machines.indices.compactMap { index in
      let machine = dataPlane.machines[index]
      guard !machine.isGone, !machine.isLost,
        let object = context.store[.node, ObjectKey(namespace: "", name: machine.name)],
        selector?.matches(object.metadata.labels) ?? true
      else { return nil }
      var shown = JSONMembers()
      shown.put("name", text: machine.name)
      shown.put("creationTimestamp", time: context.date)
      shown.put("labels", texts: object.metadata.labels)
      var result = JSONMembers(["metadata": shown.json])
      result.put("timestamp", time: context.date(at: measuredAt))
      result.put("window", text: workload.metricsWindow.text)
      let (nanocores, memory) = used[index] ?? (0, 0)
      result.put(
        "usage",
        [
          "cpu": .string(Quantity(milli: (nanocores + 999_999) / 1_000_000).description),
          "memory": .string(Quantity(milli: memory * 1_000).description),
        ])
      return (machine.name, result.json)
    }.sorted { $0.name < $1.name }
  }

  static func metricsSelector(of request: APIRequest) throws(APIFailure) -> LabelSelector? {
    guard let text = request.query["labelSelector"], !text.isEmpty else { return nil }
    guard let selector = LabelSelector(text: text) else { throw .badRequest("\"\(text)\" is not a label selector") }
    return selector
  }
}
