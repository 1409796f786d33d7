import KubernetesObjects

/// What the simulated Ingress does not do of what an Ingress says.
enum IngressNotes {
  static func notes(on object: JSONValue) -> [(field: String, text: String)] {
    let annotations = (object["metadata", "annotations"]?.object ?? [:]).filter {
      $0.key.hasPrefix(Ingress.annotationPrefix)
    }
    var notes: [(field: String, text: String)] = []
    if annotations[IngressAnnotation.rewriteTarget.key] != nil {
      notes.append(
        (
          field(of: .rewriteTarget),
          "the pods here answer every path alike, so it is not seen whether the rewritten path exists; the paths of the "
            + "host are regular expressions by it, as with ingress-nginx"
        ))
    }
    for annotation in IngressAnnotation.allCases {
      guard let value = annotations[annotation.key]?.string, let wanted = annotation.problem(value) else { continue }
      let text = "\"\(value)\" is not \(wanted): it counts for nothing, as with ingress-nginx"
      notes.append((field(of: annotation), text))
    }
    notes += canaryNotes(on: object)
    let known = Set(IngressAnnotation.allCases.map(\.key))
    let others = annotations.keys.filter { !known.contains($0) }
      .map { String($0.dropFirst(Ingress.annotationPrefix.count)) }
    if !others.isEmpty {
      notes.append(
        ("metadata.annotations", "the simulated Ingress does not act on \(others.sorted().joined(separator: ", "))"))
    }
    return notes
  }

  private static func field(of annotation: IngressAnnotation) -> String { "metadata.annotations[\(annotation.key)]" }

  private static func canaryNotes(on object: JSONValue) -> [(field: String, text: String)] {
    guard let ingress = try? object.decoded(as: Ingress.self) else { return [] }
    let annotations = IngressAnnotations(ingress)
    let written = IngressAnnotation.allCases.filter {
      $0.rawValue.hasPrefix("canary-") && annotations.text($0) != nil
    }
    guard let first = written.first, annotations.flag(.canary) != true else { return [] }
    return [
      (
        field(of: first),
        "this is no canary without \(IngressAnnotation.canary.key): \"true\", so it counts for nothing"
      )
    ]
  }
}

/// What is a matter of all Ingresses.
extension IngressNotes {
  private typealias Numbered = (index: Int, ingress: Ingress)

  static func notesOnPaths(of objects: [JSONValue]) -> [SimulationNote] {
    let ingresses = objects.enumerated().compactMap { index, object -> Numbered? in
      guard ClusterKind.kept(manifest: object)?.kind == .ingress else { return nil }
      return (try? object.decoded(as: Ingress.self)).map { (index, $0) }
    }
    let canaries = ingresses.filter { CanaryPolicy(IngressAnnotations($0.ingress)) != nil }
    let mains = ingresses.filter { CanaryPolicy(IngressAnnotations($0.ingress)) == nil }
    return expressionNotes(on: mains) + canaryNotes(on: canaries, beside: mains)
      + certificateNotes(on: mains, of: objects)
  }

  /// Entries of `spec.tls` for whose hosts no Secret has a certificate.
  private static func certificateNotes(on ingresses: [Numbered], of objects: [JSONValue]) -> [SimulationNote] {
    let secrets = objects.filter { $0["kind"]?.string == "Secret" }
    return ingresses.flatMap { index, ingress in
      (ingress.spec.tls ?? []).enumerated().compactMap { place, entry in
        problem(of: entry, in: ingress.metadata.namespace, secrets).map {
          SimulationNote(
            object: index, field: "spec.tls[\(place)]",
            text:
              "\($0), so that the Ingress shows a certificate of its own, as ingress-nginx does, which no client trusts"
          )
        }
      }
    }
  }

