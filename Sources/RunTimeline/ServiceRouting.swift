import KubernetesObjects
import Units

/// Which Services the Ingresses sent to, and until when.
struct ServiceRouting: Sendable {
  private let ingresses: [[ObjectVersion<Ingress>]]

  init(_ ingresses: ObjectHistory<Ingress>) { self.ingresses = ingresses.objects }

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
