import Foundation
import Glibc
import Synchronization
import TestServers

/// What an API server, or what is between it and its clients, does wrong.
enum ServerFault: String, Sendable, CaseIterable {
  // Lists.
  case tooManyRequests, storageTimedOut, unavailable, unauthorized, pageOfProxy, truncatedJSON, cutInBody,
    listNeverAnswers
  case expiredContinuation, slowList, statusForList
  // Watches.
  case watchRefused, watchExpired, errorInStream, expiredInStream, cutInLine, cutBetweenLines, closedAtOnce, silence
  case brokenLine, pageOfProxyForWatch, lateEvents, compaction

  static let ofLists: Set<ServerFault> = [
    .tooManyRequests, .storageTimedOut, .unavailable, .unauthorized, .pageOfProxy, .truncatedJSON, .cutInBody,
    .listNeverAnswers, .slowList, .statusForList,
  ]
  static let ofWatches: Set<ServerFault> = [
    .tooManyRequests, .unavailable, .unauthorized, .watchRefused, .watchExpired, .errorInStream, .expiredInStream,
    .cutInLine, .cutBetweenLines, .closedAtOnce, .silence, .brokenLine, .pageOfProxyForWatch, .lateEvents,
  ]
}

/// An API server on loopback that does what a schedule of faults says, until it is healed.
final class FaultyServer: Sendable {
  private let server: ScriptedServer
  private let behaviour: Behaviour

  /// - Parameter share: of the requests that go wrong.
  init(_ store: FaultyStore, faults: Set<ServerFault>, share: Double, seed: UInt64) throws {
    let behaviour = Behaviour(store: store, faults: faults, share: share, seed: seed)
    self.behaviour = behaviour
    server = try ScriptedServer { connection in
      while let head = connection.readRequestHead(), behaviour.answer(head, on: connection) {}
    }
  }

  var url: String { server.url }

  /// From now on nothing goes wrong.
  func heal() { behaviour.isHealed.withLock { $0 = true } }
  func stop() { behaviour.isStopped.withLock { $0 = true } }
}

private final class Behaviour: Sendable {
  let store: FaultyStore
  let faults: Set<ServerFault>
  let share: Double
  let draw: Mutex<Draw>
  let isHealed = Mutex(false)
  let isStopped = Mutex(false)

  init(store: FaultyStore, faults: Set<ServerFault>, share: Double, seed: UInt64) {
    self.store = store
    self.faults = faults
    self.share = share
    draw = Mutex(Draw(seed: seed))
  }

  private func fault(of candidates: Set<ServerFault>) -> ServerFault? {
    guard !isHealed.withLock({ $0 }) else { return nil }
    return draw.withLock { draw in
      guard draw.happens(share) else { return nil }
      return candidates.intersection(faults).sorted { $0.rawValue < $1.rawValue }.randomElement(using: &draw)
    }
  }

  private func number(_ range: ClosedRange<Int>) -> Int { draw.withLock { Int.random(in: range, using: &$0) } }

  /// - Returns: whether the connection is kept.
  func answer(_ head: String, on connection: ScriptedServer.Connection) -> Bool {
    let target = String(head.split(separator: " ")[1])
    let parts = target.split(separator: "?", maxSplits: 1)
    let plural = parts[0].split(separator: "/").last.map(String.init) ?? ""
    var query: [String: String] = [:]
    for part in parts.count > 1 ? parts[1].split(separator: "&") : [] {
      let pair = part.split(separator: "=", maxSplits: 1).map(String.init)
      query[pair[0]] = pair.count > 1 ? pair[1].removingPercentEncoding ?? "" : ""
    }
    return query["watch"] == "true" ? watch(plural, query, connection) : list(plural, query, connection)
  }

  // MARK: Answers

