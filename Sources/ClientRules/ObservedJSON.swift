package import KubernetesObjects

/// What of an object in JSON tells whether an observer is after it.
package struct ObservedJSON: ObservedTraits {
  private let object: RawObject

  package init(_ object: RawObject) { self.object = object }

  package var name: String? { object.name }
  package var labels: [String: String]? { object.metadata?.object("labels")?.strings }

  package var subject: (kind: String, name: String)? {
    let subject = object.object("involvedObject")
    guard let kind = subject?.string("kind"), let name = subject?.string("name") else { return nil }
    return (kind, name)
  }

  package var backends: Set<String> { (try? object.decoded(as: Ingress.self))?.backendServices ?? [] }

  package var selector: LabelSelector? { try? object.object("spec")?.object("selector")?.decoded() }

  package func sendsTo(podsWith labels: [String: String]) -> Bool {
    (try? object.decoded(as: Service.self))?.sendsTo(podsWith: labels) ?? false
  }
}

extension ObservationScope {
  /// Learns from an object that was listed, or that a watch brought.
  package mutating func see(_ object: RawObject, of resource: ResourceType) {
    let traits = ObservedJSON(object)
    if resource == .services { return see(service: traits) }
    guard let kind = WorkloadKind.allCases.first(where: { $0.resource == resource }), let name = traits.name,
      isOwn(kind, name)
    else { return }
    // One that cannot be read tells nothing.
    guard let workload = try? Workload(kind, json: object.data) else {
      return see(kind, name, selector: nil, template: nil)
    }
    see(workload)
  }

  package mutating func see(_ workload: Workload) {
    guard let name = workload.metadata.name else { return }
    see(workload.kind, name, selector: workload.selector, template: workload.template.metadata?.labels)
  }
}
