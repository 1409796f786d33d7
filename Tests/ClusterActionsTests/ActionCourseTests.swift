import KubernetesObjects
import Profiles
import Testing

@testable import ClusterActions

/// Carries actions out against answers that stand ready.
private struct Conversation {
  var answers: [String: JSONValue] = [:]

  /// The lines of all requests, and the bodies of those that change something.
  func requests(
    _ kind: PlannedAction.Kind, of workload: WorkloadReference = WorkloadReference(.deployment, "web"),
    isPutBack: Bool = false
  ) throws -> (lines: [String], bodies: [JSONValue?], course: ActionCourse) {
    var course = ActionCourse(kind, of: workload, namespace: "shop", isPutBack: isPutBack)
    var lines: [String] = []
    var bodies: [JSONValue?] = []
    while let step = try course.next(at: KubernetesTime(seconds: 1_795_456_802)) {
      switch step {
      case .read(let request):
        lines.append("GET \(request.pathWithQuery)")
        course.take(answers[request.path] ?? .null)
      case .write(let request):
        lines.append(request.line)
        bodies.append(request.body)
        course.take(answers[request.path] ?? [:])
      }
    }
    return (lines, bodies, course)
  }
}

private let deployments = "/apis/apps/v1/namespaces/shop/deployments"
private let pods = "/api/v1/namespaces/shop/pods"

@Suite("What actions ask of the API server")
struct ActionCourseTests {
  private static func workload(_ spec: JSONValue = [:], containers: JSONValue = [["name": "web"]]) -> JSONValue {
    var merged: JSONValue = [
      "selector": ["matchLabels": ["app": "web"]], "template": ["spec": ["containers": containers]],
    ]
    for (key, value) in spec.object ?? [:] { merged[key] = value }
    return ["metadata": ["name": "web", "uid": "u", "generation": 4], "spec": merged]
  }

  private static func pod(_ name: String, born: Int, node: String = "n1", ready: Bool = true) -> JSONValue {
    [
      "metadata": [
        "name": .string(name), "namespace": "shop", "creationTimestamp": .string("2026-11-01T00:00:0\(born)Z"),
      ],
      "spec": ["nodeName": .string(node), "containers": []],
      "status": ["phase": "Running", "conditions": [["type": "Ready", "status": ready ? "True" : "False"]]],
    ]
  }

  private static let conversation = Conversation(answers: [
    "\(deployments)/web": workload(),
    pods: ["items": [pod("b", born: 2, node: "n2"), pod("a", born: 1), pod("c", born: 3, ready: false)]],
    "/api/v1/pods": ["items": [pod("a", born: 1)]],
  ])

  private static let selector = "?labelSelector=app%3Dweb"

  /// Each kind with all that it asks.
  private static let kinds: [(kind: PlannedAction.Kind, lines: [String])] = [
    (.setImage(["web": "web:v2"]), ["GET \(deployments)/web", "PATCH \(deployments)/web"]),
    (.restart, ["GET \(deployments)/web", "PATCH \(deployments)/web"]),
    (.pause(true), ["PATCH \(deployments)/web"]), (.scale(7), ["PATCH \(deployments)/web/scale"]),
    (
      .patch(PlannedPatch(form: .merge, object: ObjectReference(text: "cm/settings"), body: ["data": ["a": "b"]])),
      ["PATCH /api/v1/namespaces/shop/configmaps/settings"]
    ),
    (
      .deletePods(PodChoice(order: .oldest, count: 2)),
      ["GET \(deployments)/web", "GET \(pods)\(selector)", "DELETE \(pods)/a", "DELETE \(pods)/b"]
    ),
    (
      .deletePods(PodChoice(order: .newest)),
      ["GET \(deployments)/web", "GET \(pods)\(selector)", "DELETE \(pods)/c"]
    ),
    (
      .evictPods(PodChoice(order: .notReady)),
      ["GET \(deployments)/web", "GET \(pods)\(selector)", "POST \(pods)/c/eviction"]
    ),
    (.deletePods(PodChoice(name: "web-0")), ["DELETE \(pods)/web-0"]),
    (.cordon(.named("n9")), ["PATCH /api/v1/nodes/n9"]),
    (
      .drain(.ofPod(.oldest)),
      [
        "GET \(deployments)/web", "GET \(pods)\(selector)", "GET /api/v1/pods?fieldSelector=spec.nodeName%3Dn1",
        "PATCH /api/v1/nodes/n1", "POST \(pods)/a/eviction",
      ]
    ),
  ]

