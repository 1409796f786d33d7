package import LoadDriving

/// Where the requests of a plan would go and what they would carry, for those who answer them without a socket.
package struct RequestAddresses: Sendable {
  /// Host, and the request target: path and query.
  package typealias Address = (host: String, target: String)

  private let plan: LoadPlan
  /// The host of the plan's URL.
  private let host: String
  /// Routes whose requests all go to one host and path, and differ in their query at the most.
  package let settledRoutes: Set<Int>
  /// Whether they go over TLS.
  package let isSecure: Bool

  package init(plan: LoadPlan) {
    self.plan = plan
    isSecure = plan.baseURL.hasPrefix("https:")
    host = String(plan.baseURL.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" })
    settledRoutes = Set(
      plan.routes.indices.filter {
        plan.routes[$0].path.hasLiteralPath && Self.host(of: plan.routes[$0])?.isLiteral ?? true
      })
  }

  package func address(of request: PendingRequest) -> Address {
    let route = plan.routes[request.route]
    var context = RequestText.Context(plan: plan, request: request)
    var target: [UInt8] = []
    route.path.render(into: &target, place: .path, &context)
    guard let header = Self.host(of: route) else { return (host, String(decoding: target, as: UTF8.self)) }
    var host: [UInt8] = []
    header.render(into: &host, place: .plain, &context)
    return (String(decoding: host, as: UTF8.self), String(decoding: target, as: UTF8.self))
  }

  package func method(of request: PendingRequest) -> String { plan.routes[request.route].method }

  /// The value of a header that the profile writes, by its name in any case of letters.
  package func header(_ name: String, of request: PendingRequest) -> String? {
    let name = name.lowercased()
    guard let text = plan.routes[request.route].headers.first(where: { $0.name.lowercased() == name })?.value else {
      return nil
    }
    var context = RequestText.Context(plan: plan, request: request)
    var value: [UInt8] = []
    text.render(into: &value, place: .plain, &context)
    return String(decoding: value, as: UTF8.self)
  }

  /// Bytes of the body.
  package func bodyLength(of request: PendingRequest) -> Int64 {
    guard let body = plan.routes[request.route].body else { return 0 }
    var context = RequestText.Context(plan: plan, request: request)
    var text: [UInt8] = []
    body.render(into: &text, place: .plain, &context)
    return Int64(text.count)
  }

  /// Bytes that no body of the request's route is longer than.
  package func longestBody(of request: PendingRequest) -> Int64 {
    Int64(plan.routes[request.route].body?.longest(plan.feeds) ?? 0)
  }

  /// The header that takes the place of the URL's host.
  private static func host(of route: Route) -> RequestText? {
    route.headers.first { $0.name.lowercased() == "host" }?.value
  }
}

extension RequestText {
  /// Bytes that none of the texts is longer than, outside of a path.
  fileprivate func longest(_ feeds: [DataFeed]) -> Int {
    pieces.reduce(0) { sum, piece in
      switch piece {
      case .literal(let text): sum + text.utf8.count
      case .bytes(let content): sum + content.count
      // The digits of the least number of 64 bits, and its sign.
      case .integer, .sequenceNumber: sum + 20
      case .oneOf(let texts): sum + (texts.map(\.utf8.count).max() ?? 0)
      case .uuid, .time: sum + 36
      case .column(let feed, let column): sum + (feeds[feed].rows.map { $0[column].utf8.count }.max() ?? 0)
      }
    }
  }

  /// Whether all that stands before the query of a request target is the same for every request.
  fileprivate var hasLiteralPath: Bool {
    for piece in pieces {
      guard case .literal(let text) = piece else { return false }
      if text.utf8.contains(UInt8(ascii: "?")) { return true }
    }
    return true
  }
}
