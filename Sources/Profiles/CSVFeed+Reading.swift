extension CSVFeed {
  /// Reads `data`, a mapping from the name of each feed to its file.
  static func list(_ field: Field?) -> [CSVFeed] {
    (field?.entries() ?? []).compactMap { key, value in CSVFeed(value, name: key) }
  }

  private init?(_ field: Field, name: String) {
    guard name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") }), !name.isEmpty
    else {
      field.report("\"\(name)\" is not a name", hint: "write letters, digits, - and _")
      return nil
    }
    if let file = field.node.scalar {
      field.report("a feed should be a mapping, not a single value", hint: "write \(name): {file: \(file)}")
      return nil
    }
    guard let members = field.members(known: ["file", "order"]) else { return nil }
    let order: Order? = members["order"].map { $0.choice() } ?? .sequential
    guard let file = members.required("file", example: "\(name).csv"), let path = file.text(), let order else {
      return nil
    }
    if path.isEmpty { file.report("no file is named", hint: "write it as in file: \(name).csv") }
    self.init(name: name, file: path, order: order, place: file.place)
  }
}

/// What requests take from feeds, checked without the files.
struct FeedUse {
  let feeds: [CSVFeed]
  /// The names of all feeds, those with mistakes too.
  let names: [String]
  let routes: [RequestRoute]
  let load: LoadSettings?
  let problems: ProblemCollector

  func check() {
    var users: [String: String] = [:]
    for route in routes {
      var told: Set<String> = []
      for template in route.templates {
        for case .column(let name, _) in template.pieces where told.insert(name).inserted {
          guard let place = template.place else { continue }
          check(name, of: route, place, users: &users)
        }
      }
    }
  }

  private func check(_ name: String, of route: RequestRoute, _ place: FieldPlace, users: inout [String: String]) {
    guard names.contains(name) else {
      let hint =
        names.isEmpty
        ? "declare it, as in data: {\(name): {file: \(name).csv}}" : Field.hint(for: name, among: names)
      problems.add(place.problem("there is no data feed \"\(name)\"", hint: hint))
      return
    }
    guard let feed = feeds.first(where: { $0.name == name }), feed.order == .unique else { return }
    if let other = users[name] {
      problems.add(
        place.problem(
          "the feed \"\(name)\" is unique, and the request \"\(other)\" takes its rows already",
          hint: "give each request a feed of its own, or write order: sequential"))
    }
    users[name] = route.name
    let stream = load?.streams.first { $0.requests.contains(route.name) }
    if case .closed? = stream?.model {
      problems.add(
        place.problem(
          "the feed \"\(name)\" is unique, and nobody can say beforehand how many rows a number of users takes",
          hint: "write order: sequential, or a rate in place of users"))
    }
  }
}
