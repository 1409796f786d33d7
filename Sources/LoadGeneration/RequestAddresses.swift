package import LoadDriving

/// Where the requests of a plan would go, for those who answer them without a socket.
package struct RequestAddresses: Sendable {
  /// Host, and the request target: path and query.
  package typealias Address = (host: String, target: String)

  private let plan: LoadPlan
  /// The host of the plan's URL.
  private let host: String
  /// Routes whose requests all go to one host and path, and differ in their query at the most.
  package let settledRoutes: Set<Int>

  package init(plan: LoadPlan) {
    self.plan = plan
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

  /// The header that takes the place of the URL's host.
  private static func host(of route: Route) -> RequestText? {
    route.headers.first { $0.name.lowercased() == "host" }?.value
  }
}

extension RequestText {
  /// Whether all that stands before the query of a request target is the same for every request.
  fileprivate var hasLiteralPath: Bool {
    for piece in pieces {
      guard case .literal(let text) = piece else { return false }
      if text.utf8.contains(UInt8(ascii: "?")) { return true }
    }
    return true
  }
}
