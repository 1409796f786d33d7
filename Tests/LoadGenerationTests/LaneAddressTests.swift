import Curl
import LoadDriving
import LoadFacts
import Testing

@testable import LoadGeneration

@Suite("The address of a lane")
struct LaneAddressTests {
  private let endpoints = [
    Endpoint(address: "10.0.0.1", port: 443), Endpoint(address: "fd00::2", port: 443),
    Endpoint(address: "10.0.0.3", port: 8443),
  ]

  private func book() throws -> AddressBook {
    let target = try #require(HostAndPort("shop.example:443"))
    return AddressBook(destinations: [target]) { [endpoints] _, _ in
      endpoints
    } answers: { _ in
      true
    }
  }

  @Test("a lane has a name of its own, that stands for the endpoint of its connections")
  func name() {
    let texts = LaneAddress(lane: 3, worker: 1, target: nil, proxy: nil)
      .texts(for: ConnectionChoice(lane: 3, endpoint: 1), at: endpoints[1])

    #expect(texts.connectTo == ["::lane-1-3.invalid:443"])
    #expect(texts.addresses == ["lane-1-3.invalid:443:[fd00::2]"])
    #expect(texts.proxyURL.isEmpty)
  }

  @Test("where redirects lead elsewhere, only connections to the target take the name")
  func target() {
    let texts = LaneAddress(lane: 0, worker: 0, target: HostAndPort("shop.example:443"), proxy: nil)
      .texts(for: ConnectionChoice(lane: 0, endpoint: 0), at: endpoints[0])

    #expect(texts.connectTo == ["shop.example:443:lane-0-0.invalid:443"])
  }

  @Test("the name stays when the next connection goes elsewhere, and changes when one that stands is left behind")
  func leftBehind() throws {
    let address = LaneAddress(lane: 0, worker: 0, target: nil, proxy: nil)
    let book = try book()
    try address.update(to: ConnectionChoice(lane: 0, endpoint: 0), book: book)
    #expect(address.edition == 1)

    let moved = address.texts(for: ConnectionChoice(lane: 0, endpoint: 2, edition: 2), at: endpoints[2])
    let left = address.texts(for: ConnectionChoice(lane: 0, endpoint: 2, edition: 2, abandoned: 1), at: endpoints[2])

    #expect(moved.addresses == ["lane-0-0.invalid:8443:10.0.0.3"])
    #expect(left.connectTo == ["::lane-0-0-1.invalid:8443"])
    #expect(left.addresses == ["-lane-0-0.invalid:443", "lane-0-0-1.invalid:8443:10.0.0.3"])
  }
}
