import Curl
import LoadDriving

/// Where the connections of a lane go, as libcurl takes it.
///
/// libcurl chooses among idle connections to one host by itself, and always takes the oldest. So each lane has a host name
/// of its own, for libcurl's pool only: requests connect to `lane-3.invalid`, which is given the address of the lane's
/// endpoint, while URL, Host header, server name and certificate check keep to the target (`CURLOPT_CONNECT_TO`).
final class LaneAddress {
  /// What the lane's transfers connect to, and the address of that name.
  private(set) var connectTo = TextList()
  private(set) var addresses = TextList()
  /// The proxy under the name of the lane; empty without one.
  private(set) var proxyURL = ""
  /// Of the ``ConnectionChoice`` that these three are for.
  private(set) var edition = 0

  private let lane: Int
  private let worker: Int
  /// Whose connections are the lane's; `nil` for all.
  private let target: HostAndPort?
  private let proxy: Proxy?
  /// The name and port that a connection of the lane was made to.
  private var destination: (name: String, port: Int)?
  private var abandoned = 0

  /// - Parameter target: `nil` where requests go to one host only. Otherwise redirects to other hosts find their own
  ///   way; the host must be written as libcurl writes it.
  init(lane: Int, worker: Int, target: HostAndPort?, proxy: Proxy?) {
    self.lane = lane
    self.worker = worker
    self.target = target
    self.proxy = proxy
  }

  /// Makes the lists for a choice anew, unless they are for it already.
  func update(to choice: ConnectionChoice, book: AddressBook) throws(CurlError) {
    guard edition != choice.edition else { return }
    let endpoint = book.endpoint(choice.endpoint)
    let texts = texts(for: choice, at: endpoint)
    connectTo = try TextList(texts.connectTo)
    addresses = try TextList(texts.addresses)
    proxyURL = texts.proxyURL
    destination = (name(choice), endpoint.port)
    abandoned = choice.abandoned
    edition = choice.edition
  }

  /// What libcurl is told for a choice after that of the latest update.
  func texts(
    for choice: ConnectionChoice, at endpoint: Endpoint
  ) -> (connectTo: [String], addresses: [String], proxyURL: String) {
    let name = name(choice)
    let left = abandoned == choice.abandoned ? nil : destination.map { "-\($0.name):\($0.port)" }
    let from = target.map { ($0.host.contains(":") ? "[\($0.host)]" : $0.host) + ":\($0.port)" } ?? ":"
    let address = endpoint.isIPv6 ? "[\(endpoint.address)]" : endpoint.address
    return (
      // The name stands for what is connected to, which is the proxy where there is one.
      proxy == nil ? ["\(from):\(name):\(endpoint.port)"] : [],
      [left].compactMap(\.self) + ["\(name):\(endpoint.port):\(address)"], proxy?.url(host: name) ?? ""
    )
  }

  /// Another one after a connection was left behind, since libcurl would use it again for the same name.
  private func name(_ choice: ConnectionChoice) -> String {
    "lane-\(worker)-\(lane)" + (choice.abandoned > 0 ? "-\(choice.abandoned)" : "") + ".invalid"
  }
}
