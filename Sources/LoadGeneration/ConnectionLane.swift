import Curl

/// A place for one connection at a time.
///
/// libcurl chooses among idle connections to one host by itself, and always takes the oldest. So each lane has a host name
/// of its own, for libcurl's pool only: requests connect to `lane-3.invalid`, which is given the address of the lane's
/// endpoint, while URL, Host header, server name and certificate check keep to the target (`CURLOPT_CONNECT_TO`).
final class ConnectionLane {
  let number: Int
  /// Index in the ``AddressBook``.
  private(set) var endpoint: Int
  /// What the lane's transfers connect to, and the address of that name.
  private(set) var connectTo = TextList()
  private(set) var addresses = TextList()
  /// The proxy under the name of the lane; empty without one.
  private(set) var proxyURL = ""
  /// Counts the changes of these three.
  private(set) var edition = 0
  /// Requests on their way.
  var inFlight = 0
  /// How many requests have ended over each of its connections: one as a rule, more while HTTP/2 goes over from one that the
  /// server has retired to the next. The latest stands last.
  private var ended: [(localPort: Int, requests: Int)] = []
  /// When the connection was seen to stand, in monotonic nanoseconds; `nil` when there is none.
  var openedAt: Int64?
  /// Whether the lane takes no further request before it is empty.
  var isDraining = false
  /// Whether it stands among the lanes that have room.
  var isListed = false
  /// Slots that are bound to this lane and not in flight.
  var freeSlots: [Int] = []

  private let worker: Int
  /// Whose connections are the lane's; `nil` for all.
  private let target: HostAndPort?
  private let proxy: Proxy?
  private var name: String
  /// The port of the endpoint.
  private var port: Int
  private var renames = 0

  /// - Parameter target: `nil` where requests go to one host only. Otherwise redirects to other hosts find their own
  ///   way; the host must be written as libcurl writes it.
  init(
    number: Int, worker: Int, target: HostAndPort?, proxy: Proxy?, endpoint: Int, at place: Endpoint
  ) throws(CurlError) {
    self.number = number
    self.worker = worker
    self.target = target
    self.proxy = proxy
    self.endpoint = endpoint
    name = "lane-\(worker)-\(number).invalid"
    port = place.port
    try connect(to: place, forgetting: nil)
  }

  /// Requests that the latest connection has carried or carries.
  var carried: Int { (ended.last?.requests ?? 0) + inFlight }

  /// A request has ended over a connection.
  ///
  /// - Returns: how many that connection has carried so far.
  func used(localPort: Int) -> Int {
    let place = ended.lastIndex { $0.localPort == localPort } ?? ended.count
    if place == ended.count { ended.append((localPort, 0)) }
    ended[place].requests += 1
    return ended[place].requests
  }

  /// A connection was closed, and what went over it has ended.
  func closed(localPort: Int) {
    ended.removeAll { $0.localPort == localPort }
  }

  /// The next request begins a connection, whatever stands.
  func beginAnew() {
    openedAt = nil
    ended.removeAll(keepingCapacity: true)
  }

  /// The next connection goes to another endpoint, under the same name.
  func move(to endpoint: Int, at place: Endpoint) throws(CurlError) {
    self.endpoint = endpoint
    try connect(to: place, forgetting: nil)
  }

  /// The next connection goes to another endpoint, and the present one must not be used again although it stands.
  func abandon(for endpoint: Int, at place: Endpoint) throws(CurlError) {
    let old = "\(name):\(port)"
    self.endpoint = endpoint
    renames += 1
    name = "lane-\(worker)-\(number)-\(renames).invalid"
    beginAnew()
    try connect(to: place, forgetting: old)
  }

  private func connect(to place: Endpoint, forgetting old: String?) throws(CurlError) {
    let from = target.map { ($0.host.contains(":") ? "[\($0.host)]" : $0.host) + ":\($0.port)" } ?? ":"
    let address = place.address.contains(":") ? "[\(place.address)]" : place.address
    port = place.port
    // The name stands for what is connected to, which is the proxy where there is one.
    connectTo = try proxy == nil ? TextList(["\(from):\(name):\(place.port)"]) : TextList()
    proxyURL = proxy?.url(host: name) ?? ""
    addresses = try TextList((old.map { ["-\($0)"] } ?? []) + ["\(name):\(place.port):\(address)"])
    edition += 1
  }
}
