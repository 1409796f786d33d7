import Units

extension LoadSettings {
  private static let example = "[{name: steady, for: 60s, rate: 10/s}]"

  /// Reads one stream (`phases`) or several (`streams`).
  ///
  /// - Parameter routes: the names of all requests.
  init?(_ field: Field, routes: [String]) {
    guard let members = field.members(known: ["arrivals", "seed", "phases", "streams", "workers", "users"]) else {
      return nil
    }
    members["users"]?.report(
      "a number of users belongs to a phase", hint: "write phases: [{name: steady, for: 60s, users: 50, think: 1s}]")
    let seed = members["seed"].map(Self.seed) ?? 1
    let workers = members["workers"]?.integer(1...256)
    guard let streams = Self.streams(members, routes: routes), let seed, members["users"] == nil else { return nil }
    self.init(seed: seed, workers: workers, streams: streams, place: field.place)
  }

  private static func streams(_ members: Members, routes: [String]) -> [PlannedStream]? {
    let arrivals = members["arrivals"]?.choice(of: PlannedStream.Arrivals.self) ?? .uniform
    var names = PhaseNames()
    guard let list = members["streams"] else {
      if members["phases"] == nil, members.isMeant(oneOf: ["streams"]) { return nil }
      guard let phases = members.required("phases", example: example),
        let model = PlannedStream.Model(phases, arrivals: arrivals, arrivalsField: members["arrivals"], names: &names)
      else { return nil }
      return [PlannedStream(name: "", requests: routes, model: model)]
    }
    members["phases"]?.report("phases and streams do not go together", hint: "move these phases into a stream")
    guard let elements = list.elements() else { return nil }
    if elements.isEmpty {
      list.report(
        "there is no stream", hint: "add one, as in {name: shoppers, requests: [home], phases: \(example)}")
    }
    let streams = elements.map { PlannedStream($0, arrivals: arrivals, routes: routes, names: &names) }
    checkNames(zip(elements, streams))
    guard !streams.isEmpty, !streams.contains(nil), members["phases"] == nil else { return nil }
    checkRequests(elements, list, routes: routes)
    return streams.compactMap { $0 }
  }

  private static func checkNames(_ streams: some Sequence<(Field, PlannedStream?)>) {
    var names: Set<String> = []
    for (element, stream) in streams {
      guard let stream, !names.insert(stream.name).inserted else { continue }
      element.report("a stream named \"\(stream.name)\" stands before", hint: "give each a name of its own")
    }
  }

  /// Each request belongs to one stream, so that its figures are those of one kind of load.
  private static func checkRequests(_ elements: [Field], _ list: Field, routes: [String]) {
    var owners: [String: String] = [:]
    for element in elements {
      let stream = element.node["name"]?.scalar ?? ""
      let requests = element.members["requests"].flatMap { $0.elements(orSingle: true) } ?? []
      for request in requests {
        guard let name = request.node.scalar else { continue }
        if let owner = owners[name] {
          let position = owner == stream ? "stands before" : "belongs to the stream \"\(owner)\" already"
          request.report(
            "the request \"\(name)\" \(position)",
            hint: owner == stream ? "name it once" : "to send the same from both, write it twice under two names")
        }
        owners[name] = stream
      }
    }
    for route in routes where owners[route] == nil {
      list.report("the request \"\(route)\" belongs to no stream", hint: "add it to the requests of one, or remove it")
    }
  }

  private static func seed(_ field: Field) -> UInt64? {
    guard let text = field.text() else { return nil }
    guard let seed = UInt64(text) else {
      field.report("\"\(text)\" is not a seed", hint: "write a whole number, zero or more")
      return nil
    }
    return seed
  }
}
