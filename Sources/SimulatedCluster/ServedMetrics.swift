import KubernetesObjects
import Units

/// `custom.metrics.k8s.io` and `external.metrics.k8s.io`, where metrics are declared: the values that autoscalers get, at the
/// paths at which they ask for them (Kubernetes, k8s.io/metrics/pkg/client).
///
/// Declared metrics have no labels, so that a selector of metrics selects each, and is given back.
extension ClusterSimulation {
  /// - Throws: the refusal; not found, too, where no metric is declared, since nothing serves the API then.
  func customMetricsAnswer(to request: APIRequest, _ target: ResourcePath) throws(APIFailure) -> APIAnswer {
    try checkServed(.custom, request, target)
    guard !metrics.custom.down.contains(.custom) else { return .serviceUnavailable }
    let selector = try Self.selector("metricLabelSelector", of: request)
    let items: [JSONValue]
    if target.plural == "metrics", let namespace = target.namespace, target.subresource == nil {
      let key = ObjectKey(namespace: "", name: namespace)
      let found = try described(.namespace, [key], by: target.name ?? "", as: "namespaces \(namespace)")
      items = found.map { $0.json(version: target.version, metric: target.name ?? "", selector) }
    } else {
      guard let name = target.name, let metric = target.subresource else { throw .noSuchPath }
      items = try customValues(target, name: name, metric: metric, request)
        .map { $0.json(version: target.version, metric: metric, selector) }
    }
    return .object(
      status: 200,
      [
        "kind": "MetricValueList", "apiVersion": .string("\(target.group)/\(target.version)"), "metadata": [:],
        "items": .array(items),
      ])
  }

  func externalMetricsAnswer(to request: APIRequest, _ target: ResourcePath) throws(APIFailure) -> APIAnswer {
    try checkServed(.external, request, target)
    guard !metrics.custom.down.contains(.external) else { return .serviceUnavailable }
    guard target.namespace != nil, target.name == nil else { throw .noSuchPath }
    let selector = try Self.selector("labelSelector", of: request)
    let values = try metrics.custom.shownValues(of: target.plural, for: "namespaces", in: context)
    var item = JSONMembers(["metricName": .string(target.plural)])
    item.put("metricLabels", texts: selector?.matchLabels ?? [:])
    item.put("timestamp", time: context.date(at: values.time))
    item.put("window", number: values.window.map { Int64($0.seconds) })
    item.put("value", text: Quantity(milli: CustomMetrics.milli(values.ofAll)).description)
    return .object(
      status: 200,
      [
        "kind": "ExternalMetricValueList", "apiVersion": .string("\(target.group)/\(target.version)"),
        "metadata": [:], "items": [item.json],
      ])
  }

  private func checkServed(
    _ api: MetricsAPI, _ request: APIRequest, _ target: ResourcePath
  ) throws(APIFailure) {
    guard !workload.metrics.isEmpty, api.versions.contains(target.version) else { throw .noSuchPath }
    guard request.method == "GET" else { throw .methodNotAllowed(request.method) }
  }

  private static func selector(_ name: String, of request: APIRequest) throws(APIFailure) -> LabelSelector? {
    try LabelSelector(name, in: request.query)?.withEqualitiesAsLabels
  }

  /// One value of an object.
  private struct DescribedValue {
    let kind: ClusterKind
    let key: ObjectKey
    let time: KubernetesTime
    let window: Duration?
    let milli: Int64

    func json(version: String, metric: String, _ selector: LabelSelector?) -> JSONValue {
      var object = JSONMembers(["kind": .string(kind.resource.kind), "name": .string(key.name)])
      if !key.namespace.isEmpty { object.put("namespace", text: key.namespace) }
      // Group and version with a slash between, also where there is no group (custom-metrics-apiserver, pkg/provider/helpers).
      object.put("apiVersion", text: "\(kind.resource.group)/\(kind.resource.version)")
      var result = JSONMembers(["describedObject": object.json])
      result.put("timestamp", time: time)
      result.put("value", text: Quantity(milli: milli).description)
      let window = window.map { Int64($0.seconds) }
      if version == "v1beta1" {
        result.put("metricName", text: metric)
        result.put("selector", selector?.json ?? .null)
        result.put("window", number: window)
      } else {
        result.put("metric", ["name": .string(metric), "selector": selector?.json ?? .null])
        result.put("windowSeconds", number: window)
      }
      return result.json
    }
  }

  /// The values of the objects that a path names: one, or all (`*`) that a selector of labels takes.
  private func customValues(
    _ target: ResourcePath, name: String, metric: String, _ request: APIRequest
  ) throws(APIFailure) -> [DescribedValue] {
    let asked = name == "*" ? target.plural : "\(target.plural) \(name)"
    let kind = ClusterKind.allCases.first {
      $0.resource.qualifiedPlural == target.plural || $0.resource.plural == target.plural
    }
    guard let kind, kind.isNamespaced == (target.namespace != nil) else { throw .metricNotFound(metric, for: asked) }
    let labels = try Self.selector("labelSelector", of: request)
    let objects = context.store.all(kind, namespace: target.namespace).filter { object in
      name == "*" ? labels?.matches(object.metadata.labels) ?? true : object.key.name == name
    }
    guard name == "*" || !objects.isEmpty else { throw .metricNotFound(metric, for: asked) }
    guard kind == .pod else { return try described(kind, objects.map(\.key), by: metric, as: asked) }
    let pods = objects.compactMap { object in dataPlane.podIDs[object.key].map { (object.key.name, $0) } }
    let (values, ofPods) = try metrics.custom.podValues(of: metric, pods: pods, in: context)
    guard name == "*" || !ofPods.isEmpty else { throw .metricNotFound(metric, for: asked) }
    return ofPods.map { pod in
      DescribedValue(
        kind: .pod, key: ObjectKey(namespace: target.namespace ?? "", name: pod.name),
        time: context.date(at: values.time), window: values.window, milli: pod.milli)
    }
  }

  /// What is of no pod has the value of all.
  private func described(
    _ kind: ClusterKind, _ keys: [ObjectKey], by metric: String, as asked: String
  ) throws(APIFailure) -> [DescribedValue] {
    let values = try metrics.custom.shownValues(of: metric, for: asked, in: context)
    return keys.map {
      DescribedValue(
        kind: kind, key: $0, time: context.date(at: values.time), window: values.window,
        milli: CustomMetrics.milli(values.ofAll))
    }
  }
}
