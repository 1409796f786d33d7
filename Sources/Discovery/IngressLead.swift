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
  /// Whether all paths of the host are regular expressions.
  let isExpression: Bool

  /// The leads of Ingresses, in their order; none of a canary, which only takes a part of another Ingress's requests.
  static func leads(of ingresses: [Ingress]) -> [IngressLead] {
    let mains = ingresses.filter { $0.annotation("canary") != "true" }
    let expressions = Ingress.hostsWithRegularExpressions(mains)
    return mains.flatMap { leads(of: $0, hostsWithRegularExpressions: expressions) }
  }

  private static func leads(of ingress: Ingress, hostsWithRegularExpressions: Set<String>) -> [IngressLead] {
    func lead(_ host: String?, _ path: String?, _ type: String?, _ backend: Ingress.Backend) -> IngressLead? {
      guard let backend = backend.service else { return nil }
      let namings = Ingress.namings(of: host ?? "")
      let secure = (ingress.spec.tls ?? []).contains { tls in
        guard let hosts = tls.hosts, !hosts.isEmpty else { return true }
        return hosts.contains { namings.contains($0.lowercased()) }
      }
      return IngressLead(
        ingress: ingress.metadata.name ?? "", host: host, path: path ?? "/", pathType: type,
        service: backend.name, port: Port(backend.port), isSecure: secure,
        isExpression: hostsWithRegularExpressions.contains((host ?? "").lowercased()))
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

  /// How its path is held against those of requests.
  var rule: IngressPath { IngressPath(path, type: pathType, isRegex: isExpression) }

  /// Whether requests for a path go its way, were it the only one.
  func takes(_ requested: String) -> Bool { rule.matches(requested[...]) }

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