  @Test("each kind reads what it has to know, and then writes", arguments: kinds.indices)
  func order(index: Int) throws {
    let (kind, lines) = Self.kinds[index]

    #expect(try Self.conversation.requests(kind).lines == lines)
  }

  /// The right that a request uses.
  private static func right(for line: String) -> String {
    let words = line.split(separator: " ")
    let path = words[1].split(separator: "?")[0]
    let verbs = ["PATCH": "patch", "DELETE": "delete", "POST": "create"]
    let isList = words[0] == "GET" && (path.hasSuffix("/pods") || path.hasSuffix("/replicasets"))
    return "\(verbs[String(words[0])] ?? (isList ? "list" : "get")) \(path)"
  }

  /// What a right allows, in the same words; a name that is not known before is any.
  private static func allows(_ right: AccessRight, _ used: String) -> Bool {
    // What is given for no namespace holds in all.
    let used = right.namespace == nil ? used.replacing("/namespaces/shop", with: "") : used
    let path = right.resource.path(
      namespace: right.namespace, name: right.name, subresource: right.name == nil ? nil : right.subresource)
    guard right.name == nil, right.verb != .list else { return used == "\(right.verb.rawValue) \(path)" }
    return used.hasPrefix("\(right.verb.rawValue) \(path)/") && used.hasSuffix(right.subresource.map { "/\($0)" } ?? "")
  }

  @Test(
    "the rights that an action says it needs are those that its requests use", arguments: kinds.indices, [false, true])
  func rights(index: Int, isPutBack: Bool) throws {
    let (kind, _) = Self.kinds[index]
    let workload = WorkloadReference(.deployment, "web")
    let action = PlannedAction(name: "a", at: nil, kind: kind, isPutBack: isPutBack)

    let used = try Self.conversation.requests(kind, isPutBack: isPutBack).lines.map(Self.right)
    let rights = action.rights(of: workload, in: "shop")

    // Whoever watches a workload may read it.
    for use in used where use != "get \(deployments)/web" {
      #expect(rights.contains { Self.allows($0, use) }, "\(use): \(rights)")
    }
    for right in rights { #expect(used.contains { Self.allows(right, $0) }, "\(right): \(used)") }
  }

  private static let settings: JSONValue = [
    "apiVersion": "v1", "kind": "ConfigMap", "metadata": ["name": "settings"], "data": ["a": "b"],
  ]
  private static let web: JSONValue = [
    "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "web", "namespace": "shop"],
  ]
  private static let served = Conversation(answers: [
    "/api/v1": [
      "resources": [
        ["name": "configmaps", "kind": "ConfigMap", "namespaced": true],
        ["name": "namespaces", "kind": "Namespace", "namespaced": false],
        ["name": "namespaces/finalize", "kind": "Namespace", "namespaced": false],
      ]
    ],
    "/apis/apps/v1": ["resources": [["name": "deployments", "kind": "Deployment", "namespaced": true]]],
    "\(deployments)/web": workload(),
  ])

  @Test("manifests are applied where the API server says that their kinds live, in their order")
  func apply() throws {
    let namespace: JSONValue = ["apiVersion": "v1", "kind": "Namespace", "metadata": ["name": "more"]]
    let apply = PlannedApply(manifests: ["x"], isForced: true, objects: [namespace, Self.settings, Self.web])

    let (lines, bodies, course) = try Self.served.requests(.apply(apply))

    #expect(
      lines == [
        "GET /api/v1", "GET /apis/apps/v1", "PATCH /api/v1/namespaces/more",
        "PATCH /api/v1/namespaces/shop/configmaps/settings", "GET \(deployments)/web", "PATCH \(deployments)/web",
      ])
    #expect(bodies == [namespace, Self.settings, Self.web])
    let first = try #require(course.plannedWrites.first)
    #expect(first.type == .apply)
    #expect(first.query == ["fieldManager": "scaleproof", "fieldValidation": "Strict", "force": "true"])
    #expect(course.generationBefore == 4 && course.generation == 4)
  }

