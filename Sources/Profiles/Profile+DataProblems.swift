import Units

extension Profile {
  /// What is wrong between the requests and the rows of their feeds: columns that do not exist, and too few rows for a
  /// feed that gives each only once.
  ///
  /// - Parameters:
  ///   - tables: by name of the feed; a feed without a table is passed over.
  ///   - timeScale: run time per wall time; `nil` for that of the profile.
  package func dataProblems(tables: [String: DataTable], timeScale: Double? = nil) -> [ProfileProblem] {
    requests.flatMap { request in
      request.templates.flatMap { columnProblems($0, tables) } + rowProblems(request, tables, timeScale)
    }
  }

  private func columnProblems(_ template: Template, _ tables: [String: DataTable]) -> [ProfileProblem] {
    template.pieces.compactMap { piece in
      guard case .column(let name, let column) = piece, let table = tables[name], let place = template.place,
        !table.columns.contains(column)
      else { return nil }
      let file = data.first { $0.name == name }?.file ?? name
      return place.problem(
        "\(file) has no column \"\(column)\"", hint: Field.hint(for: column, among: table.columns))
    }
  }

  private func rowProblems(
    _ request: RequestRoute, _ tables: [String: DataTable], _ timeScale: Double?
  ) -> [ProfileProblem] {
    let used = Set(
      request.templates.flatMap(\.pieces).compactMap { if case .column(let feed, _) = $0 { feed } else { nil } })
    guard let most = mostRequests(request, timeScale) else { return [] }
    return data.compactMap { feed in
      guard feed.order == .unique, used.contains(feed.name), let table = tables[feed.name], table.rows.count < most
      else { return nil }
      return feed.place.problem(
        "the request \"\(request.name)\" takes up to \(most) rows, each only once, but \(feed.file) has \(table.rows.count)",
        hint: "add rows, plan fewer requests, or write order: sequential")
    }
  }

  /// The most requests of one kind that the plan can hold; `nil` where users take part.
  ///
  /// Their number is exact for uniform arrivals. For Poisson arrivals, five standard deviations above the mean are
  /// exceeded less than once in a million runs.
  private func mostRequests(_ request: RequestRoute, _ timeScale: Double?) -> Int? {
    guard let planned = plannedRequests(in: .run, route: request.name, timeScale: timeScale) else { return nil }
    let stream = load.streams.first { $0.requests.contains(request.name) }
    guard case .open(.poisson, _)? = stream?.model else {
      // Floating point lies a little beside whole numbers.
      return Int((planned - 1e-6).rounded(.up))
    }
    return Int((planned + 5 * planned.squareRoot()).rounded(.up))
  }
}
