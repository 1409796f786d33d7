import KubernetesObjects

extension Check {
  static let meshFieldUnknown = Check(
    "mesh-field-unknown", .warning,
    meaning: "A DestinationRule has a field that Istio does not know, which is refused or ignored.",
    remedy: "Write the field's right name.", needs: [.kind("DestinationRule")],
    ofWorkload: { examination in
      examination.destinationRules.flatMap { rule -> [Symptom] in
        var symptoms: [Symptom] = []
        for (path, known) in connectionPoolFields {
          let pool = rule.json["spec", "trafficPolicy", "connectionPool", path]
          for key in (pool?.object ?? [:]).keys.sorted() where !known.contains(key) {
            let field = "spec.trafficPolicy.connectionPool.\(path).\(key)"
            symptoms.append(
              Symptom(
                rule, field,
                "Istio knows no \(key) among the \(known.count) fields of \(path), so that its value "
                  + "\(pool?[key]?.scalarText ?? "") bounds nothing for \(examination.countsText) pods",
                fix: key == "h2MaxRequests" ? "write http2MaxRequests in place of \(field)" : "remove \(field)"))
          }
        }
        return symptoms
      }
    })

  /// Istio's networking/v1 DestinationRule, ConnectionPoolSettings.
  private static let connectionPoolFields: [(String, Set<String>)] = [
    (
      "http",
      [
        "http1MaxPendingRequests", "http2MaxRequests", "maxRequestsPerConnection", "maxRetries", "idleTimeout",
        "h2UpgradePolicy", "useClientProtocol", "maxConcurrentStreams",
      ]
    ),
    ("tcp", ["maxConnections", "connectTimeout", "tcpKeepalive", "maxConnectionDuration", "idleTimeout"]),
  ]
}
