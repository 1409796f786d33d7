import Foundation
import KubernetesObjects
import Profiles
import TestServers
import Testing

@testable import Harness

@Suite("What a run in virtual time asks of its target and its cluster before it begins")
struct SimulatedTargetTests {
  /// - Parameters:
  ///   - secret: the certificate and the key of the Secret; none without.
  ///   - pod: members of the spec of the pods, in YAML.
  private func profile(
    in folder: TemporaryFolder, url: String = "http://api.example.com", tls: String = "{}", pod: String = "",
    secret: (certificate: String, key: String)? = nil, annotations: String = "{}", faults: String = "[]",
    others: String = "", hasTLS: Bool = true
  ) throws -> LoadedProfile {
    func encoded(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
    let object = secret.map {
      """

      ---
      apiVersion: v1
      kind: Secret
      metadata: {name: web}
      type: kubernetes.io/tls
      data: {tls.crt: \(encoded($0.certificate)), tls.key: \(encoded($0.key))}
      """
    }
    let manifests = try folder.write(
      """
      apiVersion: apps/v1
      kind: Deployment
      metadata: {name: web}
      spec:
        selector: {matchLabels: {app: web}}
        template:
          metadata: {labels: {app: web}}
          spec: {\(pod) containers: [{name: web, image: "web:v1"}]}
      ---
      apiVersion: v1
      kind: Service
      metadata: {name: web}
      spec: {selector: {app: web}, ports: [{port: 80}]}
      ---
      apiVersion: networking.k8s.io/v1
      kind: Ingress
      metadata: {name: web, annotations: \(annotations)}
      spec:
        \(hasTLS ? "tls: [{hosts: [api.example.com], secretName: web}]" : "")
        rules: [{host: api.example.com, http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {number: 80}}}}]}}]
      \(others)\(object ?? "")
      """, to: "manifests.yaml")
    let path = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: small}
      target: {url: "\(url)", tls: \(tls)}
      cluster:
        simulated:
          manifests: \(manifests)
          faults: \(faults)
        workload: deployment/web
      requests: [{name: home, path: /}]
      load: {phases: [{name: only, for: 10s, rate: 5/s}]}
      """, to: "small.yaml")
    return try LoadedProfile(path: path, changes: [])
  }

  private func run(_ loaded: LoadedProfile) throws -> FinishedRun {
    try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:]).execute()
  }

  enum Trust: String, Sendable, CaseIterable {
    case trusted, noSecret, noTLS, otherAuthority, machinesAuthorities, otherHost, otherKey, unchecked
  }

  @Test("A target over https is refused as a run on the wall clock refuses it", arguments: Trust.allCases)
  func certificates(trust: Trust) throws {
    let folder = try TemporaryFolder()
    let hosts = trust == .otherHost ? ["other.example.com"] : ["api.example.com"]
    let own = try IssuedCertificate(name: "api", hosts: hosts, in: folder)
    let other = try IssuedCertificate(name: "other", hosts: hosts, in: folder)
    let authority = try folder.write(
      (trust == .otherAuthority ? other : own).certificate, to: "authority.pem")
    let loaded = try profile(
      in: folder, url: "https://api.example.com",
      tls: trust == .unchecked ? "{verify: false}" : trust == .machinesAuthorities ? "{}" : "{ca: \(authority)}",
      secret: [.noSecret, .unchecked].contains(trust)
        ? nil : (own.certificate, trust == .otherKey ? other.key : own.key), hasTLS: trust != .noTLS)
    let error: HarnessError?
    do {
      _ = try run(loaded)
      error = nil
    } catch let problem as HarnessError {
      error = problem
    }
    #expect((error == nil) == [.trusted, .unchecked].contains(trust))
    guard let error else { return }
    #expect(error.status == .unreachable)
    #expect(error.lines.count == 1 && error.description.contains("small.yaml:4: target.url: https://api.example.com"))
    #expect(error.description.contains("target.tls.ca"))
  }

  @Test(
    "A workload that does not come to rest is refused with what the cluster says of it",
    arguments: [
      (
        "", ["kind: ResourceQuota", "spec: {hard: {limits.memory: 1Gi}}"],
        "FailedCreate of replicaset/web-", "must specify limits.memory for: web"
      ),
      (
        "serviceAccountName: shop,", [], "FailedCreate of replicaset/web-", "serviceaccount \"shop\" not found"
      ),
      (
        "volumes: [{name: d, persistentVolumeClaim: {claimName: disk}}],", [], "FailedScheduling of pod/web-",
        "persistentvolumeclaim \"disk\" not found"
      ),
      (
        "", ["kind: LimitRange", "spec: {limits: [{type: Pod, min: {cpu: 1}}]}"],
        "FailedCreate of replicaset/web-",
        "minimum cpu usage per Pod is 1"
      ),
    ])
  func unsteady(pod: String, other: [String], event: String, message: String) throws {
    let others =
      other.isEmpty ? "" : "---\napiVersion: v1\n\(other[0])\nmetadata: {name: team}\n\(other[1])\n"
    let loaded = try profile(in: TemporaryFolder(), pod: pod, others: others)
    let error = try #require(throws: HarnessError.self) { try run(loaded) }
    #expect(error.description.contains("not steady after 5m"))
    #expect(
      error.description.contains("the newest warning: \(event)") && error.description.contains(message), "\(error)")
  }

  @Test(
    "A write of a fault that Kubernetes would not take, or not act on, is refused with its place",
    arguments: [
      ("{patch: deployment/web, fields: {spec: {replica: 3}}}", "unknown field \"spec.replica\"", true),
      ("{patch: hpa/web, fields: {spec: {maxReplica: 3}}}", "unknown field \"spec.maxReplica\"", true),
      ("{patch: deployment/web, fields: {spec: {replicas: three}}}", "spec.replicas", false),
      ("{patch: deployment/web, fields: {spec: {paused: null, pausd: null}}}", "unknown field \"spec.pausd\"", true),
      (
        "{create: {apiVersion: v1, kind: ResourceQuota, metadata: {name: q}, spec: {hards: {pods: 1}}}}",
        "unknown field \"spec.hards\"", true
      ),
      ("{create: {apiVersion: apps/v1, kind: Deployment, metadata: {name: q}}}", "spec: Required value", false),
    ])
  func writes(write: String, words: String, isNear: Bool) throws {
    let loaded = try profile(in: TemporaryFolder(), faults: "[{at: 1s, write: \(write)}]")
    let error = try #require(throws: HarnessError.self) { try run(loaded) }
    #expect(error.status == .invalidInput && error.lines.count == 1)
    #expect(error.description.contains("small.yaml:8:") && error.description.contains(words), "\(error)")
    #expect(error.description.contains("did you mean") == isNear, "\(error)")
    let sound = try profile(
      in: TemporaryFolder(),
      faults: "[{at: 1s, write: {patch: deployment/web, fields: {spec: {replicas: 2, paused: null}}}}]")
    #expect(try run(sound).faultProblems.isEmpty)
  }

  @Test("Why requests are sent to https is said as it is")
  func redirects() throws {
    func notes(_ annotations: String, hasTLS: Bool) throws -> [String] {
      try profile(in: TemporaryFolder(), annotations: annotations, hasTLS: hasTLS).manifestNotes.filter {
        $0.contains("308")
      }
    }
    let forced = "{nginx.ingress.kubernetes.io/force-ssl-redirect: \"true\"}"
    let byAnnotation = try notes(forced, hasTLS: false)
    #expect(byAnnotation.count == 1 && byAnnotation.allSatisfy { $0.contains("force-ssl-redirect") })
    #expect(byAnnotation.allSatisfy { !$0.contains("has TLS") })
    let byCertificate = try notes("{}", hasTLS: true)
    #expect(byCertificate.count == 1 && byCertificate.allSatisfy { $0.contains("has TLS for api.example.com") })
    #expect(try notes("{}", hasTLS: false).isEmpty)
  }
}
