import Arrivals
import Curl

/// A place in flight: a transfer that is configured for a route once and then sent again and again.
final class RequestSlot {
  private(set) var transfer: Transfer
  private(set) var route: Int?
  /// Whether all requests of the route are the same.
  private var isConstant = false
  /// The request that is on its way.
  var pending = PendingQueue.Pending()
  /// When it was sent, in monotonic nanoseconds.
  var sent: Int64 = 0
  /// Reused for texts that differ from request to request.
  private var text: [UInt8] = []

  /// - Parameter token: index of the slot, by which the multiplexer names it.
  init(token: Int, plan: LoadPlan) throws(CurlError) {
    var transfer = try Transfer(token: token)
    try transfer.set(plan.httpVersion)
    try transfer.set(.waitsForMultiplexing, plan.httpVersion == .http2)
    try transfer.set(.connectTimeout, plan.connectTimeout)
    try transfer.set(.timeout, plan.requestTimeout)
    try transfer.set(.userAgent, plan.userAgent)
    try transfer.set(.pathAsIs, true)
    // A proxy from the environment would be what is measured.
    try transfer.set(.proxy, "")
    try transfer.setConnectTo(plan.connectTo)
    if plan.baseURL.hasPrefix("https:") { try transfer.set(plan.tls) }
    self.transfer = transfer
  }

  /// Makes the transfer the request of an arrival: all of it after another route, else only what differs.
  func prepare(_ plan: LoadPlan, _ pending: PendingQueue.Pending) throws(CurlError) {
    self.pending = pending
    let isNew = self.route != pending.route
    if !isNew, isConstant { return }
    let route = plan.routes[pending.route]
    if isNew {
      self.route = nil
      try transfer.set(.get, true)
      if route.method == "HEAD" { try transfer.set(.noBody, true) }
    }
    var random = SplitMix64(seed: plan.seed &+ UInt64(pending.arrival) &* 0x9E37_79B9_7F4A_7C15)
    if isNew || !route.path.isLiteral {
      text.removeAll(keepingCapacity: true)
      text.append(contentsOf: plan.baseURL.utf8)
      route.path.render(into: &text, place: .path, random: &random, arrival: pending.arrival)
      text.append(0)
      try transfer.set(.url, terminatedBytes: text)
    }
    if isNew || route.headers.contains(where: { !$0.value.isLiteral }) {
      try transfer.setHeaders(headerLines(route, &random, pending.arrival))
    }
    if isNew || route.body?.isLiteral == false {
      try prepareBody(route, &random, pending.arrival)
    }
    self.route = pending.route
    isConstant =
      route.path.isLiteral && route.body?.isLiteral != false && route.headers.allSatisfy(\.value.isLiteral)
  }

  private func headerLines(_ route: Route, _ random: inout SplitMix64, _ arrival: Int) -> [String] {
    var lines = route.headers.map { header in
      text.removeAll(keepingCapacity: true)
      header.value.render(into: &text, place: .plain, random: &random, arrival: arrival)
      return "\(header.name): \(String(decoding: text, as: UTF8.self))"
    }
    guard route.body != nil else { return lines }
    // What libcurl adds to a body by itself: a type that is hardly ever right, and a wait before large ones.
    lines.append("Expect:")
    if !route.headers.contains(where: { $0.name.lowercased() == "content-type" }) { lines.append("Content-Type:") }
    return lines
  }

  private func prepareBody(_ route: Route, _ random: inout SplitMix64, _ arrival: Int) throws(CurlError) {
    if let body = route.body {
      text.removeAll(keepingCapacity: true)
      body.render(into: &text, place: .plain, random: &random, arrival: arrival)
      try transfer.setBody(text)
    } else if route.method == "POST" {
      // With a length of zero rather than none at all.
      try transfer.setBody([])
    }
    let isImplied = ["GET", "HEAD"].contains(route.method) && route.body == nil || route.method == "POST"
    try transfer.set(.method, isImplied ? nil : route.method)
  }

  func start(on multiplexer: Multiplexer) throws(CurlError) {
    try multiplexer.start(transfer)
  }

  func remove(from multiplexer: Multiplexer) {
    multiplexer.remove(transfer)
  }
}
