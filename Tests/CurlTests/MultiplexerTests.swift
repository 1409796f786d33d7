import Curl
import Glibc
import Synchronization
import TestServers
import Testing

@Suite("Multiplexer", .serialized, .timeLimit(.minutes(10)))
struct MultiplexerTests {
  private func transfer(_ url: String, _ version: HTTPVersion = .http1_1, token: Int = 0) throws -> Transfer {
    var transfer = try Transfer(token: token)
    try transfer.set(.url, url)
    try transfer.set(version)
    return transfer
  }

  /// Waits for the end of a number of transfers, for ten seconds at most.
  private func awaitEnd(of count: Int, on multiplexer: Multiplexer) -> [Multiplexer.Completion] {
    var completions: [Multiplexer.Completion] = []
    let deadline = MonotonicClock.now() + 10_000_000_000
    while completions.count < count, MonotonicClock.now() < deadline {
      while let completion = multiplexer.nextCompletion() { completions.append(completion) }
      if completions.count < count { multiplexer.wait(until: deadline) }
    }
    return completions
  }

  @Test(
    "an idle connection can be closed, without a request, and the next start opens another",
    arguments: [HTTPVersion.http1_1, .http2])
  func closing(_ version: HTTPVersion) throws {
    let nginx = try NginxServer()
    let multiplexer = try Multiplexer(connections: 10)
    let group = try multiplexer.makeGroup(7)
    var transfer = try transfer((version == .http2 ? nginx.tlsURL : nginx.url) + "/ok", version)
    if version == .http2 { try transfer.set(TLSSettings(authority: .file(nginx.authorityFile))) }

    var ports: [Int] = []
    for _ in 0..<2 {
      for _ in 0..<2 {
        try multiplexer.start(&transfer, in: group)
        #expect(awaitEnd(of: 1, on: multiplexer).map(\.code) == [0])
        multiplexer.remove(transfer)
        ports.append(transfer.localPort)
      }
      #expect(multiplexer.openConnections == 1)
      try multiplexer.closeConnection(of: &transfer)
      #expect(multiplexer.openConnections == 0)
      let closed = multiplexer.nextClosed()
      #expect(closed?.group == 7 && closed?.localPort == ports.last)
      #expect(multiplexer.nextClosed() == nil)
      // There is none to close any more, and none is opened for it.
      try multiplexer.closeConnection(of: &transfer)
      #expect(multiplexer.openConnections == 0)
      while multiplexer.nextClosed() != nil {}
    }

    #expect(ports[0] == ports[1] && ports[2] == ports[3] && ports[0] != ports[2])
    let log = try nginx.stopAndReadLog()
    #expect(log.map { $0[1] } == ["/ok", "/ok", "/ok", "/ok"])
    #expect(Set(log.map { $0[4] }).count == 2)
  }

  @Test("groups share nothing with each other, over one handle or several", arguments: [1, 2, 100])
  func groups(perHandle groupsPerHandle: Int) throws {
    let nginx = try NginxServer()
    let multiplexer = try Multiplexer(connections: 100, groupsPerHandle: groupsPerHandle)
    var transfers: [Holder] = []
    for number in 0..<5 {
      transfers.append(
        try Holder(
          try transfer(nginx.url + "/ok", token: number), name: "group-\(number).invalid:\(nginx.port)",
          group: try multiplexer.makeGroup(number)))
    }
    var ports: [[Int]] = []
    for _ in 0..<3 {
      for holder in transfers { try multiplexer.start(&holder.transfer, in: holder.group) }
      multiplexer.sendAdded()
      #expect(Set(awaitEnd(of: 5, on: multiplexer).map(\.token)) == Set(0..<5))
      for holder in transfers { multiplexer.remove(holder.transfer) }
      ports.append(transfers.map { $0.transfer.localPort })
    }

    #expect(Set(ports[0]).count == 5 && ports[0] == ports[1] && ports[1] == ports[2])
    #expect(multiplexer.openConnections == 5)
  }

  /// A transfer with what has to live as long.
  private final class Holder {
    var transfer: Transfer
    let group: ConnectionGroup
    private let names: TextList
    private let addresses: TextList

    init(_ transfer: consuming Transfer, name: String, group: ConnectionGroup) throws {
      names = try TextList(["::" + name])
      addresses = try TextList([name + ":127.0.0.1"])
      try transfer.setConnectTo(names)
      try transfer.setAddresses(addresses)
      self.transfer = transfer
      self.group = group
    }
  }

  @Test("sockets are not handed on to programs that this process starts")
  func descriptors() throws {
    let nginx = try NginxServer()
    let multiplexer = try Multiplexer(connections: 1)
    var transfer = try transfer(nginx.url + "/ok")
    try multiplexer.start(&transfer)
    #expect(awaitEnd(of: 1, on: multiplexer).map(\.code) == [0])
    multiplexer.remove(transfer)

    // Tests beside this one may hold thousands.
    let ours = (3..<65_536).first { Self.localPort(Int32($0)) == transfer.localPort }

    let flags = fcntl(Int32(try #require(ours)), F_GETFD)
    #expect(flags & FD_CLOEXEC != 0)
  }

  private static func localPort(_ descriptor: Int32) -> Int? {
    var address = sockaddr_in()
    var size = socklen_t(MemoryLayout<sockaddr_in>.size)
    let code = withUnsafeMutablePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &size) }
    }
    return code == 0 && address.sin_family == sa_family_t(AF_INET) ? Int(address.sin_port.bigEndian) : nil
  }
}
