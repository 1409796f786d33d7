import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Subprocess
import SystemPackage
import TestServers
import Testing

@Suite("TLS and HTTP/2 of the simulated Ingress", .serialized, .timeLimit(.minutes(10)))
struct IngressTLSTests {
  private static let fake = "CN = Kubernetes Ingress Controller Fake Certificate"

  private static func secret(_ name: String, _ certificate: String, _ key: String) -> JSONValue {
    func encoded(_ text: String) -> JSONValue { .string(Data(text.utf8).base64EncodedString()) }
    let metadata: JSONValue = ["name": .string(name), "namespace": "production"]
    let data: JSONValue = ["tls.crt": encoded(certificate), "tls.key": encoded(key)]
    return ["apiVersion": "v1", "kind": "Secret", "metadata": metadata, "type": "kubernetes.io/tls", "data": data]
  }

  /// Serves the workload under several hosts.
  ///
  /// - Parameters:
  ///   - tls: the hosts of each entry of `spec.tls`, and its Secret.
  ///   - hosts: of the rules.
  private func withServer(
    hosts: [String], tls: [(hosts: [String], secret: String?)], secrets: [JSONValue],
    _ body: (ClusterServer, ClusterServer.Endpoints) async throws -> Void
  ) async throws {
    try await IngressRig.serve(
      with: secrets,
      { ingress in
        let rule = ingress["spec"]?["rules"]?[0] ?? .null
        ingress["spec"]?["rules"] = .array(
          hosts.map { host in
            var copy = rule
            copy["host"] = .string(host)
            return copy
          })
        ingress["spec"]?["tls"] = .array(
          tls.map { entry in
            var value: JSONValue = ["hosts": .array(entry.hosts.map { .string($0) })]
            value["secretName"] = entry.secret.map { .string($0) }
            return value
          })
      }, body)
  }

  /// The subject of the certificate that a client gets who asks for a host.
  private func subject(_ name: String?, _ endpoints: ClusterServer.Endpoints) async throws -> String {
    let target = ["-connect", "127.0.0.1:\(endpoints.ingressTLSPort)"]
    let asked = name.map { ["-servername", $0] } ?? ["-noservername"]
    let result = try await run(
      .path("/usr/bin/openssl"), arguments: Arguments(["s_client"] + target + asked), input: .none,
      output: .string(limit: 1 << 20), error: .discarded)
    let line = result.standardOutput.split(separator: "\n").first { $0.hasPrefix("subject=") }
    return line.map(String.init) ?? "no certificate: \(result.standardOutput)"
  }

  private func curl(_ arguments: [String]) async throws -> String {
    let result = try await run(
      .name("curl"), arguments: Arguments(["-sS"] + arguments), output: .string(limit: 1 << 22),
      error: .string(limit: 1 << 16))
    return result.standardOutput + result.standardError
  }

  @Test("each host has the certificate of its Secret; without one that is for it, the Ingress shows its own")
  func serverNames() async throws {
    let folder = try TemporaryFolder()
    let api = try IssuedCertificate(name: "api", hosts: ["api.example.com"], in: folder)
    let shops = try IssuedCertificate(name: "shops", hosts: ["*.shop.example.com"], in: folder)
    let secrets = [
      Self.secret("api", api.certificate, api.key), Self.secret("shops", shops.certificate, shops.key),
      Self.secret("mixed", api.certificate, shops.key), Self.secret("empty", "", ""),
    ]
    let tls: [(hosts: [String], secret: String?)] = [
      (["api.example.com", "else.example.com"], "api"), (["*.shop.example.com"], "shops"),
      (["mixed.example.com"], "mixed"), (["empty.example.com"], "empty"), (["gone.example.com"], "gone"),
      (["unnamed.example.com"], nil),
    ]
    let hosts = tls.flatMap(\.hosts) + ["unlisted.example.com"]
    try await withServer(hosts: hosts, tls: tls, secrets: secrets) { _, endpoints in
      for (name, expected) in [
        ("api.example.com", "CN = api"), ("API.Example.com", "CN = api"), ("a.shop.example.com", "CN = shops"),
        ("a.b.shop.example.com", Self.fake), ("else.example.com", Self.fake), ("mixed.example.com", Self.fake),
        ("empty.example.com", Self.fake), ("gone.example.com", Self.fake), ("unnamed.example.com", Self.fake),
        ("unlisted.example.com", Self.fake), ("nobody.example.com", Self.fake), (nil, Self.fake),
      ] as [(String?, String)] {
        let subject = try await subject(name, endpoints)
        #expect(subject.contains(expected), "\(name ?? "no name"): \(subject)")
      }
    }
  }

