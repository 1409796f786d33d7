/// One request of the profile, with what it stands for.
package struct ReplayRoute: Sendable, Equatable {
  package var name: String
  package var method: String
  /// A template, as profiles write it.
  package var path: String
  /// Requests of the log that it stands for.
  package var count: Int
  package var weight: Int
  /// Statuses outside of 200 to 399 that at least one in a hundred of its requests got, server errors left out.
  package var expectedClientErrors: [Int]

  /// Whether a request of its kind may change something, and comes with a body that the log does not have.
  package var mayChangeThings: Bool { !["GET", "HEAD", "OPTIONS"].contains(method) }
}

/// The requests of a profile from those of a log: the most frequent ones, and one that stands for all others.
struct RouteSelection: Sendable {
  /// The sum of all weights that the load generator takes (`RouteRotation.maximumCycle`).
  static let largestSum = 100_000

  private(set) var routes: [ReplayRoute] = []
  /// Requests that the last route stands for although they went elsewhere.
  private(set) var replaced = 0
  /// How many routes those went to.
  private(set) var replacedRoutes = 0
  private var pseudonyms = Pseudonyms()
  private let anonymise: Bool

  /// - Parameter most: how many routes there may be, at least 1.
  init(_ traffic: Traffic, most: Int, anonymise: Bool) {
    self.anonymise = anonymise
    let sorted = traffic.routes.map { (key: $0.key, tally: $0.value, text: Self.sortingText($0.key)) }
      .sorted { ($1.tally.count, $0.text) < ($0.tally.count, $1.text) }
    let all = sorted.map { ($0.key, $0.tally) }
    let fits = all.count <= most && traffic.unrouted == 0
    let kept = fits ? all.count : min(max(most - 1, 0), all.count)
    for (key, tally) in all[..<kept] { add(key, tally, count: tally.count, name: nil) }
    let rest = all[kept...]
    replaced = rest.reduce(traffic.unrouted) { $0 + $1.1.count }
    if replaced > 0 {
      replacedRoutes = rest.count
      // What changes nothing is preferred: it is sent more often than it was.
      let model = rest.first { ["GET", "HEAD"].contains($0.0.method) } ?? rest.first ?? all[0]
      add(model.0, model.1, count: replaced, name: "other")
    }
    weigh()
  }

  private static func sortingText(_ key: RouteTally.Key) -> String {
    "\(key.method) \(key.shape.segments)"
  }

  private mutating func add(_ key: RouteTally.Key, _ tally: RouteTally, count: Int, name: String?) {
    let path = path(key.shape, tally)
    var errors: [Int] = []
    for (status, times) in tally.statuses where (400...499).contains(status) && times * 100 >= tally.count {
      errors.append(status)
    }
    routes.append(
      ReplayRoute(
        name: unused(name ?? Self.name(key.method, path)), method: key.method, path: path, count: count, weight: 1,
        expectedClientErrors: errors.sorted()))
  }

  private mutating func path(_ shape: PathShape, _ tally: RouteTally) -> String {
    var numbers = tally.numbers[...]
    var segments: [String] = []
    for segment in shape.segments {
      switch segment {
      case .fixed(let text): segments.append(anonymise ? pseudonyms.segment(text) : text)
      case .number:
        let logged = numbers.popFirst() ?? 0...0
        let range = anonymise ? Self.digits(of: logged) : logged
        segments.append("{{int \(range.lowerBound) \(range.upperBound)}}")
      case .identifier: segments.append("{{uuid}}")
      }
    }
    let path = "/" + segments.joined(separator: "/")
    guard !tally.query.isEmpty else { return path }
    return path + "?" + (anonymise ? pseudonyms.query(tally.query) : tally.query)
  }

  /// The numbers with as many digits as those of a range, which may be those of somebody's account.
  private static func digits(of range: ClosedRange<Int>) -> ClosedRange<Int> {
    func power(_ digits: Int) -> Int { (0..<digits).reduce(1) { power, _ in power * 10 } }
    let least = String(range.lowerBound).count
    return (least == 1 ? 0 : power(least - 1))...(power(String(range.upperBound).count) - 1)
  }

  /// `get-api-v1-items-n` for `GET /api/v1/items/{{int 1 50}}`.
  private static func name(_ method: String, _ path: String) -> String {
    let words = path.prefix { $0 != "?" }.replacing(/\{\{int [0-9]+ [0-9]+\}\}/, with: "n")
      .replacing("{{uuid}}", with: "id").split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
    let parts = [method.lowercased()] + (words.isEmpty ? ["root"] : words.map(String.init))
    return String(parts.joined(separator: "-").prefix(48))
  }

  private func unused(_ name: String) -> String {
    let taken = Set(routes.map(\.name))
    var (candidate, number) = (name, 2)
    // `other` is for the rest.
    while taken.contains(candidate) {
      candidate = "\(name)-\(number)"
      number += 1
    }
    return candidate
  }

  /// Weights in the proportions of the counts: exactly, or to one in 100,000 where the counts are larger than that.
  private mutating func weigh() {
    let divisor = routes.map(\.count).reduce(0, Self.greatestCommonDivisor)
    let total = routes.reduce(0) { $0 + $1.count }
    guard divisor > 0, total / divisor > Self.largestSum else {
      for index in routes.indices { routes[index].weight = routes[index].count / max(divisor, 1) }
      return
    }
    let shares = routes.map { Double($0.count) / Double(total) * Double(Self.largestSum) }
    var weights = shares.map { max(Int($0), 1) }
    // What rounding down left goes to the largest remainders; what the floor of 1 took comes from the largest weights.
    let order = shares.indices.sorted { shares[$0] - Double(weights[$0]) > shares[$1] - Double(weights[$1]) }
    var left = Self.largestSum - weights.reduce(0, +)
    for index in order where left > 0 {
      weights[index] += 1
      left -= 1
    }
    while left < 0, let largest = weights.indices.max(by: { weights[$0] < weights[$1] }) {
      weights[largest] -= 1
      left += 1
    }
    for index in routes.indices { routes[index].weight = weights[index] }
  }

  private static func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int {
    b == 0 ? a : greatestCommonDivisor(b, a % b)
  }
}
