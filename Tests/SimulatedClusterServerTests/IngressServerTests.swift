import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Subprocess
import Testing

@Suite("The Ingress port of the simulated cluster", .serialized, .timeLimit(.minutes(10)))
struct IngressServerTests {
  private func curl(_ arguments: [String]) async throws -> String {
    let result = try await run(
      .name("curl"), arguments: Arguments(["-s", "-i"] + arguments), output: .string(limit: 1 << 20))
    return result.standardOutput
  }

  /// Serves the workload, and asks it something.
  ///
  /// - Parameter annotations: of its Ingress, without their prefix.
  private func withServer(
    annotations: [String: String] = [:], tls: JSONValue? = nil, and others: [JSONValue] = [],
    _ body: (ClusterServer, ClusterServer.Endpoints) async throws -> Void
  ) async throws {
    try await IngressRig.serve(
      with: others,
      { ingress in
        ingress["metadata"]?["annotations"] = .object(
          Dictionary(
            uniqueKeysWithValues: annotations.map { ("nginx.ingress.kubernetes.io/\($0.key)", .string($0.value)) }))
        ingress["spec"]?["tls"] = tls
      }, body)
  }

  @Test("Requests over one connection reach pods in turn; unknown hosts are 404; the answer names pod and version")
  func answers() async throws {
    try await withServer { _, endpoints in
      let url = "http://127.0.0.1:\(endpoints.ingressPort)/items"
      let good = try await curl(["-H", "Host: api.example.com", url, url + "?page=2", url])
      let pods = good.split(separator: "\r\n").filter { $0.hasPrefix("X-Pod: aspnetcore-deployment-") }
      #expect(good.components(separatedBy: "HTTP/1.1 200 OK").count == 4, "\(good)")
      #expect(Set(pods).count == 3)
      #expect(good.contains("X-Version: v1.0.0\r\n"))
      let unknown = try await curl([url])
      #expect(unknown.hasPrefix("HTTP/1.1 404 Not Found"), "\(unknown)")
      let api = try await curl([endpoints.apiURL + "/readyz"])
      // A day of the cluster is more than an hour of the wall.
      #expect(api.contains("Date: Thu, 01 Jan 2026 "), "\(api)")
    }
  }

  @Test("A body that is too long is answered with 413, announced or in chunks, and with or without Expect")
  func bodyLimit() async throws {
    try await withServer(annotations: ["proxy-body-size": "64k"]) { _, endpoints in
      let url = "http://127.0.0.1:\(endpoints.ingressPort)/items"
      let folder = URL.temporaryDirectory.appending(path: "bodies-\(UUID().uuidString)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      for (size, isTaken) in [(65_536, true), (65_537, false), (3_000_000, false)] {
        let status = isTaken ? "200 OK" : "413 Payload Too Large"
        let body = folder.appending(path: "\(size)")
        try Data(repeating: 0x61, count: size).write(to: body)
        for header in ["Expect: 100-continue", "Expect:", "Transfer-Encoding: chunked"] {
          let answer = try await curl([
            "-H", "Host: api.example.com", "-H", header, "--data-binary", "@\(body.path)", url,
          ])
          #expect(answer.contains("HTTP/1.1 \(status)"), "\(size) bytes with \(header): \(answer)")
        }
      }
    }
  }

  @Test("A client that keeps the cookie of the Ingress stays with its pod; one that does not goes from pod to pod")
  func session() async throws {
    try await withServer(annotations: ["affinity": "cookie", "session-cookie-max-age": "60"]) { _, endpoints in
      let url = "http://127.0.0.1:\(endpoints.ingressPort)/items"
      func pods(_ options: [String]) async throws -> (pods: [Substring], cookies: [Substring]) {
        let urls = Array(repeating: url, count: 12)
        let lines = try await curl(options + ["-H", "Host: api.example.com"] + urls).split(separator: "\r\n")
        return (lines.filter { $0.hasPrefix("X-Pod: ") }, lines.filter { $0.hasPrefix("Set-Cookie: ") })
      }

      // An empty name of a file has curl keep cookies.
      let kept = try await pods(["-b", ""])
      #expect(kept.pods.count == 12 && Set(kept.pods).count == 1)
      #expect(kept.cookies.count == 1)
      #expect(kept.cookies.first?.hasPrefix("Set-Cookie: INGRESSCOOKIE=") == true)
      #expect(kept.cookies.first?.hasSuffix("; Path=/; Max-Age=60; HttpOnly") == true)
      let forgotten = try await pods([])
      #expect(Set(forgotten.pods).count == 3 && Set(forgotten.cookies).count == 12)
    }
  }

  @Test("A canary takes the requests whose header or cookie says so, and X-Version tells it")
  func canary() async throws {
    let service: JSONValue = [
      "apiVersion": "v1", "kind": "Service", "metadata": ["name": "canary", "namespace": "production"],
      "spec": ["selector": ["app": "canary"], "ports": [["port": 80, "targetPort": 80]]],
    ]
    let deployment: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "canary", "namespace": "production"],
      "spec": [
        "selector": ["matchLabels": ["app": "canary"]],
        "template": [
          "metadata": ["labels": ["app": "canary"]],
          "spec": ["containers": [["name": "web", "image": "web:v2", "ports": [["containerPort": 80]]]]],
        ],
      ],
    ]
    let ingress: JSONValue = [
      "apiVersion": "networking.k8s.io/v1", "kind": "Ingress",
      "metadata": [
        "name": "canary", "namespace": "production",
        "annotations": [
          "nginx.ingress.kubernetes.io/canary": "true", "nginx.ingress.kubernetes.io/canary-by-header": "X-Canary",
          "nginx.ingress.kubernetes.io/canary-by-cookie": "beta",
        ],
      ],
      "spec": [
        "ingressClassName": "nginx",
        "rules": [
          [
            "host": "api.example.com",
            "http": [
              "paths": [
                [
                  "path": "/", "pathType": "Prefix",
                  "backend": ["service": ["name": "canary", "port": ["number": 80]]],
                ]
              ]
            ],
          ]
        ],
      ],
    ]
    try await withServer(and: [service, deployment, ingress]) { _, endpoints in
      let url = "http://127.0.0.1:\(endpoints.ingressPort)/items"
      for (headers, version) in [
        (["X-Canary: always"], "v2"), (["X-Canary: never"], "v1.0.0"), ([], "v1.0.0"),
        (["Cookie: a=b; beta=always"], "v2"), (["x-canary: never", "Cookie: beta=always"], "v1.0.0"),
      ] {
        let answer = try await curl(
          ["-H", "Host: api.example.com"] + headers.flatMap { ["-H", $0] } + [url])
        #expect(answer.contains("X-Version: \(version)\r\n"), "\(headers): \(answer)")
      }
    }
  }
}