  @Test("a Secret that is changed is shown at the next connection")
  func change() async throws {
    let folder = try TemporaryFolder()
    let first = try IssuedCertificate(name: "first", hosts: ["api.example.com"], in: folder)
    let second = try IssuedCertificate(name: "second", hosts: ["api.example.com"], in: folder)
    let secret = Self.secret("api", first.certificate, first.key)
    try await withServer(hosts: ["api.example.com"], tls: [(["api.example.com"], "api")], secrets: [secret]) {
      server, endpoints in
      #expect(try await subject("api.example.com", endpoints).contains("CN = first"))

      let patch = Self.secret("api", second.certificate, second.key)
      _ = try await server.withCluster { cluster in
        cluster.respond(
          to: APIRequest(
            method: "PATCH", path: "/api/v1/namespaces/production/secrets/api",
            contentType: "application/merge-patch+json", body: ["data": patch["data"] ?? .null]))
      }

      #expect(try await subject("api.example.com", endpoints).contains("CN = second"))
    }
  }

  @Test("a request without TLS is sent to https by a 308, and is answered there to whoever trusts the certificate")
  func redirect() async throws {
    let folder = try TemporaryFolder()
    let api = try IssuedCertificate(name: "api", hosts: ["api.example.com"], in: folder)
    let authority = try folder.write(api.certificate, to: "authority.pem")
    let secret = Self.secret("api", api.certificate, api.key)
    let tls = [(hosts: ["api.example.com"], secret: "api" as String?)]
    try await withServer(hosts: ["api.example.com", "plain.example.com"], tls: tls, secrets: [secret]) {
      _, endpoints in
      let plain = "http://127.0.0.1:\(endpoints.ingressPort)/items?page=2"
      let moved = try await curl(["-i", "-H", "Host: api.example.com:8080", plain])
      #expect(moved.hasPrefix("HTTP/1.1 308 Permanent Redirect\r\n"), "\(moved)")
      #expect(moved.contains("Location: https://api.example.com/items?page=2\r\n"))
      // Whoever has TLS for one host has it for all of its Ingress.
      let other = try await curl(["-i", "-H", "Host: plain.example.com", plain])
      #expect(other.hasPrefix("HTTP/1.1 308 "), "\(other)")
      let secure = [
        "--connect-to", "api.example.com:443:127.0.0.1:\(endpoints.ingressTLSPort)", "https://api.example.com/items",
      ]
      let trusted = try await curl(["-i", "--http1.1", "--cacert", authority] + secure)
      #expect(trusted.hasPrefix("HTTP/1.1 200 OK\r\n") && trusted.contains("X-Version: v1.0.0\r\n"), "\(trusted)")
      let untrusted = try await curl(["-i"] + secure)
      #expect(untrusted.contains("SSL certificate problem"), "\(untrusted)")
    }
  }

  @Test("over TLS a client may speak HTTP/2: its requests share a connection and are answered side by side")
  func http2() async throws {
    let hosts = ["api.example.com"]
    try await withServer(hosts: hosts, tls: [(hosts, nil)], secrets: []) { _, endpoints in
      let url = "https://127.0.0.1:\(endpoints.ingressTLSPort)/items?n=[1-60]"
      let form = "%{http_version} %{http_code} %{num_connects} %{time_total}\n"
      let text = try await curl(
        [
          "-k", "--http2", "--parallel", "--parallel-max", "30", "-H", "Host: api.example.com", "-o", "/dev/null", "-w",
          form, url,
        ])
      // curl says something of its progress too.
      let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }.filter { $0.count == 4 }
      #expect(lines.count == 60 && lines.allSatisfy { $0[0] == "2" && $0[1] == "200" }, "\(text)")
      // curl opens a few before it knows that one would do.
      #expect(lines.reduce(0) { $0 + (Int($1[2]) ?? 60) } < 31, "\(text)")

      let answer = try await curl(
        ["-k", "-i", "--http2", "-H", "Host: api.example.com", "https://127.0.0.1:\(endpoints.ingressTLSPort)/items"])
      #expect(answer.hasPrefix("HTTP/2 200") && answer.contains("x-version: v1.0.0\r\n"), "\(answer)")
      let refused = try await curl(
        [
          "-k", "-i", "--http2", "-H", "Host: other.example.com",
          "https://127.0.0.1:\(endpoints.ingressTLSPort)/items",
        ])
      #expect(refused.hasPrefix("HTTP/2 404"), "\(refused)")
    }
  }

  @Test("a body that is too long is answered with 413 over HTTP/2 too, and the connection goes on")
  func http2BodyLimit() async throws {
    let folder = try TemporaryFolder()
    let hosts = ["api.example.com"]
    let long = folder.file("long")
    try Data(repeating: 0x61, count: 1_500_000).write(to: URL(fileURLWithPath: long))
    try await withServer(hosts: hosts, tls: [(hosts, nil)], secrets: []) { _, endpoints in
      let url = "https://127.0.0.1:\(endpoints.ingressTLSPort)/items"
      let common = ["-k", "-o", "/dev/null", "-w", "%{http_code} %{num_connects}\n", "-H", "Host: api.example.com"]
      let text = try await curl(
        common + ["--http2", "--data-binary", "@\(long)", url, "--next"] + common + ["--http2", "-sS", url])
      #expect(text.split(separator: "\n").map { $0.prefix(3) } == ["413", "200"], "\(text)")
    }
  }
}
