import Expectations
import Profiles
import Testing

@Suite("Expectations that the manifests let never pass, or never fail")
struct ManifestPlanTests {
  typealias KindName = Profiles.Expectation.KindName

  static let manifests = """
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{port: 80}]}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 3
      paused: false
      strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 2, maxUnavailable: 0}}
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          terminationGracePeriodSeconds: 30
          containers:
            - name: web
              image: web:v1
              envFrom: [{configMapRef: {name: settings}}]
              readinessProbe: {httpGet: {path: /ready, port: 80}, initialDelaySeconds: 20}
              lifecycle: {preStop: {sleep: {seconds: 5}}}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      minReplicas: 3
      maxReplicas: 12
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: settings}
    data: {a: "1"}
    ---
    apiVersion: v1
    kind: ConfigMap
    metadata: {name: unused}
    data: {a: "1"}
    """

  /// What a user does not get to know until the run is over, and what decides something beside it.
  struct Case: Sendable, CustomTestStringConvertible {
    enum Finding { case refused, warned }

    let kind: KindName
    /// The keys of the expectation.
    let keys: String
    var finding = Finding.refused
    let complaint: String
    /// What the manifests say elsewhere, as text that takes the place of another.
    var world: [(String, String)] = []
    var actions = change
    var faults = "[]"
    var workload = "deployment/web"
    /// The same where it decides something.
    var usefulKeys: String?
    var usefulWorld: [(String, String)]?
    var usefulActions: String?
    var usefulFaults: String?

    var testDescription: String { "\(kind.rawValue): \(keys), \(complaint)" }

    func remarks(isUseful: Bool) throws -> (problems: [String], warnings: [String]) {
      let keys = isUseful ? usefulKeys ?? keys : keys
      let profile = try ProfileReader.read(
        text: """
          apiVersion: scaleproof/v1
          kind: Profile
          metadata: {name: plan}
          target: {url: "http://web.example.com"}
          cluster:
            simulated: {manifests: [web.yaml], faults: \(isUseful ? usefulFaults ?? faults : faults)}
            workload: \(workload)
            hpa: web
          requests: [{name: home, path: /}]
          load: {phases: [{name: calm, for: 100s, rate: 5/s}, {name: surge, for: 200s, rate: 5/s}]}
          actions: \(isUseful ? usefulActions ?? actions : actions)
          expectations: [{name: e, \(kind.rawValue): {\(keys)}}]
          """, source: "test.yaml")
      var text = ManifestPlanTests.manifests
      for (old, new) in isUseful ? usefulWorld ?? world : world {
        #expect(text.contains(old), "\(old)")
        text = text.replacing(old, with: new)
      }
      let objects = try ManifestReader.read(text: text, source: "web.yaml").map(\.node)
      let problems = ExpectationPlan.problems(profile) + ExpectationPlan.problems(profile, on: objects)
      return (problems.map(\.description), ExpectationPlan.warnings(profile, on: objects).map(\.description))
    }
  }

  static let change =
    "[{name: change, at: surge + 10s, patch: {object: configmap/settings, fields: {data: {a: \"2\"}}}}]"
  private static let raise = "[{name: more, at: surge, patch: {object: hpa/web, fields: {spec: {maxReplicas: 20}}}}]"
  private static let restart = "[{name: release, at: surge, rollout: {restart: true}}]"
  private static let exec = "[{name: change, at: surge, exec: {command: [kubectl, apply]}}]"
  private static func patch(_ body: String) -> String {
    "[{name: release, at: surge, patch: {fields: {spec: \(body)}}}]"
  }

  static let cases: [Case] =
    counts + services + configs + pods + rollouts

