import Foundation
import TestServers
import Testing

/// The simulated Ingress as the target of a profile, over sockets and in virtual time.
@Suite("A profile against the simulated Ingress", .timeLimit(.minutes(10)))
struct IngressTargetTests {
  private static let manifests = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec: {containers: [{name: web, image: "web:v1"}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: web
      annotations: {nginx.ingress.kubernetes.io/proxy-body-size: 1k}
    spec:
      tls: [{hosts: [api.example.com], secretName: web}]
      rules: [{host: api.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: canary}
    spec:
      selector: {matchLabels: {app: canary}}
      template:
        metadata: {labels: {app: canary}}
        spec: {containers: [{name: web, image: "web:v2"}]}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: canary}
    spec: {selector: {app: canary}, ports: [{port: 80}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata:
      name: canary
      annotations:
        nginx.ingress.kubernetes.io/canary: "true"
        nginx.ingress.kubernetes.io/canary-by-header: X-Canary
    spec:
      rules: [{host: api.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: canary, port: {number: 80}}}}]}}]
    """

  private func rows(_ recording: String) async throws -> [String] {
    let ending = try await Program.command(
      "sqlite3",
      [
        "-readonly", recording,
        """
        select route, outcome, version, sum(completed) from load_interval where outcome <> '' group by 1, 2, 3 \
        order by 1, 2, 3
        """,
      ])
    #expect(ending.code == 0, "\(ending.complaints)")
    return ending.output.split(separator: "\n").map(String.init)
  }

  @Test("has canaries, body limits and redirects alike in a run over HTTP/2 and TLS, and in virtual time")
  func bothDrivers() async throws {
    let folder = try TemporaryFolder()
    let certificate = try IssuedCertificate(name: "api", hosts: ["api.example.com"], in: folder)
    let authority = try folder.write(certificate.certificate, to: "authority.pem")
    let data = Data(certificate.certificate.utf8).base64EncodedString()
    let key = Data(certificate.key.utf8).base64EncodedString()
    let secret = """
      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: web}
      type: kubernetes.io/tls
      data: {tls.crt: \(data), tls.key: \(key)}
      """
    let manifests = try folder.write(Self.manifests + "\n" + secret, to: "manifests.yaml")
    func profile(_ url: String, http: String, to name: String) throws -> String {
      try folder.write(
        """
        apiVersion: scaleproof/v1
        kind: Profile
        metadata: {name: ingress}
        target:
          url: \(url)
          http: "\(http)"
          tls: {ca: \(authority)}
          servedBy: {pod: X-Pod, version: X-Version}
          timeouts: {connect: 60s, request: 60s}
          connections: {maxLateness: 60s}
        cluster:
          simulated: {manifests: \(manifests), timeScale: 10}
          workload: deployment/web
        requests:
          - {name: canary, path: /, headers: {X-Canary: always}}
          - {name: long, method: POST, path: /, body: {text: "\(String(repeating: "x", count: 1_025))"}, expect: {status: [413]}}
          - {name: main, path: "/{{int 1 9}}", headers: {X-Canary: "user-{{int 1 9}}"}}
        load: {arrivals: uniform, phases: [{name: only, for: 40s, rate: 15/s}]}
        expectations: []
        """, to: name)
    }
    let secure = try profile("https://api.example.com", http: "2", to: "secure.yaml")
    let plain = try profile("http://api.example.com", http: "1.1", to: "plain.yaml")

    for (path, expected) in [
      (secure, ["canary|200|v2|20", "long|413||20", "main|200|v1|20"]),
      (plain, ["canary|308||20", "long|413||20", "main|308||20"]),
    ] {
      for command in ["run", "simulate"] {
        let output = folder.file(URL(fileURLWithPath: path).lastPathComponent + command)
        let ending = try await Program.run([command, path, "--output", output])
        #expect(ending.code == 0, "\(command) \(path): \(ending.output)\(ending.complaints)")
        let rows = try await rows(output + "/run.sqlite")
        #expect(rows == expected, "\(command) \(path)")
        #expect(ending.complaints.contains("answers each request with 308") == (path == plain), "\(ending.complaints)")
      }
    }
  }
}
