package import Foundation
import Glibc
import Synchronization

/// An nginx of its own for a test: in a folder that goes away with it, on ports that the kernel has chosen.
///
/// It serves `/ok` (200 with a small body), `/created` (201), `/missing` (404), `/busy` (503), `/moved` (302 to `/ok`),
/// `/loop` (302 to itself), `/packed` (200, by gzip for those who take it), `/pod` (200 with the headers X-Pod and
/// X-Version) and files of its folder `files`.
package final class NginxServer: Sendable {
  package let folder: URL
  /// A server certificate that a client should not trust.
  package enum BadCertificate: String, Sendable, CaseIterable {
    case expired
    /// For another name.
    case elsewhere
    /// Of an authority that is not in ``authorityFile``.
    case stranger
  }

  /// HTTP/1.1, at 127.0.0.1 and 127.0.0.2.
  package let port: Int
  /// TLS with HTTP/2, certificate for `localhost` and `127.0.0.1`.
  package let tlsPort: Int
  /// As ``tlsPort``, but only for clients with a certificate of the same authority.
  package let clientCertificatePort: Int
  private let badCertificatePorts: [BadCertificate: Int]
  private let process: ChildProcess
  private let hasEnded = Mutex(false)

  /// - Parameters:
  ///   - workers: nginx worker processes.
  ///   - requestsPerConnection: it closes a connection after so many.
  ///   - api: a Kubernetes API to which it passes on what is asked for at ``tlsPort`` below `/api`, `/apis` and `/version`,
  ///     without credentials.
  package init(workers: Int = 1, requestsPerConnection: Int = 1_000_000, api: String? = nil) throws {
    folder = URL(fileURLWithPath: NSTemporaryDirectory()).appendingPathComponent(
      "scaleproof-nginx-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try TestCertificates.make(in: folder)
    var listeners: [Int32] = []
    defer { for listener in listeners { close(listener) } }
    func listen() throws -> Int {
      let (listener, port) = try LoopbackSocket.listening(queue: 4096)
      listeners.append(listener)
      return port
    }
    let (both, common) = try LoopbackSocket.listeningAtTwoAddresses(queue: 4096)
    listeners += both
    let ports = [common, try listen(), try listen()]
    (port, tlsPort, clientCertificatePort) = (ports[0], ports[1], ports[2])
    var badCertificatePorts: [BadCertificate: Int] = [:]
    for certificate in BadCertificate.allCases { badCertificatePorts[certificate] = try listen() }
    self.badCertificatePorts = badCertificatePorts
    try Self.configuration(
      folder: folder, ports: ports, badCertificatePorts: badCertificatePorts, workers: workers,
      requestsPerConnection: requestsPerConnection, api: api
    )
    .write(to: folder.appendingPathComponent("nginx.conf"), atomically: true, encoding: .utf8)
    // It takes over sockets that listen, as when its program is replaced by a newer one.
    let numbers = listeners.indices.map { "\(ChildProcess.firstInherited + Int32($0));" }
    process = try ChildProcess(
      [
        try Programs.path(of: "nginx"), "-p", folder.path, "-c", "nginx.conf", "-e",
        folder.appendingPathComponent("error.log").path,
      ], environment: ["NGINX=" + numbers.joined()], inheriting: listeners)
    try awaitWorkers(workers)
  }

  /// The sockets listen before the workers are there, who alone answer. Waits for at most a minute.
  private func awaitWorkers(_ count: Int) throws {
    for _ in 0..<12_000 {
      if try workerProcesses().count >= count { return }
      usleep(5000)
    }
    throw TestServerError("nginx has fewer than \(count) workers after a minute")
  }

  deinit {
    end(with: SIGTERM)
    try? FileManager.default.removeItem(at: folder)
  }

  package var url: String { "http://127.0.0.1:\(port)" }
  package var tlsURL: String { "https://localhost:\(tlsPort)" }
  /// TLS with HTTP/2 and a certificate that should be refused.
  package func tlsURL(_ certificate: BadCertificate) -> String {
    "https://localhost:\(badCertificatePorts[certificate, default: 0])"
  }
  package var authorityFile: String { folder.appendingPathComponent("authority.pem").path }
  package var clientCertificateFile: String { folder.appendingPathComponent("client.pem").path }
  package var clientKeyFile: String { folder.appendingPathComponent("client.key").path }

  /// The processes that answer requests.
  package func workerProcesses() throws -> [pid_t] {
    let children = "/proc/\(process.identifier)/task/\(process.identifier)/children"
    return try String(contentsOfFile: children, encoding: .utf8).split(separator: " ").compactMap { pid_t($0) }
  }

  /// Lines of the access log so far: method, path, status, HTTP version, number of the connection, number of the request
  /// on it and address of the server. nginx flushes it when it is told to reopen it or ends, so this ends nginx.
  package func stopAndReadLog() throws -> [[Substring]] {
    // QUIT: every answer that was begun is ended and logged.
    end(with: SIGQUIT)
    let log = try String(contentsOf: folder.appendingPathComponent("access.log"), encoding: .utf8)
    return log.split(separator: "\n").map { $0.split(separator: " ") }
  }

  /// Ends nginx, unless that was done before.
  private func end(with signal: Int32) {
    let isFirst = hasEnded.withLock { hasEnded in
      defer { hasEnded = true }
      return !hasEnded
    }
    guard isFirst else { return }
    // A worker that a test has frozen would not end.
    for worker in (try? workerProcesses()) ?? [] { kill(worker, SIGCONT) }
    process.signal(signal)
    process.awaitEnd()
  }

  private static func configuration(
    folder: URL, ports: [Int], badCertificatePorts: [BadCertificate: Int], workers: Int, requestsPerConnection: Int,
    api: String?
  ) -> String {
    let locations = """
          location = /ok { return 200 "hello world\\n"; }
          location = /created { return 201 "made\\n"; }
          location = /missing { return 404 "no\\n"; }
          location = /busy { return 503 "busy\\n"; }
          location = /moved { return 302 /ok; }
          location = /loop { return 302 /loop; }
          location = /packed {
            default_type text/plain; gzip on; gzip_types text/plain; gzip_min_length 1;
            return 200 "\(String(repeating: "packed ", count: 200))";
          }
          location = /pod { add_header X-Pod pod-7; add_header X-Version v2; return 200 "pod\\n"; }
          location / { root \(folder.path)/files; }
      """
    let passed =
      api.map {
        "location ~ ^/(api|apis|version) { proxy_pass \($0); proxy_http_version 1.1; proxy_buffering off; "
          + "proxy_set_header Authorization \"\"; }"
      }
      ?? ""
    let badCertificateServers = badCertificatePorts.map { certificate, port in
      """
        server { listen 127.0.0.1:\(port) ssl http2;
          ssl_certificate \(folder.path)/\(certificate.rawValue).pem;
          ssl_certificate_key \(folder.path)/\(certificate.rawValue).key;
      \(locations) }
      """
    }
    let tls = """
          ssl_certificate \(folder.path)/server.pem;
          ssl_certificate_key \(folder.path)/server.key;
      """
    return """
      daemon off;
      worker_processes \(workers);
      pid \(folder.path)/nginx.pid;
      events { worker_connections 4096; }
      http {
        log_format facts '$request_method $uri $status $server_protocol $connection $connection_requests $server_addr';
        access_log \(folder.path)/access.log facts buffer=1m;
        client_body_temp_path \(folder.path)/body;
        proxy_temp_path \(folder.path)/proxy;
        fastcgi_temp_path \(folder.path)/fastcgi;
        uwsgi_temp_path \(folder.path)/uwsgi;
        scgi_temp_path \(folder.path)/scgi;
        keepalive_requests \(requestsPerConnection);
        server { listen 127.0.0.1:\(ports[0]) backlog=4096; listen 127.0.0.2:\(ports[0]);
      \(locations) }
        server { listen 127.0.0.1:\(ports[1]) ssl http2;
          \(passed)
      \(tls)
      \(locations) }
        server { listen 127.0.0.1:\(ports[2]) ssl;
      \(tls)
          ssl_client_certificate \(folder.path)/authority.pem;
          ssl_verify_client on;
      \(locations) }
      \(badCertificateServers.joined(separator: "\n"))
      }
      """
  }
}
