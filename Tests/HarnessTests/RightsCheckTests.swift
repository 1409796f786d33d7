import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline
import SimulatedCluster
import SimulatedClusterServer
import Synchronization
import Testing

@testable import Harness
@testable import Profiles

@Suite("Rights are asked for before the load", .timeLimit(.minutes(1)))
struct RightsCheckTests {
  private static let deployment: JSONValue = [
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "default"],
    "spec": [
      "replicas": 2, "selector": ["matchLabels": ["app": "web"]],
      "template": [
        "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "web", "image": "web:v1"]]],
      ],
    ],
  ]

  private static let release = PlannedAction(
    name: "release", at: Moment(.runStart), kind: .setImage(["web": "web:v2"]))

  /// Checks the rights of a run against a cluster that refuses some things.
  ///
  /// - Returns: the complaint, what was noted, and the image of the Deployment afterwards.
  private func check(
    refusing refusals: Set<AccessRefusal>, actions: [PlannedAction] = [release]
  ) async throws -> (complaint: HarnessError?, notes: [String], image: String?) {
    let server = try ClusterServer(
      manifests: [ClusterManifest(source: "test", object: Self.deployment)], startDate: Date().kubernetesTime)
    let endpoints = try await server.start()
    try await server.withCluster { $0.refusals = refusals }
    let client = APIClient(
      connection: try await APIConnection(
        kubeconfig: try Kubeconfig(text: endpoints.kubeconfig, source: "test"), context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
    let notes = Mutex<[String]>([])
    let check = RightsCheck(
      client: client,
      cluster: ClusterDescription(
        context: "simulated", namespace: "default", workload: WorkloadReference(.deployment, "web")), actions: actions,
      note: { note in notes.withLock { $0.append(note) } })
    var complaint: HarnessError?
    do throws(HarnessError) {
      try await check.check()
    } catch {
      complaint = error
    }
    try await server.withCluster { $0.refusals = [] }
    let image = try await client.get(Deployment.self, namespace: "default", name: "web").spec.template.spec
      .containers?.first?.image
    await server.stop()
    return (complaint, notes.withLock { $0 }, image)
  }

  @Test("a run that may do everything is let through")
  func allowed() async throws {
    let (complaint, notes, image) = try await check(refusing: [])

    #expect(complaint == nil)
    #expect(notes.isEmpty)
    #expect(image == "web:v1")
  }

  @Test("a missing patch names verb, resource, namespace, user, action and the rule to add")
  func missingPatch() async throws {
    let (complaint, _, _) = try await check(refusing: [AccessRefusal("patch", "deployments.apps")])

    #expect(complaint?.status == .refused)
    #expect(
      complaint?.lines == [
        "simulated may not patch deployments.apps in the namespace default, which the action release does (the simulated "
          + "cluster was told to refuse it): add to a Role of theirs the rule {apiGroups: [apps], resources: [deployments], "
          + "verbs: [patch]}, as Profiles/rbac.yaml has it in scaleproof-actions"
      ])
  }

  @Test("a run without actions needs no patch")
  func watchingOnly() async throws {
    let (complaint, _, _) = try await check(refusing: [AccessRefusal("patch", "deployments.apps")], actions: [])

    #expect(complaint == nil)
  }

  @Test("each resource that may not be watched has a line")
  func missingWatch() async throws {
    let (complaint, _, _) = try await check(refusing: [
      AccessRefusal("watch", "pods"), AccessRefusal("watch", "events"), AccessRefusal("list", "events"),
    ])

    #expect(complaint?.status == .refused)
    #expect(complaint?.lines.count == 2)
    #expect(complaint?.lines[0].contains("may not watch pods in the namespace default") == true)
    #expect(complaint?.lines[0].contains("{apiGroups: [\"\"], resources: [pods], verbs: [watch]}") == true)
    #expect(complaint?.lines[1].contains("may not list and watch events") == true)
    #expect(complaint?.lines[1].contains("scaleproof-observer") == true)
  }

  /// An API server that does not answer the question: each right is tried out.
  private static let unasked = AccessRefusal("create", "selfsubjectaccessreviews.authorization.k8s.io")

  @Test("where the server does not answer, a dry run shows what is missing, and changes nothing")
  func triedOut() async throws {
    let allowed = try await check(refusing: [Self.unasked])
    #expect(allowed.complaint == nil)
    #expect(allowed.image == "web:v1")

    let refused = try await check(refusing: [
      Self.unasked, AccessRefusal("patch", "deployments.apps"), AccessRefusal("watch", "replicasets.apps"),
    ])
    #expect(refused.complaint?.lines.count == 2, "\(refused.complaint?.lines ?? [])")
    #expect(
      refused.complaint?.lines[1].contains(
        "may not patch deployments.apps in the namespace default, which the action release does (deployments.apps \"web\" is "
          + "forbidden: User \"simulated\" cannot patch resource \"deployments\"") == true)
    #expect(refused.complaint?.lines[0].contains("may not watch replicasets.apps") == true)
  }

  @Test("what can be neither asked nor tried is noted, and does not stop the run")
  func unknown() async throws {
    let odd = PlannedAction(name: "odd", at: Moment(.runStart), kind: .setImage(["web": ""]))

    let (complaint, notes, _) = try await check(refusing: [Self.unasked], actions: [odd])

    #expect(complaint == nil)
    #expect(notes.count == 1 && notes[0].contains("may patch deployments.apps could not be asked: "), "\(notes)")
  }

  @Test("what an action needs beside a patch is asked for as well, each with the rule that gives it")
  func furtherRights() async throws {
    let actions = [
      PlannedAction(name: "grow", at: Moment(.runStart), kind: .scale(5)),
      PlannedAction(name: "kill", at: Moment(.runStart), kind: .deletePods(PodChoice())),
      PlannedAction(name: "empty", at: Moment(.runStart), kind: .drain(.named("node-1"))),
    ]

    let (complaint, _, _) = try await check(
      refusing: [
        AccessRefusal("patch", "deployments.apps/scale"), AccessRefusal("delete", "pods"),
        AccessRefusal("patch", "nodes"), AccessRefusal("create", "pods/eviction"),
      ], actions: actions)

    let lines = complaint?.lines ?? []
    #expect(lines.count == 4, "\(lines)")
    for (part, action) in [
      ("may not patch deployments/scale.apps in the namespace default", "the action grow does"),
      ("may not delete pods in the namespace default", "the action kill does"),
      ("may not patch nodes in the whole cluster", "the action empty does"),
      ("may not create pods/eviction in the whole cluster", "the action empty does"),
    ] {
      #expect(lines.contains { $0.contains(part) && $0.contains(action) }, "\(part): \(lines)")
    }
    #expect(
      lines.contains { $0.contains("add to a ClusterRole of theirs the rule {apiGroups: [\"\"], resources: [nodes]") })
  }
}
