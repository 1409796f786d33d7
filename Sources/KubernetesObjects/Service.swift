/// `v1` Service, as far as an Ingress needs it.
package struct Service: KubernetesObject {
  package static let resource = ResourceType.services

  package var metadata: ObjectMetadata
  package var spec: Spec

  package struct Spec: Sendable, Equatable, Codable {
    package var selector: [String: String]?
    package var ports: [Port]?
    package var type: String?
    package var clusterIP: String?
    package var sessionAffinity: String?
    package var sessionAffinityConfig: SessionAffinityConfig?
  }

  package struct SessionAffinityConfig: Sendable, Equatable, Codable {
    package var clientIP: ClientIP?
  }

  package struct ClientIP: Sendable, Equatable, Codable {
    package var timeoutSeconds: Int?
  }

  package struct Port: Sendable, Equatable, Codable {
    package var name: String?
    package var port: Int
    package var targetPort: JSONValue?
    package var `protocol`: String?
  }
}

/// `networking.k8s.io/v1` Ingress: hosts and paths, and the services behind them.
package struct Ingress: KubernetesObject {
  package static let resource = ResourceType.ingresses

  package var metadata: ObjectMetadata
  package var spec: Spec

  package struct Spec: Sendable, Equatable, Codable {
    package var ingressClassName: String?
    package var rules: [Rule]?
    package var defaultBackend: Backend?
    package var tls: [TLS]?
  }

  /// The certificate of some hosts.
  package struct TLS: Sendable, Equatable, Codable {
    package var hosts: [String]?
    /// Of a Secret in the namespace of the Ingress.
    package var secretName: String?
  }

  package struct Rule: Sendable, Equatable, Codable {
    package var host: String?
    package var http: HTTP?
  }

  package struct HTTP: Sendable, Equatable, Codable {
    package var paths: [Path]
  }

  package struct Path: Sendable, Equatable, Codable {
    package var path: String?
    /// `Exact`, `Prefix` or `ImplementationSpecific`.
    package var pathType: String?
    package var backend: Backend
  }

  package struct Backend: Sendable, Equatable, Codable {
    package var service: ServiceBackend?
  }

  package struct ServiceBackend: Sendable, Equatable, Codable {
    package var name: String
    package var port: ServicePort?
  }

  package struct ServicePort: Sendable, Equatable, Codable {
    package var name: String?
    package var number: Int?
  }
}

extension Service {
  /// Whether it sends to pods with some labels. One without a selector sends to whatever somebody writes into its slices.
  package func sendsTo(podsWith labels: [String: String]) -> Bool {
    guard let selector = spec.selector, !selector.isEmpty else { return false }
    return selector.allSatisfy { labels[$0.key] == $0.value }
  }
}

extension Ingress {
  /// The Services that it leads to, and at which port.
  package var backends: [ServiceBackend] {
    let paths = (spec.rules ?? []).flatMap { $0.http?.paths ?? [] }
    return (paths.map(\.backend) + [spec.defaultBackend].compactMap { $0 }).compactMap(\.service)
  }

  /// The names of the Services that it leads to.
  package var backendServices: Set<String> { Set(backends.map(\.name)) }
}
