import AutoscalerModel
import KubernetesObjects

/// A workload with the objects around it that are about it.
struct Examination: Sendable {
  let patient: Patient
  let reference: WorkloadReference
  let object: KnownObject
  let template: JSONValue
  let templateLabels: [String: String]
  /// All autoscalers that scale it.
  let autoscalers: [KnownObject]
  /// The first of them, as far as it can be read.
  let autoscaler: HorizontalPodAutoscaler?
  let services: [KnownObject]
  /// Those that route to its Services.
  let ingresses: [KnownObject]

  /// - Returns: `nil` where the object is no workload.
  init?(_ object: KnownObject, of patient: Patient) {
    guard let reference = object.workloadReference else { return nil }
    self.patient = patient
    self.reference = reference
    self.object = object
    template = object.template ?? .null
    let labels = template["metadata", "labels"]?.texts ?? [:]
    templateLabels = labels
    autoscalers = patient.all("HorizontalPodAutoscaler", in: object.namespace).filter { candidate in
      guard let read: HorizontalPodAutoscaler = try? candidate.json.decoded(as: HorizontalPodAutoscaler.self) else {
        return false
      }
      return read.scales(reference)
    }
    autoscaler = autoscalers.first.flatMap { try? $0.json.decoded(as: HorizontalPodAutoscaler.self) }
    services = patient.all("Service", in: object.namespace).filter { service in
      let selector = service.json["spec", "selector"]?.texts ?? [:]
      return !selector.isEmpty && LabelSelector(matchLabels: selector).matches(labels)
    }
    let names = Set(services.map(\.name))
    ingresses = patient.all("Ingress", in: object.namespace).filter { ingress in
      Self.backends(of: ingress).contains { names.contains($0) }
    }
  }

  private static func backends(of ingress: KnownObject) -> [String] {
    var names: [String] = []
    if let name = ingress.json["spec", "defaultBackend", "service", "name"]?.string { names.append(name) }
    for rule in ingress.spec["rules"]?.array ?? [] {
      for path in rule["http", "paths"]?.array ?? [] {
        if let name = path["backend", "service", "name"]?.string { names.append(name) }
      }
    }
    return names
  }

  var facts: Facts { patient.facts }
  var namespace: String { object.namespace }
  var podSpec: JSONValue { template["spec"] ?? .null }

  /// The paths in which the pods' template stands.
  static let podSpecPath = "spec.template.spec"

  /// Objects of its namespace.
  func all(_ kind: String) -> [KnownObject] { patient.all(kind, in: namespace) }

  /// Budgets whose selector matches the pods.
  var budgets: [KnownObject] {
    all("PodDisruptionBudget").filter { $0.spec["selector"]?.selects(templateLabels) ?? false }
  }

  /// Policies whose selector matches the pods.
  var policies: [KnownObject] {
    all("NetworkPolicy").filter { $0.spec["podSelector"]?.selects(templateLabels) ?? false }
  }

  /// Whether requests come from outside: through an Ingress, a route of a mesh or of the Gateway API.
  var isRouted: Bool { !ingresses.isEmpty || !routes.isEmpty }

  /// VirtualServices and HTTPRoutes that lead to its Services.
  var routes: [KnownObject] {
    let names = Set(services.map(\.name))
    return (all("VirtualService") + all("HTTPRoute") + all("GRPCRoute")).filter { route in
      Self.hosts(of: route).contains { names.contains(String($0.prefix { $0 != "." })) }
    }
  }

  private static func hosts(of route: KnownObject) -> [String] {
    var hosts: [String] = []
    for http in route.spec["http"]?.array ?? [] {
      for destination in http["route"]?.array ?? [] {
        if let host = destination["destination", "host"]?.string { hosts.append(host) }
      }
    }
    for rule in route.spec["rules"]?.array ?? [] {
      for backend in rule["backendRefs"]?.array ?? [] { if let name = backend["name"]?.string { hosts.append(name) } }
    }
    return hosts
  }

  /// DestinationRules of its Services.
  var destinationRules: [KnownObject] {
    let names = Set(services.map(\.name))
    return all("DestinationRule").filter { rule in
      names.contains(String((rule.spec["host"]?.string ?? "").prefix { $0 != "." }))
    }
  }
}
