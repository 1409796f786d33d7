extension Check {
  static let portsShort = Check(
    "ports-short", .warning,
    meaning: "This machine has fewer ports for connections to one address than the load may hold open.",
    remedy: "Widen net.ipv4.ip_local_port_range, or lower target.connections.", needs: [.machine, .load],
    ofSurroundings: { patient in
      guard let machine = patient.facts.machine, let load = patient.facts.load else { return [] }
      let ports = machine.ports * max(load.addresses, 1)
      guard ports < load.connections else { return [] }
      return [
        Symptom(
          about: "this machine",
          "\(ports) ports lead to \(Texts.count(load.addresses, "address")), and the load may hold \(load.connections) connections "
            + "open",
          fix: "widen net.ipv4.ip_local_port_range, or lower target.connections.maxInFlight of the profile to \(ports)")
      ]
    })
}
