import Arrivals
import Units

/// The names of the phases that were read so far; windows and moments refer to them, whatever their stream.
struct PhaseNames {
  private var streams: [String: String] = [:]

  mutating func add(_ name: String, stream: String, _ field: Field) {
    if let other = streams[name] {
      let of = other == stream ? "" : " in the stream \"\(other)\""
      field.report("a phase named \"\(name)\" stands before\(of)", hint: "give each a name of its own")
    }
    streams[name] = stream
  }
}

extension PlannedStream {
  init?(_ field: Field, arrivals: Arrivals, routes: [String], names: inout PhaseNames) {
    guard let members = field.members(known: ["name", "requests", "arrivals", "phases"]) else { return nil }
    let name = members.required("name", example: "shoppers")?.name()
    let requests = members.required("requests", example: "[home]").flatMap { Self.requests($0, routes: routes) }
    guard let phases = members.required("phases", example: "[{name: steady, for: 60s, rate: 10/s}]"),
      let model = Model(
        phases, arrivals: members["arrivals"]?.choice() ?? arrivals, arrivalsField: members["arrivals"], names: &names,
        stream: name ?? ""),
      let name, let requests
    else { return nil }
    self.init(name: name, requests: requests, model: model)
  }

  private static func requests(_ field: Field, routes: [String]) -> [String]? {
    guard let elements = field.elements(orSingle: true) else { return nil }
    if elements.isEmpty {
      field.report("the stream has no request to send", hint: "name at least one, as in [home]")
      return nil
    }
    return elements.compactMap { element in
      guard let text = element.text() else { return nil }
      // Where there is none at all, that was told.
      if routes.contains(text) || routes.isEmpty { return text }
      element.report("there is no request \"\(text)\"", hint: Field.hint(for: text, among: routes))
      return nil
    }
  }
}

extension PlannedStream.Model {
  /// Reads the phases of one stream, which has rates throughout or users throughout.
  init?(
    _ list: Field, arrivals: PlannedStream.Arrivals, arrivalsField: Field?, names: inout PhaseNames, stream: String = ""
  ) {
    guard let elements = list.elements() else { return nil }
    guard let first = elements.first else {
      list.report("there is no phase", hint: "add one, as in {name: steady, for: 60s, rate: 10/s}")
      return nil
    }
    let closed = first.node["users"] != nil
    var rates: [LoadPhase?] = []
    var users: [UserPhase?] = []
    for element in elements {
      let isClosed = element.node["users"] != nil
      if isClosed != closed, element.node.entries != nil {
        element.report(
          "this phase has \(isClosed ? "users" : "a rate"), but the first one has \(closed ? "users" : "a rate")",
          hint: "write two streams: load.streams: [{name: a, …}, {name: b, …}]")
      }
      if isClosed { users.append(UserPhase(element)) } else { rates.append(LoadPhase(element)) }
      if let name = element.node["name"]?.scalar { names.add(name, stream: stream, element) }
    }
    if closed {
      arrivalsField?.report(
        "arrivals are planned for rates only: users send when they have their answer", hint: "leave it out")
      guard rates.isEmpty, !users.contains(nil) else { return nil }
      self = .closed(users.compactMap { $0 })
    } else {
      guard users.isEmpty, !rates.contains(nil) else { return nil }
      self = .open(arrivals, phases: rates.compactMap { $0 })
    }
  }
}

extension LoadPhase {
  init?(_ field: Field) {
    // A phase with users is none with a rate, so that the word is here for a misspelt one alone.
    guard let members = field.members(known: ["name", "for", "rate", "from", "to", "users"]) else { return nil }
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
      if !members.isMeant(oneOf: ["rate", "from", "to", "users"]) {
        members.field.report(
          "a phase has a constant rate, a rate that changes from one to another, or users",
          hint: "write rate: 200/s, or from: 0/s and to: 200/s, or users: 50")
      }
      return nil
    }
  }
}

extension UserPhase {
  init?(_ field: Field) {
    guard let members = field.members(known: ["name", "for", "users", "think", "rate", "from", "to"]) else {
      return nil
    }
    for key in ["rate", "from", "to"] {
      members[key]?.report(
        "a phase has either users or a rate", hint: "leave out \(key): the rate of users follows from the answers")
    }
    let name = members.required("name", example: "steady")?.name(reserved: ["run"])
    let duration = members.required("for", example: "60s")?.duration(atLeast: .milliseconds(1))
    let users = members["users"]?.integer(0...1_000_000)
    let think = members["think"].map { $0.duration() } ?? .zero
    guard let name, let duration, let users, let think else { return nil }
    self.init(name: name, duration: duration, users: users, think: think)
  }
}