  @Test("a kind that the API server does not serve is none that could be applied")
  func unknownKind() {
    let gadget: JSONValue = ["apiVersion": "example.com/v1", "kind": "Gadget", "metadata": ["name": "g"]]

    #expect(throws: ActionProblem("the API server knows no Gadget of example.com/v1")) {
      try Self.served.requests(.apply(PlannedApply(manifests: ["x"], objects: [gadget])))
    }
  }

  @Test("applying takes the right to create and to patch each object; to put it back, those to read and delete it too")
  func rightsOfApply() {
    let policy: JSONValue = [
      "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": ["name": "p"],
    ]
    let role: JSONValue = [
      "apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": ["name": "r"],
    ]
    func rights(_ object: JSONValue, isPutBack: Bool = false) -> [String] {
      let apply = PlannedAction.Kind.apply(PlannedApply(manifests: ["x"], objects: [object]))
      return PlannedAction(name: "a", at: nil, kind: apply, isPutBack: isPutBack)
        .rights(of: WorkloadReference(.deployment, "web"), in: "shop")
        .map { "\($0) \($0.namespace ?? "-") \($0.name ?? "-")" }
    }

    #expect(
      rights(policy) == [
        "create networkpolicies.networking.k8s.io shop -", "patch networkpolicies.networking.k8s.io shop p",
      ])
    #expect(
      rights(role) == [
        "create clusterroles.rbac.authorization.k8s.io - -", "patch clusterroles.rbac.authorization.k8s.io - r",
      ])
    #expect(
      rights(Self.settings, isPutBack: true) == [
        "create configmaps shop -", "delete configmaps shop -", "get configmaps shop settings",
        "patch configmaps shop settings",
      ])
  }

  @Test("setting images is the patch that kubectl set image sends")
  func setImage() throws {
    let (_, bodies, course) = try Self.conversation.requests(.setImage(["web": "registry/web:v2"]))

    #expect(
      bodies == [["spec": ["template": ["spec": ["containers": [["name": "web", "image": "registry/web:v2"]]]]]]])
    #expect(course.generation == 4)
  }

  @Test("a restart stamps the pod template with the time, as kubectl rollout restart does")
  func restart() throws {
    let (_, bodies, _) = try Self.conversation.requests(.restart)

    let annotations = bodies.first??["spec", "template", "metadata", "annotations"]
    #expect(annotations?["kubectl.kubernetes.io/restartedAt"] == "2026-11-23T18:00:02Z")
  }

  @Test("a kind whose lists are not merged by name gets the image at the container's place, and nothing where it moved")
  func setImageByPlace() throws {
    let path = "/apis/argoproj.io/v1alpha1/namespaces/shop/rollouts/web"
    let rollout = WorkloadReference(.argoRollout, "web")
    let conversation = Conversation(answers: [
      path: Self.workload(containers: [["name": "log"], ["name": "web", "image": "registry/web:v1"]])
    ])

    let (lines, bodies, _) = try conversation.requests(.setImage(["web": "registry/web:v2"]), of: rollout)

    #expect(lines == ["GET \(path)", "GET \(path)", "PATCH \(path)"])
    #expect(
      bodies == [
        [
          ["op": "test", "path": "/spec/template/spec/containers/1/name", "value": "web"],
          ["op": "replace", "path": "/spec/template/spec/containers/1/image", "value": "registry/web:v2"],
        ]
      ])
    #expect(throws: ActionProblem("rollout/web has no container named wbe")) {
      try conversation.requests(.setImage(["wbe": "x"]), of: rollout)
    }
  }

  private static func replicaSet(_ revision: Int, image: String, owner: String = "u") -> JSONValue {
    [
      "metadata": [
        "name": .string("web-\(revision)"), "ownerReferences": [["uid": .string(owner)]],
        "annotations": ["deployment.kubernetes.io/revision": .string("\(revision)")],
      ],
      "spec": [
        "template": [
          "metadata": ["labels": ["app": "web", "pod-template-hash": "x"]],
          "spec": ["containers": [["name": "web", "image": .string(image)]]],
        ]
      ],
    ]
  }

  private static func undoing(_ spec: JSONValue = [:], kept: JSONValue) -> Conversation {
    Conversation(answers: [
      "\(deployments)/web": workload(spec), "/apis/apps/v1/namespaces/shop/replicasets": ["items": kept],
    ])
  }

  @Test("an undo takes the template of the revision before, or of the one that is named, without the label of its hash")
  func undo() throws {
    let conversation = Self.undoing(kept: [
      Self.replicaSet(3, image: "v3"), Self.replicaSet(1, image: "v1"), Self.replicaSet(2, image: "v2"),
      Self.replicaSet(9, image: "other", owner: "somebody"),
    ])

    let before = try conversation.requests(.undo(toRevision: nil)).bodies.first??[0]?["value"]
    let first = try conversation.requests(.undo(toRevision: 1)).bodies.first??[0]?["value"]

    #expect(before?["spec", "containers"]?[0]?["image"] == "v2")
    #expect(before?["metadata", "labels"] == ["app": "web"])
    #expect(first?["spec", "containers"]?[0]?["image"] == "v1")
  }

  @Test("an undo that leads nowhere says why")
  func impossibleUndo() {
    let one: JSONValue = [Self.replicaSet(1, image: "v1")]

    #expect(throws: ActionProblem("deployment/web has no earlier revision that it could go back to")) {
      try Self.undoing(kept: one).requests(.undo(toRevision: nil))
    }
    #expect(throws: ActionProblem("deployment/web has no revision 7; it has 1")) {
      try Self.undoing(kept: one).requests(.undo(toRevision: 7))
    }
    #expect(throws: ActionProblem("deployment/web is paused: resume it before it is taken back")) {
      try Self.undoing(["paused": true], kept: one).requests(.undo(toRevision: 1))
    }
  }

  @Test("an undo of a StatefulSet applies the data of a ControllerRevision")
  func undoStatefulSet() throws {
    let conversation = Conversation(answers: [
      "/apis/apps/v1/namespaces/shop/statefulsets/db": Self.workload(["serviceName": "db"]),
      "/apis/apps/v1/namespaces/shop/controllerrevisions": [
        "items": [
          ["metadata": ["ownerReferences": [["uid": "u"]]], "revision": 1, "data": ["spec": ["template": ["a": 1]]]],
          ["metadata": ["ownerReferences": [["uid": "u"]]], "revision": 2, "data": ["spec": ["template": ["a": 2]]]],
        ]
      ],
    ])

    let (_, bodies, _) = try conversation.requests(
      .undo(toRevision: nil), of: WorkloadReference(.statefulSet, "db"))

    #expect(bodies == [["spec": ["template": ["a": 1]]]])
  }

  @Test("where no pod comes into question, it is said")
  func noPod() {
    let conversation = Conversation(answers: ["\(deployments)/web": Self.workload(), pods: ["items": []]])

    #expect(throws: ActionProblem("deployment/web has no pod that is not ready")) {
      try conversation.requests(.deletePods(PodChoice(order: .notReady)))
    }
  }

  @Test("an eviction that is answered as done, with a failure in it, is one")
  func failedEviction() {
    let conversation = Conversation(answers: [
      "\(pods)/web-0/eviction": ["kind": "Status", "status": "Failure", "message": "more than one budget"]
    ])

    #expect(throws: ActionProblem("more than one budget")) {
      try conversation.requests(.evictPods(PodChoice(name: "web-0")))
    }
  }
}
