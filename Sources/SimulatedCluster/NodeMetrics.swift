import KubernetesObjects
import Units

/// `nodes` of `metrics.k8s.io`: what machines use, as metrics-server tells it. A machine uses what its pods use, and nothing for
/// itself; of one that is lost nothing is known.
extension ClusterSimulation {
  func nodeMetrics(selector: LabelSelector?) -> [(name: String, json: JSONValue)] {
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
          "cpu": .string(Quantity(milli: MetricsPipeline.millicores(nanocores)).description),
          "memory": .string(Quantity(milli: memory * 1_000).description),
        ])
      return (machine.name, result.json)
    }.sorted { $0.name < $1.name }
  }
}
