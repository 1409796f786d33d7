import Foundation
import Glibc

/// A server that is a Python script of the folder `Scripts`, in a process of its own: for what takes many connections, or
/// a protocol that has to be spoken wrongly.
package final class PythonServer: Sendable {
  /// How a server of HTTP/2 frames ends requests.
  package enum HTTP2Behaviour: String, Sendable {
    /// 200 without a body.
    case answer
    /// RST_STREAM with INTERNAL_ERROR.
    case reset
    /// GOAWAY that covers no stream, then the end of the connection.
    case goAway = "goaway"
    /// Answers, and says GOAWAY in good time after ten requests of a connection.
    case retire
    /// The head of an answer, then the end of the connection.
    case truncate
    /// A frame that breaks the protocol.
    case garbage
  }

  package let port: Int
  private let process: ChildProcess
  private let folder: URL

  /// Speaks HTTP/2 over TLS with a certificate of ``authorityFile``.
  ///
  /// - Parameter requiresClientCertificate: ends the handshake with clients that have none of the same authority.
  package convenience init(http2 behaviour: HTTP2Behaviour, requiresClientCertificate: Bool = false) throws {
    try self.init("http2_frames.py") { folder in
      try TestCertificates.make(in: folder)
      return [folder.path + "/server.pem", folder.path + "/server.key", behaviour.rawValue]
        + (requiresClientCertificate ? [folder.path + "/authority.pem"] : [])
    }
  }

  /// Answers nobody before so many requests have come.
  package convenience init(holdingUntil requests: Int) throws {
    try self.init("silent.py") { _ in ["holding", String(requests)] }
  }

  /// A request as it arrived.
  package struct Arrived: Decodable, Sendable {
    package let method: String
    package let path: String
    package let body: String
    /// By name in lower case.
    package let headers: [String: String]
  }

  /// A request to the API of a cluster, by what says who sent it.
  package struct APIRequest: Decodable, Sendable {
    package let method: String
    package let path: String
    /// By name in lower case, in the order of arrival.
    package let headers: [String: [String]]
    /// The common name of the client's certificate.
    package let certificate: String?
    package let status: Int
  }

  /// Notes who asks, and refuses tokens of the form `until-SECONDS` from that time on, and `for-SECONDS-NAME` so
  /// long after they came first.
  ///
  /// - Parameters:
  ///   - upstream: where requests go on to, as in `http://127.0.0.1:8001`; without it, each is answered with a version.
  ///   - speaksTLS: with a certificate of ``authorityFile``.
  package static func authenticating(upstream: String? = nil, speaksTLS: Bool = true) throws -> PythonServer {
    try PythonServer("authenticating.py") { folder in
      try TestCertificates.make(in: folder)
      let certificate = speaksTLS ? folder.path + "/server.pem" : "-"
      return [
        folder.path + "/log", upstream ?? "-", certificate, folder.path + "/server.key", folder.path + "/authority.pem",
      ]
    }
  }

  /// What an authenticating server was asked, in order.
  package func apiRequests() throws -> [APIRequest] {
    // It makes the file when it is up, and takes requests that came before.
    try loggedLines().map {
      try JSONDecoder().decode(APIRequest.self, from: Data($0.utf8))
    }
  }

  /// Redirects as its paths say: `/moved/STATUS?PLACE` and `/chain/N`.
  package static func redirecting() throws -> PythonServer {
    try PythonServer("redirecting.py") { [$0.path + "/log"] }
  }

  /// A proxy that takes everything to two ports of 127.0.0.1, whatever host it is asked for, and keeps what it was asked.
  ///
  /// - Parameters:
  ///   - http: where requests with whole URLs go.
  ///   - tunnels: where CONNECT leads.
  package static func proxy(http: Int, tunnels: Int) throws -> PythonServer {
    try PythonServer("proxying.py") { [$0.path + "/log", String(http), String(tunnels)] }
  }

  /// The request lines that a proxy was sent, without the version, and before each the number of its connection.
  package func asked() throws -> [String] {
    try loggedLines()
  }

  /// What has arrived at a server that keeps it, in order.
  package func arrived() throws -> [Arrived] {
    try loggedLines().map {
      try JSONDecoder().decode(Arrived.self, from: Data($0.utf8))
    }
  }

  /// Answers so many requests, and from then on none, on whatever connection.
  package convenience init(answering requests: Int) throws {
    try self.init("silent.py") { _ in ["hanging", String(requests)] }
  }

  /// The script gets the socket that listens as its third descriptor, and so need not look for a port.
  ///
  /// - Parameter arguments: of the script; it may put files into the folder, which goes away with the server.
  private init(_ script: String, arguments: (URL) throws -> [String]) throws {
    folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent(
      "scaleproof-python-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let scripts = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Scripts")
    let (listener, port) = try LoopbackSocket.listening(queue: 4096)
    defer { close(listener) }
    self.port = port
    process = try ChildProcess(
      ["/usr/bin/env", "python3", scripts.appendingPathComponent(script).path] + arguments(folder),
      inheriting: [listener])
  }

  deinit {
    process.signal(SIGKILL)
    process.awaitEnd()
    try? FileManager.default.removeItem(at: folder)
  }

  /// The lines of the log; none while the script has not begun, which it may do later than the kernel listens for it.
  private func loggedLines() throws -> [String] {
    guard FileManager.default.fileExists(atPath: folder.path + "/log") else { return [] }
    return try String(contentsOfFile: folder.path + "/log", encoding: .utf8).split(separator: "\n").map(String.init)
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  package var tlsURL: String { "https://127.0.0.1:\(port)" }
  package var authorityFile: String { folder.path + "/authority.pem" }
  package var clientCertificateFile: String { folder.path + "/client.pem" }
  package var clientKeyFile: String { folder.path + "/client.key" }
}
