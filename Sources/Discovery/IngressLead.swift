import Foundation
import KubernetesObjects

/// A rule of an Ingress that leads a host and a path to a port of a Service.
package struct IngressLead: Sendable, Equatable {
  /// How an Ingress names a port of a Service.
  package enum Port: Sendable, Equatable, CustomStringConvertible {
    case number(Int)
    case name(String)
    case none

    init(_ port: Ingress.ServicePort?) {
      if let name = port?.name {
        self = .name(name)
      } else if let number = port?.number {
        self = .number(number)
      } else {
        self = .none
      }
    }

    package var description: String {
      switch self {
      case .number(let number): "\(number)"
      case .name(let name): name
      case .none: "no port"
      }
    }
  }

  package let ingress: String
  /// As the rule writes it; `nil` for every host.
  package let host: String?
  package let path: String
  package let pathType: String?
  package let service: String
  package let port: Port
  /// Whether the Ingress has a certificate for the host.
  let isSecure: Bool
  /// Whether paths of the Ingress are regular expressions.
  package let isExpression: Bool
  /// The leads of an Ingress, in its order; none of a canary, which only takes a part of another Ingress's requests.
  static func leads(of object: JSONValue) throws -> [IngressLead] {
    let annotations = object["metadata", "annotations"]?.object ?? [:]
    func annotation(_ name: String) -> String? { annotations["nginx.ingress.kubernetes.io/\(name)"]?.string }
    guard annotation("canary") != "true" else { return [] }
    let ingress = try object.decoded(as: Ingress.self)
    let isExpression = annotation("use-regex") == "true" || annotation("rewrite-target") != nil
    func lead(_ host: String?, _ path: String?, _ type: String?, _ backend: Ingress.Backend) -> IngressLead? {
      guard let backend = backend.service else { return nil }
      let secure = (ingress.spec.tls ?? []).contains { tls in
        guard let hosts = tls.hosts, !hosts.isEmpty else { return true }
        return hosts.contains { Self.covers($0, host ?? "") }
      }
      return IngressLead(
        ingress: ingress.metadata.name ?? "", host: host, path: path ?? "/", pathType: type,
        service: backend.name, port: Port(backend.port),
        isSecure: secure, isExpression: isExpression)
    }
    var leads: [IngressLead] = []
    for rule in ingress.spec.rules ?? [] {
      leads += (rule.http?.paths ?? []).compactMap { lead(rule.host, $0.path, $0.pathType, $0.backend) }
    }
    if let backend = ingress.spec.defaultBackend {
      leads += [lead(nil, "/", "Prefix", backend)].compactMap(\.self)
    }
    return leads
  }

  /// Whether a host as a rule writes it, perhaps with a wildcard, stands for a host.
  static func covers(_ written: String, _ host: String) -> Bool {
    let (written, host) = (written.lowercased(), host.lowercased())
    if written == host { return true }
    guard written.hasPrefix("*."), let dot = host.firstIndex(of: ".") else { return false }
    return host[dot...] == written.dropFirst()
  }

  /// How well it fits a host: 2 by its name, 1 by a wildcard, 0 since it is for every host; `nil` not at all.
  func rank(for host: String) -> Int? {
    guard let written = self.host, !written.isEmpty else { return 0 }
    guard Self.covers(written, host) else { return nil }
    return written.hasPrefix("*.") ? 1 : 2
  }

  /// Whether requests for a path go its way, were it the only one.
  func takes(_ requested: String) -> Bool {
    switch (isExpression, pathType) {
    case (true, _): return requested.lowercased().hasPrefix(plainPath.lowercased())
    case (false, "Exact"): return requested == path
    case (false, "Prefix"):
      let prefix = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
      return prefix == "/" || requested == prefix || requested.hasPrefix(prefix + "/")
    default: return requested.hasPrefix(path)
    }
  }

  /// The path as a request can ask for it: of a regular expression what comes before its first special character.
  package var plainPath: String {
    guard isExpression || path.contains(where: { "()[]*^$+?|\\".contains($0) }) else { return path }
    let plain = path.prefix { !"()[]*^$+?|\\.{}".contains($0) }
    return plain.hasPrefix("/") ? String(plain) : "/"
  }

  /// Where requests for a host go.
  package func url(host: String) -> String { "\(isSecure ? "https" : "http")://\(host)" }

  /// `Ingress web (api.example.com/v1)`
  package var title: String { "Ingress \(ingress) (\(host ?? "*")\(path))" }
}
