import KubernetesObjects
import Units

/// Which Services the Ingresses sent to, at which port, and until when.
struct ServiceRouting: Sendable {
  private let ingresses: [[ObjectVersion<Ingress>]]

  init(_ ingresses: ObjectHistory<Ingress>) { self.ingresses = ingresses.objects }

  /// The port of a Service to which all Ingresses send that ever sent to it, where they name that one; `nil` where they send to
  /// several, or to a number, of which the Service alone tells the name.
  func portName(of service: String) -> String? {
    let ports = ingresses.joined().lazy.filter { !$0.deleted }.flatMap { $0.object.backends }
      .filter { $0.name == service }.map(\.port?.name)
    guard let first = ports.first, let name = first, ports.allSatisfy({ $0 == name }) else { return nil }
    return name
  }

  /// Whether requests may come through a Service: an Ingress sent to it at some time, or none was seen that sends anywhere.
  func mayLead(to service: String) -> Bool {
    let seen = ingresses.joined().lazy.filter { !$0.deleted }.map(\.object.backendServices)
    return seen.allSatisfy(\.isEmpty) || seen.contains { $0.contains(service) }
  }

  /// Whether an Ingress had sent to a Service, and none did any more when something happened.
  func hasLeft(_ service: String, by moment: InstantBounds) -> Bool {
    var wasNamed = false
    for versions in ingresses {
      for (index, version) in versions.enumerated()
      where !version.deleted && version.object.backendServices.contains(service) {
        guard index + 1 < versions.count, versions[index + 1].at.latest <= moment.earliest else {
          if version.at.earliest <= moment.latest { return false }
          continue
        }
        wasNamed = true
      }
    }
    return wasNamed
  }
}