  private func head(_ status: Int, _ extra: String = "") -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.timeZone = TimeZone(identifier: "GMT")
    formatter.dateFormat = "EEE, dd MMM yyyy HH:mm:ss 'GMT'"
    return
      "HTTP/1.1 \(status) x\r\nContent-Type: application/json\r\nDate: \(formatter.string(from: store.date))\r\n\(extra)"
  }

  private func send(
    _ status: Int, _ body: String, _ connection: ScriptedServer.Connection, length: Int? = nil, _ extra: String = ""
  ) -> Bool {
    connection.write(
      head(status, "\(extra)Content-Length: \(length ?? body.utf8.count)\r\n\r\n") + body) && length == nil
  }

  private func status(_ code: Int, _ reason: String, metadata: String = "{}") -> String {
    #"{"kind": "Status", "apiVersion": "v1", "metadata": \#(metadata), "status": "Failure", "reason": "\#(reason)", "#
      + #""message": "as scheduled", "code": \#(code)}"#
  }

  private static let page = "<html><body>Please sign in to the network</body></html>"

  private func refusal(_ fault: ServerFault?, _ connection: ScriptedServer.Connection) -> Bool? {
    switch fault {
    case .tooManyRequests: send(429, "Too many requests, please try again later.\n", connection, "Retry-After: 0\r\n")
    case .storageTimedOut: send(500, status(500, ""), connection)
    case .unavailable, .watchRefused: send(503, status(503, "ServiceUnavailable"), connection)
    case .unauthorized: send(401, status(401, "Unauthorized"), connection)
    case .pageOfProxy, .pageOfProxyForWatch: send(200, Self.page, connection)
    case .statusForList: send(200, status(200, ""), connection)
    case .watchExpired: send(410, status(410, "Expired"), connection)
    default: nil
    }
  }

  private func list(_ plural: String, _ query: [String: String], _ connection: ScriptedServer.Connection) -> Bool {
    let fault = fault(of: ServerFault.ofLists)
    if let kept = refusal(fault, connection) { return kept }
    if fault == .listNeverAnswers {
      connection.awaitClose()
      return false
    }
    let token = (query["continue"] ?? "").split(separator: "+").map(String.init)
    let isForgotten = !token.isEmpty && self.fault(of: [.expiredContinuation]) != nil
    guard !isForgotten, let (revision, objects) = store.list(plural, at: token.first.flatMap { UInt64($0) }) else {
      return send(410, status(410, "Expired", metadata: #"{"continue": "fresh"}"#), connection)
    }
    let rest = objects.filter { token.isEmpty || $0.name > token[1] }
    let limit = query["limit"].flatMap { Int($0) } ?? Int.max
    let part = rest.prefix(limit)
    let more = rest.count > part.count ? #", "continue": "\#(revision)+\#(part.last?.name ?? "")""# : ""
    let body =
      #"{"kind": "List", "metadata": {"resourceVersion": "\#(revision)"\#(more)}, "items": ["#
      + part.map(\.text).joined(separator: ",") + "]}"
    if fault == .slowList { usleep(UInt32(number(1...40)) * 1000) }
    switch fault {
    case .truncatedJSON: return send(200, String(body.prefix(body.count / 2)), connection)
    case .cutInBody: return send(200, String(body.prefix(body.count / 2)), connection, length: body.utf8.count)
    default: return send(200, body, connection)
    }
  }

  // MARK: Watches

  private func chunk(_ text: String) -> String { String(text.utf8.count, radix: 16) + "\r\n" + text + "\r\n" }

  private func watch(_ plural: String, _ query: [String: String], _ connection: ScriptedServer.Connection) -> Bool {
    let fault = fault(of: ServerFault.ofWatches)
    if let kept = refusal(fault, connection) { return kept }
    connection.write(head(200, "Transfer-Encoding: chunked\r\n\r\n"))
    if fault == .closedAtOnce { return connection.write("0\r\n\r\n") }
    var position = query["resourceVersion"].flatMap { UInt64($0) } ?? 0
    let epoch = store.epoch
    var untilFault = fault == nil ? Int.max : number(0...4)
    let delay = fault == .lateEvents ? number(1...30) : 0
    var round = 0
    while !isStopped.withLock({ $0 }), !connection.isClosed, store.epoch == epoch {
      round += 1
      guard let changes = store.changes(plural, after: position) else {
        return connection.write(chunk(error(410, "Expired")) + "0\r\n\r\n")
      }
      if !changes.isEmpty, delay > 0 { usleep(UInt32(delay) * 1000) }
      for change in changes {
        let line = #"{"type": "\#(change.type)", "object": \#(change.text)}"# + "\n"
        if untilFault == 0, let kept = end(fault, line, connection) { return kept }
        guard connection.write(chunk(line)) else { return false }
        untilFault -= 1
        position = change.revision
      }
      if changes.isEmpty, round % 20 == 0 {
        let type = plural == "pods" ? "Pod" : "Deployment"
        let bookmark =
          #"{"type": "BOOKMARK", "object": {"kind": "\#(type)", "metadata": {"resourceVersion": "\#(position)"}}}"#
        guard connection.write(chunk(bookmark + "\n")) else { return false }
      }
      usleep(2000)
    }
    return false
  }

  private func error(_ code: Int, _ reason: String) -> String {
    #"{"type": "ERROR", "object": \#(status(code, reason))}"# + "\n"
  }

  /// - Returns: whether the connection is kept; `nil` where the watch goes on.
  private func end(_ fault: ServerFault?, _ line: String, _ connection: ScriptedServer.Connection) -> Bool? {
    let half = String(line.prefix(line.count / 2))
    switch fault {
    case .errorInStream: return connection.write(chunk(error(500, "InternalError")) + "0\r\n\r\n")
    case .expiredInStream: return connection.write(chunk(error(410, "Expired")) + "0\r\n\r\n")
    case .cutInLine:
      connection.write(String(line.utf8.count, radix: 16) + "\r\n" + half)
      return false
    case .cutBetweenLines: return false
    case .brokenLine:
      connection.write(chunk(half + "\n"))
      return false
    case .silence:
      while !connection.isClosed, !isStopped.withLock({ $0 }) { usleep(2000) }
      return false
    default: return nil
    }
  }
}