  private static let counts = [
    Case(
      kind: .scaleUp, keys: "after: surge.start, to: \">= 13\", of: wanted, within: 60s",
      complaint: "3 to 12 wanted replicas",
      usefulKeys: "after: surge.start, to: \">= 12\", of: wanted, within: 60s"),
    Case(
      kind: .scaleUp, keys: "after: surge.start, to: \">= 13\", of: wanted, within: 60s",
      complaint: "spec.maxReplicas of HPA web",
      usefulActions: raise),
    Case(
      kind: .scaleUp, keys: "after: surge.start, to: \">= 13\", of: wanted, within: 60s",
      complaint: "spec.maxReplicas of HPA web",
      usefulActions: exec),
    Case(
      kind: .scaleUp, keys: "after: surge.start, to: \">= 13\", of: ready, within: 60s",
      complaint: "0 to 12 ready replicas", usefulKeys: "after: surge.start, to: \">= 12\", of: ready, within: 60s"),
    Case(
      kind: .scaleUp, keys: "after: surge.start, to: \">= 13\", of: ready, within: 60s", finding: .warned,
      complaint: "only while a rollout has more pods", actions: restart,
      usefulKeys: "after: surge.start, to: \">= 12\", of: ready, within: 60s"),
    Case(
      kind: .scaleUp, keys: "after: surge.start, to: \">= 15\", of: ready, within: 60s",
      complaint: "0 to 14 ready replicas", actions: restart,
      usefulKeys: "after: surge.start, to: \">= 14\", of: ready, within: 60s"),
    Case(
      kind: .scaleDown, keys: "after: surge.start, to: 2, within: 60s", complaint: "3 to 12 wanted replicas",
      usefulKeys: "after: surge.start, to: 3, within: 60s"),
    Case(
      kind: .scaleDown, keys: "after: surge.start, to: 2, within: 60s", complaint: "3 to 12 wanted replicas",
      usefulFaults: "[{at: surge, write: {by: jane, patch: hpa/web, fields: {spec: {minReplicas: 1}}}}]"),
    Case(
      kind: .steadyReplicas, keys: "during: calm, count: 2, of: wanted", complaint: "can never hold",
      usefulKeys: "during: calm, count: 3, of: wanted"),
    Case(
      kind: .steadyReplicas, keys: "during: calm, count: 2, of: wanted", complaint: "can never hold",
      usefulActions: "[{name: scale, at: surge, scale: 2}]"),
    Case(
      kind: .steadyReplicas, keys: "during: calm, count: \">= 3\", of: wanted", finding: .warned,
      complaint: "cannot fail",
      usefulKeys: "during: calm, count: \">= 4\", of: wanted"),
    Case(
      kind: .flapping, keys: "reversals: \">= 1\"", complaint: "can never pass",
      world: [("maxReplicas: 12", "maxReplicas: 3")],
      usefulWorld: []),
    Case(
      kind: .flapping, keys: "reversals: 0", finding: .warned, complaint: "can never fail",
      world: [("maxReplicas: 12", "maxReplicas: 3")], usefulWorld: []),
    Case(
      kind: .availabilityFloor, keys: "during: calm", finding: .warned, complaint: "cannot fail",
      world: [("type: RollingUpdate, rollingUpdate: {maxSurge: 2, maxUnavailable: 0}", "type: Recreate")],
      usefulWorld: []),
  ]

  private static let services = [
    Case(
      kind: .endpointsFloor, keys: "during: calm, atLeast: 2, service: wob", complaint: "did you mean web?",
      usefulKeys: "during: calm, atLeast: 2, service: web"),
    Case(
      kind: .endpointsFloor, keys: "during: calm, atLeast: 2", complaint: "no Service of the manifests selects",
      world: [("selector: {app: web}, ports", "selector: {app: nix}, ports")], usefulWorld: []),
    Case(
      kind: .endpointsFloor, keys: "during: calm, atLeast: 2, service: web", complaint: "does not select",
      world: [("selector: {app: web}, ports", "selector: {app: nix}, ports")],
      usefulActions: "[{name: s, at: surge, patch: {object: service/web, fields: {spec: {selector: {app: web}}}}}]"),
    Case(
      kind: .endpointsFloor, keys: "during: calm, atLeast: 15", complaint: "never more than 14 pods", actions: restart,
      usefulKeys: "during: calm, atLeast: 12"),
    Case(
      kind: .endpointsFloor, keys: "during: calm, atLeast: 13", finding: .warned,
      complaint: "only while a rollout", actions: restart,
      usefulKeys: "during: calm, atLeast: 12"),
  ]

