import KubernetesObjects

/// The ports that a rule of a NetworkPolicy allows.
struct PolicyPorts {
  private let ports: [JSONValue]

  init(_ rule: JSONValue) { ports = rule["ports"]?.array ?? [] }

  /// Whether it allows every port.
  var areAll: Bool { ports.isEmpty }

  /// Whether it allows a port; one that is named may be any.
  func allow(_ port: Int, _ transport: String) -> Bool {
    if ports.isEmpty { return true }
    return ports.contains { entry in
      guard (entry["protocol"]?.string ?? "TCP") == transport else { return false }
      guard let first = entry["port"] else { return true }
      guard let number = first.int else { return true }
      return (number...max(entry["endPort"]?.int ?? number, number)).contains(port)
    }
  }

  /// `1433/TCP`
  var words: [String] {
    ports.map { "\($0["port"]?.scalarText ?? "all ports")/\($0["protocol"]?.string ?? "TCP")" }
  }
}

/// Where NetworkPolicies let pods send to; no policies for that let them send everywhere.
struct AllowedEgress {
  let policies: [KnownObject]

  private var rules: [JSONValue] { policies.flatMap { $0.spec["egress"]?.array ?? [] } }

  func allows(port: Int, _ transport: String) -> Bool {
    policies.isEmpty || rules.contains { PolicyPorts($0).allow(port, transport) }
  }

  /// Whether something outside of the cluster can be asked over HTTPS.
  var allowsEverywhere: Bool {
    policies.isEmpty
      || rules.contains { rule in
        let peers = rule["to"]?.array ?? []
        return PolicyPorts(rule).allow(443, "TCP") && (peers.isEmpty || peers.contains { $0["ipBlock"] != nil })
      }
  }

  /// `1433/TCP and 53/UDP`
  var words: String {
    let words = rules.flatMap { rule in PolicyPorts(rule).areAll ? ["some pods on all ports"] : PolicyPorts(rule).words
    }
    return words.isEmpty ? "nothing" : Texts.list(words)
  }
}

extension Examination {
  var egress: AllowedEgress {
    AllowedEgress(
      policies: policies.filter { policy in
        policy.spec["policyTypes"]?.array?.contains("Egress") ?? (policy.spec["egress"] != nil)
      })
  }
}
