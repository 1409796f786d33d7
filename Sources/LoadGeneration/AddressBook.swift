import Curl
import Logging
import Synchronization

/// The addresses behind the target's name, looked up again from time to time, for all workers.
///
/// The lookups are ours and not libcurl's, so that connections are spread over all addresses, and each connection
/// knows the one that it goes to.
final class AddressBook: Sendable {
  private struct State {
    var known: [Endpoint] = []
    /// Indices in ``known`` of what the latest lookup found.
    var current: [Int] = []
    /// By host: whether it is taken to mean its IPv6 addresses, once both kinds were found.
    var usesIPv6: [String: Bool] = [:]
  }

  typealias Lookup = @Sendable (_ host: String, _ port: Int) -> [Endpoint]

  private let destinations: [HostAndPort]
  private let lookup: Lookup
  private let answers: @Sendable (Endpoint) -> Bool
  private let log: Logger?
  private let state = Mutex(State())

  /// Looks the names up for the first time, which blocks.
  ///
  /// - Parameter answers: whether an address takes a connection; asked only where a name has addresses of both kinds.
  init(
    destinations: [HostAndPort], lookup: @escaping Lookup = Endpoint.lookUp,
    answers: @escaping @Sendable (Endpoint) -> Bool = Endpoint.answers, log: Logger? = nil
  ) {
    self.destinations = destinations
    self.lookup = lookup
    self.answers = answers
    self.log = log
    refresh()
  }

  /// Indices of the endpoints that the latest lookup found.
  var current: [Int] { state.withLock { $0.current } }

  func endpoint(_ index: Int) -> Endpoint { state.withLock { $0.known[index] } }

  /// Looks the names up again. When nothing is found the old addresses stay, since open connections outlive an outage of
  /// the name service.
  func refresh() {
    let found = destinations.flatMap { ofOneKind(lookup($0.host, $0.port), host: $0.host) }
    guard !found.isEmpty else {
      log?.warning("no address found", metadata: ["names": "\(destinations.map(\.host).joined(separator: ", "))"])
      return
    }
    let isNews = state.withLock { state in
      var current: [Int] = []
      for endpoint in found {
        let index = state.known.firstIndex(of: endpoint) ?? state.known.count
        if index == state.known.count { state.known.append(endpoint) }
        if !current.contains(index) { current.append(index) }
      }
      defer { state.current = current }
      return Set(current) != Set(state.current)
    }
    if isNews { log?.info("addresses found", metadata: ["addresses": "\(found.map(\.text).joined(separator: ", "))"]) }
  }

  /// A name often has addresses of both kinds of which one does not work, as `localhost` has for a server that listens
  /// at 127.0.0.1 only. Other clients try them in turn for each connection (RFC 8305); here the kind that answers first
  /// is chosen once, so that no load is lost on the other.
  private func ofOneKind(_ found: [Endpoint], host: String) -> [Endpoint] {
    guard found.contains(where: \.isIPv6), found.contains(where: { !$0.isIPv6 }) else { return found }
    let usesIPv6 = state.withLock { $0.usesIPv6[host] } ?? (found.first(where: answers) ?? found[0]).isIPv6
    state.withLock { $0.usesIPv6[host] = usesIPv6 }
    return found.filter { $0.isIPv6 == usesIPv6 }
  }

  /// Looks up again and again until the task is cancelled, each time on a thread of its own, since a lookup blocks. Where
  /// the system has no thread left, the lookup is left out, and the old addresses stay.
  func keepCurrent(every interval: Duration) async {
    while true {
      do {
        try await Task.sleep(for: interval)
      } catch {
        return
      }
      let thread = try? NamedThread.start("name-lookup") { self.refresh() }
      await thread?.join()
    }
  }
}