  private static let configs = [
    Case(
      kind: .configRolled, keys: "config: configmap/setting, within: 60s",
      complaint: "did you mean configmap/settings?",
      usefulKeys: "config: configmap/settings, within: 60s"),
    Case(
      kind: .configRolled, keys: "config: secret/settings, within: 60s", complaint: "no manifest has secret/settings",
      usefulKeys: "config: configmap/settings, within: 60s"),
    Case(
      kind: .configRolled, keys: "config: configmap/unused, within: 60s",
      complaint: "no container of deployment/web uses",
      usefulKeys: "config: configmap/settings, within: 60s"),
    Case(
      kind: .configRolled, keys: "config: configmap/settings, within: 60s",
      complaint: "nobody changes configmap/settings",
      actions: "[]", usefulActions: change),
    Case(
      kind: .configRolled, keys: "config: configmap/settings, within: 60s",
      complaint: "nobody changes configmap/settings",
      actions: "[]", usefulFaults: "[{at: surge, write: {by: jane, patch: cm/settings, fields: {data: {a: \"2\"}}}}]"),
    Case(
      kind: .configRolled, keys: "config: configmap/settings, within: 300s",
      complaint: "the run ends 3m10s after the first change",
      usefulKeys: "config: configmap/settings, within: 190s"),
    Case(
      kind: .configRolled, keys: "config: configmap/settings, within: 191s", finding: .warned,
      complaint: "the run ends 3m10s after the first change", usefulKeys: "config: configmap/settings, within: 190s"),
    Case(
      kind: .configRolled, keys: "config: configmap/settings, during: surge, within: 300s",
      complaint: "after the start of surge", actions: exec, usefulKeys: "config: configmap/settings, within: 300s"),
  ]

  private static let pods = [
    Case(
      kind: .gracefulExit, keys: "spare: 30s", complaint: "have 30s from when they are asked to go",
      usefulKeys: "spare: 24s"),
    Case(
      kind: .gracefulExit, keys: "spare: 30s", complaint: "terminationGracePeriodSeconds",
      usefulActions: patch("{template: {spec: {terminationGracePeriodSeconds: 60}}}")),
    Case(
      kind: .gracefulExit, keys: "spare: 25s", finding: .warned, complaint: "a preStop of deployment/web sleeps 5s",
      usefulKeys: "spare: 24s"),
    Case(
      kind: .podStartup, keys: "within: 19s", complaint: "before 20s (initialDelaySeconds)", usefulKeys: "within: 20s"),
    Case(
      kind: .podStartup, keys: "ready: 19s", complaint: "before 20s (initialDelaySeconds)",
      usefulActions: patch("{template: {spec: {containers: []}}}")),
    Case(
      kind: .surgeCeiling, keys: "during: calm", complaint: "a StatefulSet has no maxSurge",
      world: [("kind: Deployment\n", "kind: StatefulSet\n"), ("kind: Deployment,", "kind: StatefulSet,")],
      workload: "statefulset/web", usefulKeys: nil, usefulWorld: nil),
  ]

