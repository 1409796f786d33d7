package import KubernetesObjects

/// What of an object in JSON tells whether an observer is after it.
package struct ObservedJSON: ObservedTraits {
  private let object: JSONValue

  package init(_ object: JSONValue) { self.object = object }

  package var name: String? { object["metadata", "name"]?.string }
  package var labels: [String: String]? { Self.texts(object["metadata", "labels"]) }

  package var subject: (kind: String, name: String)? {
    let subject = object["involvedObject"]
    guard let kind = subject?["kind"]?.string, let name = subject?["name"]?.string else { return nil }
    return (kind, name)
  }

  package var backends: Set<String> { (try? object.decoded(as: Ingress.self))?.backendServices ?? [] }

  package var selector: LabelSelector? { try? object["spec", "selector"]?.decoded() }

  package func sendsTo(podsWith labels: [String: String]) -> Bool {
    (try? object.decoded(as: Service.self))?.sendsTo(podsWith: labels) ?? false
  }

  private static func texts(_ value: JSONValue?) -> [String: String]? {
    value?.object?.compactMapValues(\.string)
  }
}

extension ObservationScope {
  /// Learns from an object that was listed, or that a watch brought.
  package mutating func see(_ object: JSONValue, of resource: ResourceType) {
    let traits = ObservedJSON(object)
    if resource == .services { return see(service: traits) }
    guard let kind = WorkloadKind.allCases.first(where: { $0.resource == resource }), let name = traits.name,
      isOwn(kind, name)
    else { return }
    // One that cannot be read tells nothing.
    guard let data = try? object.json(), let workload = try? Workload(kind, json: data) else {
      return see(kind, name, selector: nil, template: nil)
    }
    see(workload)
  }

  package mutating func see(_ workload: Workload) {
    guard let name = workload.metadata.name else { return }
    see(workload.kind, name, selector: workload.selector, template: workload.template.metadata?.labels)
  }
}
