import Arrivals
import Curl
import LoadDriving
import LoadFacts

/// A place in flight on a lane: a transfer that is configured once and then sent again and again.
final class RequestSlot {
  /// What the slots of a worker have in common.
  struct Setup {
    let plan: LoadPlan
    /// By route.
    let checks: [CompiledChecks]
    /// By route, for those whose header lines are always the same.
    let sharedHeaders: [HeaderLines?]
    let redirection: Redirection

    init(_ plan: LoadPlan, checks: [CompiledChecks]) throws(CurlError) {
      self.plan = plan
      self.checks = checks
      redirection = Redirection(baseURL: plan.baseURL, publicURL: plan.publicURL ?? plan.baseURL)
      var headers: [HeaderLines?] = []
      for route in plan.routes {
        let lines = try HeaderLines(route)
        headers.append(lines.isConstant ? lines : nil)
      }
      sharedHeaders = headers
    }
  }

  private let lane: LaneAddress
  /// The connections of the lane.
  private let group: ConnectionGroup
  var transfer: Transfer
  private(set) var route: Int?
  /// Which lists of the lane the transfer has.
  private var laneEdition = 0
  private var opensConnection = false
  /// Whether the connection is closed after the request.
  private(set) var closesConnection = false
  /// Header lines that differ from request to request.
  private var ownHeaders: HeaderLines?
  private var bodyBuffer: BodyBuffer?
  /// The request that is on its way.
  private(set) var request = PendingRequest()
  /// How libcurl has ended it, or we have.
  var completion: Multiplexer.Completion?
  /// Why it has failed in the end, if it has.
  var failure: CurlError?
  /// How often it was sent again after libcurl had given it up.
  private(set) var resends = 0
  /// Redirects that the request has followed.
  private(set) var redirects = 0
  /// Whether the request is on its way to the target, over the connection of the lane, and not to where it was redirected.
  private(set) var isAtTarget = true
  /// The method after redirects.
  private var method = ""
  /// Header lines after redirects.
  private var redirectHeaders = TextList()
  /// Reused for texts that differ from request to request.
  private var text: [UInt8] = []

  /// - Parameter token: index of the slot, by which the multiplexer names it.
  init(token: Int, lane: LaneAddress, group: ConnectionGroup, plan: LoadPlan) throws(CurlError) {
    self.lane = lane
    self.group = group
    transfer = try Self.transfer(token: token, plan)
  }

  /// What all requests of a plan share.
  private static func transfer(token: Int, _ plan: LoadPlan) throws(CurlError) -> Transfer {
    var transfer = try Transfer(token: token)
    try transfer.set(plan.httpVersion)
    try transfer.set(.waitsForMultiplexing, plan.httpVersion.isMultiplexed)
    try transfer.set(.userAgent, plan.userAgent)
    try transfer.set(.pathAsIs, true)
    if plan.acceptsGzip { try transfer.set(.acceptedEncoding, "gzip") }
    if plan.redirects > 0 {
      // Each is followed by us.
      try transfer.set(.followsRedirects, true)
      try transfer.set(.mostRedirects, 0)
    } else {
      // The lanes' names are given by us, and libcurl would look through all of them at the end of each request.
      try transfer.set(.nameLifetime, -1)
    }
    if let age = plan.connections.maximumAge {
      try transfer.set(.connectionLifetime, Int(age.components.seconds) + (age.components.attoseconds > 0 ? 1 : 0))
    }
    if plan.baseURL.hasPrefix("https:") || plan.redirects > 0 { try transfer.set(plan.tls) }
    return transfer
  }

  /// Why the request has failed, as libcurl ended it; `nil` when it was answered.
  var error: CurlError? { completion.flatMap { transfer.error($0) } }

  /// The body of the latest answer, when its route looks into bodies.
  var body: [UInt8] { bodyBuffer?.bytes ?? [] }

  /// Makes the transfer the request of an arrival: all of it after another route, else only what differs.
  func prepare(
    _ setup: borrowing Setup, _ request: PendingRequest, _ connection: ConnectionChoice, _ book: AddressBook
  ) throws(CurlError) {
    resends = 0
    try lane.update(to: connection, book: book)
    try prepare(
      setup, request, opensConnection: connection.opensConnection, closesConnection: connection.closesConnection)
  }

  private func prepare(
    _ setup: borrowing Setup, _ request: PendingRequest, opensConnection: Bool = false, closesConnection: Bool = false
  ) throws(CurlError) {
    self.request = request
    try prepareConnection(opens: opensConnection, closes: closesConnection)
    if redirects > 0 {
      redirects = 0
      isAtTarget = true
      try transfer.set(.proxy, lane.proxyURL)
    }
    let route = setup.plan.routes[request.route]
    let isNew = self.route != request.route
    if !isNew {
      bodyBuffer?.clear()
      if route.isConstant { return }
    }
    self.route = nil
    if isNew { try prepareRoute(setup, route, request.route) }
    var context = RequestText.Context(plan: setup.plan, request: request)
    if isNew || !route.path.isLiteral {
      text.removeAll(keepingCapacity: true)
      text.append(contentsOf: setup.plan.baseURL.utf8)
      route.path.render(into: &text, place: .path, &context)
      text.append(0)
      try transfer.set(.url, terminatedBytes: text)
    }
    if let ownHeaders {
      try ownHeaders.render(&context)
      try transfer.setHeaders(ownHeaders.list)
    }
    if isNew || route.body?.isLiteral == false {
      try prepareBody(route, &context)
      allowRepetition(of: route.method, setup.plan)
    }
    self.route = request.route
  }

