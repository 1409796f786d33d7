import LoadFacts
import Synchronization
import Testing

@testable import LoadGeneration

@Suite("The addresses of the target")
struct AddressBookTests {
  private static let target = HostAndPort("shop.example:443")

  @Test("an outage of the name service changes nothing")
  func outage() throws {
    let target = try #require(Self.target)
    let isDown = Mutex(false)
    let book = AddressBook(destinations: [target]) { _, port in
      isDown.withLock { $0 } ? [] : [Endpoint(address: "10.0.0.1", port: port)]
    }
    isDown.withLock { $0 = true }
    book.refresh()
    #expect(book.current == [0])
  }

  @Test("of a name with addresses of both kinds the kind that answers is used, once and for all")
  func kinds() throws {
    let target = try #require(Self.target)
    let asked = Mutex<[String]>([])
    let book = AddressBook(
      destinations: [target],
      lookup: { _, port in ["::1", "127.0.0.1", "127.0.0.2"].map { Endpoint(address: $0, port: port) } },
      answers: { endpoint in
        asked.withLock { $0.append(endpoint.address) }
        return !endpoint.isIPv6
      })
    book.refresh()

    #expect(book.current.map { book.endpoint($0).address } == ["127.0.0.1", "127.0.0.2"])
    #expect(asked.withLock { $0 } == ["::1", "127.0.0.1"])
  }
}
