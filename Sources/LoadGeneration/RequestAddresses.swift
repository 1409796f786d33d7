package import LoadDriving

/// Where the requests of a plan would go, for those who answer them without a socket.
package struct RequestAddresses: Sendable {
  /// Host, and the request target: path and query.
  package typealias Address = (host: String, target: String)

  private let plan: LoadPlan
  /// Of routes whose requests all go to one place; `nil` for others.
  private var ofRoutes: [Address?] = []

  package init(plan: LoadPlan) {
    self.plan = plan
    ofRoutes = plan.routes.indices.map { index in
      let route = plan.routes[index]
      guard route.path.isLiteral, Self.host(of: route)?.isLiteral ?? true else { return nil }
      var request = PendingRequest()
      request.route = index
      return rendered(request)
    }
  }

  package func address(of request: PendingRequest) -> Address { ofRoutes[request.route] ?? rendered(request) }

  /// The header that takes the place of the URL's host.
  private static func host(of route: Route) -> RequestText? {
    route.headers.first { $0.name.lowercased() == "host" }?.value
  }

  private func rendered(_ request: PendingRequest) -> Address {
    let route = plan.routes[request.route]
    var context = RequestText.Context(plan: plan, request: request)
    var target: [UInt8] = []
    route.path.render(into: &target, place: .path, &context)
    var host = Array(plan.baseURL.drop { $0 != "/" }.dropFirst(2).prefix { $0 != "/" }.utf8)
    if let header = Self.host(of: route) {
      host.removeAll()
      header.render(into: &host, place: .plain, &context)
    }
    return (String(decoding: host, as: UTF8.self), String(decoding: target, as: UTF8.self))
  }
}