  private static func image(_ actions: (name: String, tag: String)...) -> String {
    let texts = actions.map { "{name: \($0.name), at: surge, rollout: {setImage: {web: \"web:\($0.tag)\"}}}" }
    return "[\(texts.joined(separator: ", "))]"
  }
  private static let template = "{template: {spec: {terminationGracePeriodSeconds: 60}}}"
  private static let rollouts = [
    Case(
      kind: .rolloutCompletes, keys: "action: release, within: 60s", complaint: "changes nothing of the pod template",
      actions: patch("{minReadySeconds: 5}"), usefulActions: patch(template)),
    Case(
      kind: .rolloutCompletes, keys: "action: release, within: 60s", complaint: "changes nothing of the pod template",
      actions: "[{name: release, at: surge, patch: {fields: {metadata: {labels: {a: b}}}}}]",
      usefulActions: patch(template)),
    Case(
      kind: .rolloutCompletes, keys: "action: change, within: 60s", complaint: "changes nothing of the pod template",
      usefulActions: exec),
    Case(
      kind: .rolloutCompletes, keys: "action: release, within: 60s", complaint: "changes nothing of the pod template",
      actions:
        "[{name: release, at: surge, patch: {as: json, operations: [{op: replace, path: /spec/replicas, value: 4}]}}]",
      usefulActions:
        "[{name: release, at: surge, patch: {as: json, operations: [{op: add, path: /spec/template/metadata/labels/a, value: b}]}}]"
    ),
    Case(
      kind: .rolloutCompletes, keys: "action: release, within: 60s", complaint: "changes nothing of the pod template",
      actions: image(("release", "v1")), usefulActions: image(("release", "v2"))),
    Case(
      kind: .rolloutCompletes, keys: "action: release, within: 60s", complaint: "changes nothing of the pod template",
      actions: image(("release", "v1")), usefulActions: image(("first", "v2"), ("release", "v1"))),
    Case(
      kind: .rolloutCompletes, keys: "action: release, within: 60s", complaint: "is paused (spec.paused) all the time",
      world: [("paused: false", "paused: true")], actions: "[{name: release, at: surge, rollout: {restart: true}}]",
      usefulWorld: []),
    Case(
      kind: .oneRollout, keys: "during: run", finding: .warned, complaint: "is changed never in this run",
      usefulActions:
        "[{name: a, at: surge, rollout: {restart: true}}, {name: b, at: surge + 5s, rollout: {restart: true}}]"),
  ]

  /// Kinds of which no manifest tells beforehand whether they are met, and why.
  static let open: [KindName: String] = [
    .latency: "of requests", .errorBudget: "of requests", .throughput: "of requests", .notWorse: "of requests",
    .burnRate: "of requests", .budgetShare: "of requests", .goodSlices: "of requests",
    .hpaConformance: "needs an HPA, of which a name that is not there is refused as one of the profile",
    .withinCorridor: "needs an HPA, of which a name that is not there is refused as one of the profile",
    .podsStayHealthy: "what the programs do", .scheduledWithin: "which nodes there are when",
    .podsAdmitted: "what a quota leaves is what is asked", .replicasSurvive: "who takes pods away",
    .undisturbed: "who else writes",
  ]

  @Test("are refused, or warned of, in one line with what to do; beside it they are not", arguments: cases)
  func decided(_ idle: Case) throws {
    let found = try idle.remarks(isUseful: false)
    #expect(found.problems.count == (idle.finding == .refused ? 1 : 0), "\(found)")
    let lines = idle.finding == .refused ? found.problems : found.warnings
    #expect(lines.count == 1 && lines.first?.contains(idle.complaint) ?? false, "\(found)")
    #expect(lines.first?.hasPrefix("test.yaml:12:") ?? false, "\(found)")
    guard idle.usefulKeys ?? idle.usefulActions ?? idle.usefulFaults != nil || idle.usefulWorld != nil else { return }
    let useful = try idle.remarks(isUseful: true)
    #expect(useful.problems.isEmpty && !useful.warnings.contains { $0.contains(idle.complaint) }, "\(useful)")
  }

  @Test("each kind is in the table, or is known to be open", arguments: KindName.allCases)
  func complete(kind: KindName) {
    #expect(Self.cases.contains { $0.kind == kind } == (Self.open[kind] == nil))
  }
}
