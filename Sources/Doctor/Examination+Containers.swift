import KubernetesObjects

/// A container of the pods' template, with its place.
struct ExaminedContainer: Sendable {
  let json: JSONValue
  /// `spec.template.spec.containers[0]`
  let path: String

  var name: String { json["name"]?.string ?? "" }

  func probe(_ name: String) -> WrittenProbe? { json[name].map { WrittenProbe(json: $0, path: "\(path).\(name)") } }
}

extension Examination {
  /// The containers that run beside each other: those of the application, and sidecars.
  var containers: [ExaminedContainer] { mainContainers + sidecars }

  var mainContainers: [ExaminedContainer] {
    (podSpec["containers"]?.array ?? []).enumerated().map {
      ExaminedContainer(json: $1, path: "\(Self.podSpecPath).containers[\($0)]")
    }
  }

  private var sidecars: [ExaminedContainer] {
    (podSpec["initContainers"]?.array ?? []).enumerated().compactMap { index, json in
      json["restartPolicy"]?.string == "Always"
        ? ExaminedContainer(json: json, path: "\(Self.podSpecPath).initContainers[\(index)]") : nil
    }
  }

  /// Whether a container serves what a Service leads to: it has the port, or is the only one.
  func isServing(_ container: ExaminedContainer) -> Bool {
    guard mainContainers.count > 1 else { return true }
    let ports = container.json["ports"]?.array ?? []
    return services.contains { service in
      (service.spec["ports"]?.array ?? []).contains { port in
        let target = port["targetPort"] ?? port["port"] ?? .null
        return ports.contains { $0["containerPort"] == target || $0["name"] == target }
      }
    }
  }

  /// What a container requests or is limited to, in thousandths, with what a LimitRange fills in, as the API server does
  /// (Kubernetes 1.36, pkg/apis/core/v1/defaults.go, `SetDefaults_LimitRangeItem`).
  ///
  /// - Parameter list: `requests` or `limits`.
  func amount(_ list: String, _ resource: String, of container: ExaminedContainer) -> Int64? {
    let resources = container.json["resources"]
    if let written = resources?[list]?[resource]?.milli { return written }
    if list == "requests", let limit = resources?["limits"]?[resource]?.milli { return limit }
    for range in all("LimitRange") {
      for limit in range.spec["limits"]?.array ?? [] where limit["type"]?.string == "Container" {
        let filled =
          list == "requests"
          ? limit["defaultRequest"]?[resource] ?? limit["default"]?[resource] ?? limit["max"]?[resource]
            ?? limit["min"]?[resource]
          : limit["default"]?[resource] ?? limit["max"]?[resource]
        if let milli = filled?.milli { return milli }
      }
    }
    return nil
  }

  /// What one pod requests or is limited to; `nil` where a container says nothing.
  func podAmount(_ list: String, _ resource: String) -> Int64? {
    if let whole = podSpec["resources", list]?[resource]?.milli { return whole }
    var sum: Int64 = 0
    for container in containers {
      guard let amount = amount(list, resource, of: container) else { return nil }
      sum += amount
    }
    return sum
  }
}
