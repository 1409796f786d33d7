extension Check {
  static let descriptorsShort = Check(
    "descriptors-short", .blocking,
    meaning: "This machine lets a process open fewer files and sockets than the load may need.",
    remedy: "Raise the limit (ulimit -n), or lower target.connections.", needs: [.machine, .load],
    ofSurroundings: { patient in
      guard let machine = patient.facts.machine, let load = patient.facts.load else { return [] }
      // Files, the cluster's connections and the recording beside those of the load.
      let needed = load.connections + 100
      guard machine.descriptors < needed else { return [] }
      return [
        Symptom(
          about: "this machine",
          "a process may open \(machine.descriptors) files and sockets, and \(load.connections) connections and 100 others need "
            + "\(needed)",
          fix: "run ulimit -n \(needed) before, or lower target.connections.maxInFlight of the profile to "
            + "\(max(machine.descriptors - 100, 1))")
      ]
    })
}
