import Arrivals
import Curl
import LoadDriving
import Units

/// What has to hold before a plan can be carried out.
enum PlanCheck {
  static func check(_ plan: LoadPlan) throws(LoadGenerationError) {
    try checkVersion(plan)
    try checkProxy(plan)
    try checkLimits(plan)
    try checkStreams(plan)
    for route in plan.routes { try check(route, plan) }
    for feed in plan.feeds {
      guard let first = feed.rows.first, feed.rows.allSatisfy({ $0.count == first.count }) else {
        throw LoadGenerationError("the data feed \"\(feed.name)\" has no rows, or rows of different lengths")
      }
    }
  }

  /// Host and port of the URL, after the rest of it was checked.
  static func target(of plan: LoadPlan) throws(LoadGenerationError) -> HostAndPort {
    let isHTTPS = plan.baseURL.hasPrefix("https://")
    guard isHTTPS || plan.baseURL.hasPrefix("http://") else {
      throw LoadGenerationError("the target \"\(plan.baseURL)\" is not a URL that begins with http:// or https://")
    }
    let authority = plan.baseURL.drop { $0 != "/" }.dropFirst(2)
    guard !authority.contains(where: { "/?#@ ".contains($0) }),
      let target = HostAndPort(authority, defaultPort: isHTTPS ? 443 : 80)
    else {
      throw LoadGenerationError(
        "the target \"\(plan.baseURL)\" must be a scheme, a host and perhaps a port; paths belong to the requests")
    }
    return target
  }

  /// What connections are made to.
  static func destinations(of plan: LoadPlan, target: HostAndPort) throws(LoadGenerationError) -> [HostAndPort] {
    if let proxy = plan.proxy { return [HostAndPort(host: proxy.host, port: proxy.port)] }
    if plan.connectTo.isEmpty { return [target] }
    var destinations: [HostAndPort] = []
    for text in plan.connectTo {
      guard let destination = HostAndPort(text) else {
        throw LoadGenerationError("\"\(text)\" is no address to connect to: write HOST:PORT")
      }
      destinations.append(destination)
    }
    return destinations
  }

  private static func checkVersion(_ plan: LoadPlan) throws(LoadGenerationError) {
    let isHTTPS = plan.baseURL.hasPrefix("https://")
    guard isHTTPS || plan.httpVersion != .http2 else {
      throw LoadGenerationError(
        "HTTP/2 is spoken over TLS only: use an https:// target, or HTTP 1.1 for \(plan.baseURL)")
    }
    guard !isHTTPS || plan.httpVersion != .http2ClearText else {
      throw LoadGenerationError("HTTP/2 without TLS (h2c) needs an http:// target, which \(plan.baseURL) is not")
    }
    guard plan.httpVersion == .http1_1 || CurlGlobal.version.supportsHTTP2 else {
      throw LoadGenerationError("this libcurl (\(CurlGlobal.version.libcurl)) was built without HTTP/2")
    }
  }

  /// Connections over a proxy bear names of our own as those to the target do, by which its certificate would not be
  /// for it; and libcurl does not keep the requests of HTTP/2 to as few tunnels as are asked for, and begins HTTP/2 without TLS
  /// with the proxy itself.
  private static func checkProxy(_ plan: LoadPlan) throws(LoadGenerationError) {
    guard let proxy = plan.proxy else { return }
    let escape = "add the target to NO_PROXY to connect directly"
    guard plan.connectTo.isEmpty else {
      throw LoadGenerationError(
        "the proxy \(proxy) would choose the address of the target, and not connectTo (\(plan.connectTo[0])): \(escape), "
          + "or remove connectTo")
    }
    guard proxy.scheme != .https else {
      throw LoadGenerationError(
        "the load cannot go through a proxy that is reached over TLS (\(proxy)): \(escape), or name one with http://")
    }
    guard plan.httpVersion == .http1_1 else {
      throw LoadGenerationError(
        "the load cannot speak HTTP/2 through a proxy (\(proxy)): \(escape), or write http: \"1.1\"")
    }
  }

  private static func checkLimits(_ plan: LoadPlan) throws(LoadGenerationError) {
    guard plan.workers >= 1, plan.maxInFlight >= plan.workers else {
      throw LoadGenerationError(
        "\(plan.maxInFlight) requests in flight cannot be shared by \(plan.workers) workers: each needs at least one")
    }
    guard plan.mostConnections >= plan.workers else {
      throw LoadGenerationError(
        "\(plan.mostConnections) connections cannot be shared by \(plan.workers) workers: each needs at least one")
    }
    let year = Duration.seconds(366 * 86_400)
    let thinking = plan.streams.flatMap { stream -> [Duration] in
      if case .closed(let phases) = stream.model { return phases.map(\.think) }
      return []
    }
    let lengths = [plan.duration, plan.maxLateness, plan.drainTimeout, plan.requestTimeout, plan.connectTimeout]
    guard (lengths + thinking).allSatisfy({ $0 <= year }) else {
      throw LoadGenerationError("no length of time in a plan may be over a year")
    }
    guard plan.wallIntervals.length >= .milliseconds(1), plan.maxLateness >= .zero, plan.drainTimeout >= .zero else {
      throw LoadGenerationError("intervals must be at least 1ms long, lateness and drain timeout not negative")
    }
  }

  private static func checkStreams(_ plan: LoadPlan) throws(LoadGenerationError) {
    guard !plan.routes.isEmpty, !plan.streams.isEmpty else {
      throw LoadGenerationError("the load needs at least one route and one stream")
    }
    for stream in plan.streams where stream.routes.isEmpty || !stream.routes.allSatisfy(plan.routes.indices.contains) {
      throw LoadGenerationError("each stream needs at least one of the plan's routes")
    }
  }

  private static func check(_ route: Route, _ plan: LoadPlan) throws(LoadGenerationError) {
    guard case .literal(let head)? = route.path.pieces.first, head.hasPrefix("/") else {
      throw LoadGenerationError("the path of the request \"\(route.name)\" does not begin with a slash")
    }
    for piece in route.pieces {
      switch piece {
      case .oneOf(let texts) where texts.isEmpty:
        throw LoadGenerationError("a value of the request \"\(route.name)\" has an empty list to choose from")
      case .column(let feed, let column)
      where !plan.feeds.indices.contains(feed) || plan.feeds[feed].rows.first?.indices.contains(column) != true:
        throw LoadGenerationError("the request \"\(route.name)\" reads a column of a data feed that is not there")
      default: continue
      }
    }
  }
}

extension Route {
  /// All pieces of all texts.
  fileprivate var pieces: [RequestText.Piece] {
    path.pieces + headers.flatMap(\.value.pieces) + (body?.pieces ?? [])
  }
}