  private func prepareConnection(opens: Bool, closes: Bool) throws(CurlError) {
    if laneEdition != lane.edition {
      try transfer.setConnectTo(lane.connectTo)
      try transfer.setAddresses(lane.addresses)
      try transfer.set(.proxy, lane.proxyURL)
      laneEdition = lane.edition
    }
    if opensConnection != opens {
      try transfer.set(.opensConnection, opens)
      opensConnection = opens
    }
    if closesConnection != closes {
      try transfer.set(.closesConnection, closes)
      closesConnection = closes
    }
  }

  /// What all requests of a route share.
  private func prepareRoute(_ setup: borrowing Setup, _ route: Route, _ index: Int) throws(CurlError) {
    try transfer.set(.get, true)
    if route.method == "HEAD" { try transfer.set(.noBody, true) }
    if let shared = setup.sharedHeaders[index] {
      ownHeaders = nil
      try transfer.setHeaders(shared.list)
    } else {
      ownHeaders = try HeaderLines(route)
    }
    if let limit = setup.checks[index].bodyLimit {
      let buffer = bodyBuffer ?? BodyBuffer(limit: limit)
      buffer.limit = limit
      buffer.clear()
      bodyBuffer = buffer
      try transfer.keepBody(in: buffer)
    } else if bodyBuffer != nil {
      try transfer.keepBody(in: nil)
      bodyBuffer = nil
    }
  }

  private func prepareBody(_ route: Route, _ context: inout RequestText.Context) throws(CurlError) {
    if let body = route.body {
      text.removeAll(keepingCapacity: true)
      body.render(into: &text, place: .plain, &context)
      try transfer.setBody(text)
    } else if route.method == "POST" {
      // With a length of zero rather than none at all.
      try transfer.setBody([])
    }
    let isImplied = ["GET", "HEAD"].contains(route.method) && route.body == nil || route.method == "POST"
    try transfer.set(.method, isImplied ? nil : route.method)
  }

  /// Makes the transfer the next request of an arrival that was redirected.
  func follow(_ setup: borrowing Setup) throws(CurlError) {
    let status = transfer.status
    let route = setup.plan.routes[request.route]
    let (url, isAtTarget) = setup.redirection.destination(transfer.redirectURL ?? "")
    if redirects == 0 { method = route.method }
    redirects += 1
    self.isAtTarget = false
    // So that the next arrival sets all of it anew.
    self.route = nil
    bodyBuffer?.clear()
    try transfer.set(.url, url)
    try transfer.set(.proxy, isAtTarget ? lane.proxyURL : proxy(for: url, setup))
    let next = Redirection.method(after: status, of: method)
    if next != method {
      method = next
      try transfer.set(.get, true)
      try transfer.set(.method, nil)
    }
    allowRepetition(of: method, setup.plan)
    var dropped: Set<String> = method == route.method ? [] : Redirection.contentFields
    if !isAtTarget { dropped.formUnion(Redirection.ownFields) }
    redirectHeaders =
      try (ownHeaders ?? setup.sharedHeaders[request.route])?.list.leavingOut(dropped) ?? TextList()
    try transfer.setHeaders(redirectHeaders)
    if opensConnection, setup.plan.connections.reuse {
      try transfer.set(.opensConnection, false)
      opensConnection = false
    }
    self.isAtTarget = isAtTarget
  }

  /// Over HTTP/2 the server says which requests it has not touched, and those are repeated (RFC 9113, section 8.7).
  private func allowRepetition(of method: String, _ plan: LoadPlan) {
    transfer.allowRepetition(plan.httpVersion.isMultiplexed || Self.idempotentMethods.contains(method))
  }

  /// RFC 9110, section 9.2.2.
  private static let idempotentMethods: Set = ["GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"]

  /// Whether libcurl has given the request up after all its attempts, of which none was answered. It says so, or leaves the
  /// code of the last attempt, where that failed by reading (libcurl 7.88, multi.c, `MSTATE_PERFORMING`): whatever it may
  /// repeat and has repeated would be repeated again.
  func wasGivenUp(_ error: CurlError) -> Bool {
    error.isRefusal || error.failure == .idleClosed && error.isOfReading && transfer.hasRepeated
  }

  /// Makes the transfer the same request again.
  func resend(_ setup: borrowing Setup) throws(CurlError) {
    let count = resends + 1
    try renewIfRepeated(setup.plan)
    try prepare(setup, request)
    resends = count
  }

  /// The proxy for another host, as libcurl takes it.
  private func proxy(for url: String, _ setup: borrowing Setup) throws(CurlError) -> String {
    do throws(ProxyEnvironment.Problem) {
      return try setup.plan.proxies.proxy(url: url)?.url ?? ""
    } catch {
      throw CurlError(failure: .proxyRefused, description: error.description)
    }
  }

  func start(on multiplexer: Multiplexer) throws(CurlError) {
    try multiplexer.start(&transfer, in: group)
  }

  func remove(from multiplexer: Multiplexer) {
    multiplexer.remove(transfer)
  }

  /// Closes the idle connection of the lane.
  func closeConnection(on multiplexer: Multiplexer) throws(CurlError) {
    try multiplexer.closeConnection(of: &transfer)
    closesConnection = false
  }

  /// Begins with a new transfer after one that libcurl has repeated, since it counts repetitions over all the requests of a
  /// transfer, and fails the sixth.
  func renewIfRepeated(_ plan: LoadPlan) throws(CurlError) {
    guard transfer.hasRepeated else { return }
    transfer = try Self.transfer(token: transfer.token, plan)
    route = nil
    ownHeaders = nil
    laneEdition = 0
    opensConnection = false
    closesConnection = false
  }
}
