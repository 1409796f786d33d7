import Curl
import Synchronization

/// The addresses behind the target's name, looked up again from time to time, for all workers.
///
/// The lookups are ours and not libcurl's, so that connections are spread over all addresses, and each connection
/// knows the one that it goes to.
final class AddressBook: Sendable {
  /// What a lookup found.
  struct Edition: Sendable {
    /// Counts up when the addresses have changed.
    var number = 0
    /// Indices in the list of all endpoints that were ever found.
    var current: [Int] = []
  }

  private struct State {
    var known: [Endpoint] = []
    var edition = Edition()
    var isClosed = false
  }

  package typealias Lookup = @Sendable (_ host: String, _ port: Int) -> [Endpoint]

  private let places: [HostAndPort]
  private let lookup: Lookup
  private let state = Mutex(State())

  /// Looks the names up for the first time, which blocks.
  init(places: [HostAndPort], lookup: @escaping Lookup = Endpoint.lookUp) {
    self.places = places
    self.lookup = lookup
    refresh()
  }

  var edition: Edition { state.withLock { $0.edition } }

  func endpoint(_ index: Int) -> Endpoint { state.withLock { $0.known[index] } }

  /// Looks the names up again. When nothing is found the old addresses stay, since open connections outlive an outage of
  /// the name service.
  func refresh() {
    let found = places.flatMap { lookup($0.host, $0.port) }
    guard !found.isEmpty else { return }
    state.withLock { state in
      var current: [Int] = []
      for endpoint in found {
        let index = state.known.firstIndex(of: endpoint) ?? state.known.count
        if index == state.known.count { state.known.append(endpoint) }
        if !current.contains(index) { current.append(index) }
      }
      guard current != state.edition.current else { return }
      state.edition = Edition(number: state.edition.number + 1, current: current)
    }
  }

  /// Looks up on a thread of its own until ``close()``, since a lookup blocks.
  ///
  /// - Throws: when there is no thread left.
  func keepCurrent(every interval: Duration) throws(CurlError) {
    try NamedThread.start("name-lookup") { [weak self] in
      while true {
        NamedThread.sleep(interval)
        guard let self, !self.state.withLock({ $0.isClosed }) else { return }
        self.refresh()
      }
    }
  }

  /// Ends the lookups after the one that may be on its way.
  func close() {
    state.withLock { $0.isClosed = true }
  }
}
