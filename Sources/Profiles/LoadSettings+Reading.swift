package import Arrivals
import Units

extension LoadSettings {
  init?(_ field: Field) {
    if let users = field.node["users"] {
      Self.refuseUsers(Field(node: users, path: Field.join(field.path, "users"), problems: field.problems))
    }
    let keys = ["arrivals", "seed", "phases", "workers"]
    guard let members = field.members(known: field.node["users"] == nil ? keys : keys + ["users"]) else { return nil }
    let arrivals: Arrivals? = members["arrivals"].map { $0.choice() } ?? .uniform
    let seed = members["seed"].map(Self.seed) ?? 1
    let workers = members["workers"]?.integer(1...256)
    guard let list = members.required("phases", example: "[{name: steady, for: 60s, rate: 10/s}]"),
      let elements = list.elements()
    else { return nil }
    if elements.isEmpty {
      list.report("there is no phase", hint: "add one, as in {name: steady, for: 60s, rate: 10/s}")
    }
    let phases = elements.map(LoadPhase.init(_:))
    var names: Set<String> = []
    for (element, phase) in zip(elements, phases) {
      guard let phase, !names.insert(phase.name).inserted else { continue }
      element.report("a phase named \"\(phase.name)\" stands before", hint: "give each a name of its own")
    }
    guard let arrivals, let seed, !phases.isEmpty, !phases.contains(nil) else { return nil }
    self.init(arrivals: arrivals, seed: seed, phases: phases.compactMap { $0 }, workers: workers)
  }

  private static func seed(_ field: Field) -> UInt64? {
    guard let text = field.text() else { return nil }
    guard let seed = UInt64(text) else {
      field.report("\"\(text)\" is not a seed", hint: "write a whole number, zero or more")
      return nil
    }
    return seed
  }

  static func refuseUsers(_ field: Field) {
    field.report(
      "load by a number of users (closed model) is not there yet",
      hint: "write a rate: users / (response time + think time) requests per second")
  }

  /// The load as arrivals.
  package var schedule: ArrivalSchedule {
    ArrivalSchedule(phases: phases, process: arrivals == .poisson ? .poisson(seed: seed) : .uniform)
  }
}

extension LoadPhase {
  init?(_ field: Field) {
    if let users = field.node["users"] {
      LoadSettings.refuseUsers(
        Field(node: users, path: Field.join(field.path, "users"), problems: field.problems))
      return nil
    }
    guard let members = field.members(known: ["name", "for", "rate", "from", "to"]) else { return nil }
    let name = members.required("name", example: "steady")?.name(reserved: ["run"])
    let duration = members.required("for", example: "60s")?.duration(atLeast: .milliseconds(1))
    let rates = Self.rates(members)
    guard let name, let duration, let rates else { return nil }
    self.init(name: name, duration: duration, startRate: rates.start, endRate: rates.end)
  }

  private static func rates(_ members: Members) -> (start: Rate, end: Rate)? {
    switch (members["rate"], members["from"], members["to"]) {
    case (let constant?, nil, nil): return constant.rate().map { ($0, $0) }
    case (nil, let from?, let to?):
      let (start, end) = (from.rate(), to.rate())
      return start.flatMap { start in end.map { (start, $0) } }
    default:
      members.field.report(
        "a phase has either a constant rate or a rate that changes from one to another",
        hint: "write rate: 200/s, or from: 0/s and to: 200/s")
      return nil
    }
  }
}