  /// Why requests without TLS to a host are sent to https; `nil` where they are not.
  static func redirect(host: String, by objects: [JSONValue]) -> String? {
    let ingresses = objects.compactMap { object -> Ingress? in
      guard ClusterKind.kept(manifest: object)?.kind == .ingress else { return nil }
      return try? object.decoded(as: Ingress.self)
    }
    var routing = IngressRouting()
    routing.setRules(IngressRouting.Rules(ingresses, ObjectStore(historyLimit: 1)))
    switch routing.route(host: host, path: "/")?.settings.redirect {
    case nil, .never: return nil
    case .withCertificate: return routing.hasTLS(host: host) ? "the Ingress has TLS for \(host)" : nil
    case .always:
      return "the Ingress asks for https by \(IngressAnnotation.forceSSLRedirect.key)"
    }
  }

  private static func problem(of entry: Ingress.TLS, in namespace: String?, _ secrets: [JSONValue]) -> String? {
    guard let name = entry.secretName else { return "no Secret is named" }
    let secret = secrets.first {
      $0["metadata", "name"]?.string == name && $0["metadata", "namespace"]?.string == namespace
    }
    guard let secret else { return "the Secret \(name) is not among the manifests" }
    guard let certificate = try? IngressCertificate(ClusterObject(kind: .secret, json: secret)),
      let names = CertificateNames(pem: certificate.chain)
    else { return "the Secret \(name) has no certificate under tls.crt, or no key under tls.key" }
    let others = (entry.hosts ?? []).filter { !names.isFor(host: $0) }
    return others.isEmpty ? nil : "the certificate of the Secret \(name) is not for \(others.joined(separator: ", "))"
  }

  /// Paths that nginx cannot compile. Whether a path is an expression is a matter of all Ingresses of its host.
  private static func expressionNotes(on ingresses: [Numbered]) -> [SimulationNote] {
    let hosts = Ingress.hostsWithRegularExpressions(ingresses.map(\.ingress))
    return notes(on: ingresses) { rule, path in
      guard hosts.contains((rule.host ?? "").lowercased()), IngressPath.expression(path.path ?? "/") == nil else {
        return nil
      }
      return
        "all paths of this host are regular expressions (use-regex or rewrite-target), and this one is none, so it "
        + "takes no request; nginx refuses a configuration with it, and goes on with the one before"
    }
  }

  /// Paths of canaries that no main Ingress has, and those of a second canary of one service.
  private static func canaryNotes(on canaries: [Numbered], beside mains: [Numbered]) -> [SimulationNote] {
    var taken: [String: String] = [:]
    return notes(on: canaries) { rule, path in
      guard let main = mainPath(host: rule.host, path, of: mains) else {
        return "no other Ingress has this host, path and path type, so this canary takes no request, as with "
          + "ingress-nginx"
      }
      let (service, canary) = (main.backend.service?.name ?? "", path.backend.service?.name ?? "")
      guard service != canary else {
        return "the main Ingress leads to the service \(service) too, so this is no canary"
      }
      let first = taken[service] ?? canary
      taken[service] = first
      guard first != canary else { return nil }
      return
        "ingress-nginx knows one canary of a service, and that of \(service) is \(first), so this one takes no request"
    }
  }

  private static func mainPath(host: String?, _ canary: Ingress.Path, of mains: [Numbered]) -> Ingress.Path? {
    let host = (host ?? "").lowercased()
    for main in mains {
      for rule in main.ingress.spec.rules ?? [] where (rule.host ?? "").lowercased() == host {
        for path in rule.http?.paths ?? [] where path.pathType == canary.pathType {
          if path.path ?? "/" == canary.path ?? "/" { return path }
        }
      }
    }
    return nil
  }

  private static func notes(
    on ingresses: [Numbered], _ text: (Ingress.Rule, Ingress.Path) -> String?
  ) -> [SimulationNote] {
    ingresses.flatMap { index, ingress in
      (ingress.spec.rules ?? []).enumerated().flatMap { number, rule in
        (rule.http?.paths ?? []).enumerated().compactMap { place, path in
          text(rule, path).map {
            SimulationNote(object: index, field: "spec.rules[\(number)].http.paths[\(place)].path", text: $0)
          }
        }
      }
    }
  }
}
