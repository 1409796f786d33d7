import Arrivals
import LoadDriving
import LoadGeneration
import Testing

@Suite("Where requests of a plan would go")
struct RequestAddressesTests {
  private static func addresses(_ path: RequestText, host: RequestText? = nil) -> RequestAddresses {
    let route = Route(name: "r", path: path, headers: host.map { [("Host", $0)] } ?? [])
    return RequestAddresses(
      plan: LoadPlan(
        baseURL: "http://web.example.com:8080", routes: [route],
        schedule: ArrivalSchedule(phases: [], process: .uniform)))
  }

  @Test(
    "a route whose requests differ in their query at the most is settled",
    arguments: [
      (["/items"], true), (["/items?page=", nil], true), (["/items/", nil], false), (["/items/", nil, "?x=1"], false),
      (["/items", "?page=", nil, "&x=", nil], true), ([nil], false),
    ] as [([String?], Bool)])
  func settled(pieces: [String?], isSettled: Bool) {
    let path = RequestText(pieces.map { $0.map { .literal($0) } ?? .integer(in: 1...9) })

    #expect(Self.addresses(path).settledRoutes == (isSettled ? [0] : []))
  }

  @Test("a Host header takes the place of the URL's host, and settles the route only when it is always the same")
  func hosts() {
    let literal = Self.addresses("/", host: "other.example.com")
    let random = Self.addresses("/", host: RequestText([.literal("h"), .integer(in: 1...9)]))

    #expect(Self.addresses("/").address(of: PendingRequest()).host == "web.example.com:8080")
    #expect(literal.address(of: PendingRequest()).host == "other.example.com")
    #expect(literal.settledRoutes == [0] && random.settledRoutes == [])
  }

  @Test("what an Ingress asks of a request: its method, headers in any case of letters, its body and the longest one")
  func contents() {
    let body = RequestText([.literal("{\"a\": "), .integer(in: -5...100), .oneOf(["x", "four"]), .uuid])
    let route = Route(
      name: "r", method: "POST", path: "/", headers: [("X-Canary", RequestText([.literal("user-"), .sequenceNumber]))],
      body: body)
    let addresses = RequestAddresses(
      plan: LoadPlan(
        baseURL: "https://web.example.com", routes: [route], schedule: ArrivalSchedule(phases: [], process: .uniform)))
    var request = PendingRequest()
    request.arrival = 12

    #expect(addresses.method(of: request) == "POST" && addresses.isSecure)
    #expect(addresses.header("x-canary", of: request) == "user-12")
    #expect(addresses.header("Cookie", of: request) == nil)
    #expect((45...52).contains(addresses.bodyLength(of: request)))
    #expect(addresses.longestBody(of: request) == 6 + 20 + 4 + 36)
  }
}
