import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline
import SimulatedCluster
import TestServers
import Testing

@testable import Harness
@testable import Profiles

/// The rights that Profiles/rbac.yaml gives, one by one.
struct GivenRight: Sendable, CustomTestStringConvertible {
  let role: Int
  let rule: Int
  let resource: String
  let verb: String

  var testDescription: String { "\(verb) \(resource)" }

  static let repository = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  static let roles: [JSONValue] = {
    let path = repository.appending(path: "Profiles/rbac.yaml").path
    return ((try? ManifestLoading.read([path], changes: []))?.objects ?? []).map(\.object)
  }()

  static let all: [GivenRight] = roles.enumerated().flatMap { role, object in
    (object["rules"]?.array ?? []).enumerated().flatMap { rule, content in
      (content["resources"]?.array ?? []).flatMap { resource in
        (content["verbs"]?.array ?? []).map { verb in
          GivenRight(role: role, rule: rule, resource: resource.string ?? "", verb: verb.string ?? "")
        }
      }
    }
  }

  /// The roles of the file in a namespace, each bound to the user `watcher`, without one right.
  static func manifests(without lacking: GivenRight?, namespace: String) -> [JSONValue] {
    roles.enumerated().flatMap { index, role -> [JSONValue] in
      var role = role
      role.setMember(.string(namespace), ["metadata", "namespace"])
      if let lacking, lacking.role == index {
        role["rules"] = .array(
          (role["rules"]?.array ?? []).enumerated().flatMap { number, rule -> [JSONValue] in
            guard number == lacking.rule else { return [rule] }
            // What the rule gives besides, resource by resource.
            return (rule["resources"]?.array ?? []).map { resource in
              var part = rule
              part["resources"] = [resource]
              if resource.string == lacking.resource {
                part["verbs"] = .array((rule["verbs"]?.array ?? []).filter { $0.string != lacking.verb })
              }
              return part
            }
          })
      }
      let name = role["metadata"]?["name"] ?? ""
      let binding: JSONValue = [
        "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "RoleBinding",
        "metadata": ["name": name, "namespace": .string(namespace)],
        "subjects": [["kind": "User", "name": "watcher", "apiGroup": "rbac.authorization.k8s.io"]],
        "roleRef": ["apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": name],
      ]
      return [role, binding]
    }
  }
}

extension JSONValue {
  fileprivate mutating func setMember(_ value: JSONValue, _ path: [String]) {
    guard let first = path.first else {
      self = value
      return
    }
    var member = self[first] ?? [:]
    member.setMember(value, Array(path.dropFirst()))
    self[first] = member
  }
}

@Suite("The rights of Profiles/rbac.yaml")
struct LeastRightsTests {
  private static let release = PlannedAction(name: "release", at: Moment(.runStart), kind: .setImage(["web": "web:v2"]))

  /// What a run of each kind of workload, with an action, says that it lacks, as a user who has the rights of the file but for
  /// one.
  private func complaints(without lacking: GivenRight?) throws -> [String] {
    let manifests = GivenRight.manifests(without: lacking, namespace: "shop")
    let cluster = try ClusterSimulation(manifests: manifests.map { ClusterManifest(source: "rbac.yaml", object: $0) })
    return WorkloadKind.allCases.flatMap { kind -> [String] in
      let rights = NeededRights(
        cluster: ClusterDescription(
          context: "simulated", namespace: "shop", workload: WorkloadReference(kind, "web"), autoscaler: "web"),
        actions: [Self.release])
      let findings = rights.findings(of: "watcher", in: cluster)
      let complaint = rights.areMissing(in: findings) ? rights.complaint(about: findings, user: "watcher") : []
      return complaint + rights.regrets(in: findings, user: "watcher")
    }
  }

  @Test("are enough for runs with actions")
  func enough() throws {
    #expect(GivenRight.all.count > 15)
    #expect(try complaints(without: nil) == [])
  }

  @Test("are each needed: without one the run says which, and what to add", arguments: GivenRight.all)
  func needed(_ right: GivenRight) throws {
    let lines = try complaints(without: right)

    #expect(!lines.isEmpty, "no kind of workload lacks it")
    for line in lines {
      #expect(line.hasPrefix("watcher may not \(right.verb) \(right.resource)"), "\(line)")
      #expect(line.contains("resources: [\(right.resource)], verbs: [\(right.verb)]}"), "\(line)")
    }
  }

  /// A run in virtual time as the user `watcher`.
  private func run(without lacking: GivenRight?) throws -> HarnessError? {
    let folder = try TemporaryFolder()
    let texts = try GivenRight.manifests(without: lacking, namespace: "default")
      .map { String(decoding: try $0.json(), as: UTF8.self) }
    let access = try folder.write(texts.joined(separator: "\n---\n"), to: "access.yaml")
    let manifests = GivenRight.repository.appending(path: "Profiles/manifests/aspnetcore").path
    let path = try folder.write(
      """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: least}
      target: {url: http://api.example.com}
      cluster:
        simulated: {manifests: [\(manifests), \(access)], user: watcher, timeScale: 20}
        workload: deployment/aspnetcore-deployment
        hpa: aspnetcore-hpa
      requests: [{name: list, path: /}]
      load: {phases: [{name: only, for: 60s, rate: 5/s}]}
      actions: [{name: release, at: 5s, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}}]
      """, to: "least.yaml")
    let run = try VirtualRun(
      LoadedProfile(path: path, changes: []), version: ProgramVersion(commit: nil), environment: [:])
    do throws(HarnessError) {
      _ = try run.execute()
      return nil
    } catch {
      return error
    }
  }

  @Test("A run as a user goes with these rights, and is refused without one of them")
  func wholeRun() throws {
    let patch = try #require(GivenRight.all.first { $0.verb == "patch" && $0.resource == "deployments" })
    let goes = try run(without: nil)
    let refused = try run(without: patch)

    #expect(goes == nil, "\(goes?.lines ?? [])")
    #expect(refused?.status == .refused)
    #expect(
      refused?.lines == [
        "watcher may not patch deployments.apps in the namespace default, which the action release does: add to a Role of "
          + "theirs the rule {apiGroups: [apps], resources: [deployments], verbs: [patch]}, as Profiles/rbac.yaml has it in "
          + "scaleproof-actions"
      ])
  }
}
