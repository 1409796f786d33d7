// How ingress-nginx reads what Ingresses say of hosts and paths.
extension Ingress {
  package static let annotationPrefix = "nginx.ingress.kubernetes.io/"

  /// What an annotation of ingress-nginx says, which is named without its prefix.
  package func annotation(_ name: String) -> String? { metadata.annotations?[Self.annotationPrefix + name] }

  /// How rules and certificates write a host, the closest first: by its name, and with `*` for its first label. In lower case.
  package static func namings(of host: String) -> [String] {
    let host = host.lowercased()
    return [host] + (host.firstIndex(of: ".").map { ["*" + host[$0...]] } ?? [])
  }

  /// Hosts of which ingress-nginx reads every path as a regular expression: those with `use-regex`, or with a
  /// `rewrite-target` that is not the path itself, on any of their paths
  /// (ingress-nginx, docs/user-guide/ingress-path-matching.md, internal/ingress/controller/template/template.go).
  ///
  /// - Parameter ingresses: all that are no canaries.
  /// - Returns: in lower case; the empty one stands for every host.
  package static func hostsWithRegularExpressions(_ ingresses: [Ingress]) -> Set<String> {
    var hosts: Set<String> = []
    for ingress in ingresses {
      let target = ingress.annotation("rewrite-target") ?? ""
      let usesRegex = ingress.annotation("use-regex") == "true"
      for rule in ingress.spec.rules ?? [] {
        let rewrites = !target.isEmpty && (rule.http?.paths ?? []).contains { $0.path ?? "/" != target }
        if usesRegex || rewrites { hosts.insert((rule.host ?? "").lowercased()) }
      }
    }
    return hosts
  }
}
