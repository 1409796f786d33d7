import KubernetesObjects
import Testing

@testable import ClientRules

extension JSONValue {
  fileprivate var raw: RawObject {
    guard let raw = try? RawObject(self) else { preconditionFailure("\(self) is no object") }
    return raw
  }
}

extension ObservedJSON {
  fileprivate init(_ object: JSONValue) { self.init(object.raw) }
}

extension ObservationScope {
  fileprivate mutating func see(_ object: JSONValue, of resource: ResourceType) { see(object.raw, of: resource) }
}

@Suite("What belongs to a workload")
struct ObservationScopeTests {
  private static let several = [
    WatchedWorkload(name: "api", WorkloadReference(.deployment, "api"), autoscaler: "api"),
    WatchedWorkload(name: "db", WorkloadReference(.statefulSet, "db")),
  ]

  private static func scope(_ selectors: [LabelSelector]) -> ObservationScope {
    var scope = ObservationScope(of: several)
    for (watched, selector) in zip(several, selectors) {
      scope.see(watched.reference.kind, watched.reference.name, selector: selector, template: selector.matchLabels)
    }
    return scope
  }

  @Test(
    "one selector takes the pods of all workloads, and little else",
    arguments: [
      ([["app": "api"], ["app": "db"]], "app in (api,db)"),
      ([["app": "shop", "tier": "api"], ["app": "shop", "tier": "db"]], "app in (shop),tier in (api,db)"),
      ([["app": "api", "track": "stable"], ["app": "db"]], "app in (api,db)"),
      ([["app": "api"], ["name": "db"]], nil),
      ([["app": "api"], ["app": "api"]], "app=api"),
    ] as [([[String: String]], String?)])
  func covering(selectors: [[String: String]], asked: String?) {
    let scope = Self.scope(selectors.map { LabelSelector(matchLabels: $0) })

    #expect(scope.rule(of: .pods).asked() == ListSelection(labels: asked))
  }

  @Test("expressions count as what they want, and what only some want is left out")
  func expressions() {
    let one = LabelSelector(text: "app in (a,b),app in (b,c),live,!canary")
    let other = LabelSelector(text: "app=d,tier notin (x)")
    let covering = LabelSelector.covering([one, other].compactMap { $0 })

    #expect(covering?.text == "app in (b,d)")
    #expect(LabelSelector.covering([one, one].compactMap { $0 }) == one)
    #expect(LabelSelector.covering([]) == nil)
  }

  @Test("objects that are known by one name are asked for by it, several in one list")
  func names() {
    let scope = Self.scope([])
    #expect(scope.rule(of: .deployments).asked() == ListSelection(fields: "metadata.name=api"))
    #expect(scope.rule(of: .horizontalPodAutoscalers).asked() == ListSelection(fields: "metadata.name=api"))
    let two = ObservationScope(of: ["a", "b"].map { WatchedWorkload(name: $0, WorkloadReference(.deployment, $0)) })
    #expect(two.rule(of: .deployments).asked() == .all)
    #expect(two.rule(of: .horizontalPodAutoscalers).asked() == .all)
    #expect(scope.rule(of: .pods).asked() == ListSelection(labels: "scaleproof,!scaleproof"), "of nothing")
  }

  @Test("a workload without a selector has all pods of the namespace observed")
  func withoutSelector() {
    var scope = Self.scope([LabelSelector(matchLabels: ["app": "api"])])
    scope.see(.statefulSet, "db", selector: nil, template: nil)

    #expect(scope.rule(of: .pods).asked() == .all && scope.rule(of: .endpointSlices).asked() == .all)
    #expect(scope.rule(of: .pods).takes(ObservedJSON(["metadata": ["name": "x", "labels": ["app": "y"]]])))
  }

  @Test("another workload of the same kind, and one of the same name of another kind, teach nothing")
  func others() {
    var scope = Self.scope([LabelSelector(matchLabels: ["app": "api"])])
    let before = scope
    scope.see(.deployment, "db", selector: LabelSelector(matchLabels: ["x": "y"]), template: nil)
    scope.see(.statefulSet, "api", selector: LabelSelector(matchLabels: ["x": "y"]), template: nil)

    #expect(scope == before)
  }

  @Test("slices are those of all Services that send to the pods, whatever an Ingress names")
  func slices() {
    func service(_ name: String) -> ObservedJSON {
      ObservedJSON(["metadata": ["name": .string(name)], "spec": ["selector": ["app": "api"]]])
    }
    func asked(_ scope: ObservationScope) -> String? { scope.rule(of: .endpointSlices).asked().labels }
    var scope = Self.scope([LabelSelector(matchLabels: ["app": "api", "tier": "front"])])
    scope.see(["metadata": [:], "spec": ["defaultBackend": ["service": ["name": "b"]]]], of: .ingresses)
    scope.see(service: service("a"))
    scope.see(service: service("b"))
    scope.see(service: ObservedJSON(["metadata": ["name": "c"], "spec": ["selector": ["app": "other"]]]))
    scope.see(service: ObservedJSON(["metadata": ["name": "d"], "spec": [:]]))
    #expect(asked(scope) == "kubernetes.io/service-name in (a,b)")
    scope.see(service: ObservedJSON(["metadata": ["name": "a"], "spec": ["selector": ["app": "other"]]]))
    #expect(asked(scope) == "kubernetes.io/service-name in (a,b)", "what was of the workload once is followed on")
    scope.cannotRead(.services)
    #expect(scope.rule(of: .endpointSlices).asked() == .all)
  }

  @Test("all Ingresses come where nothing tells of Services, and all budgets where nothing tells of pods")
  func unknown() {
    let known = Self.scope([LabelSelector(matchLabels: ["app": "api"])])
    var withoutServices = known
    withoutServices.cannotRead(.services)
    var withoutLabels = known
    withoutLabels.see(.statefulSet, "db", selector: nil, template: nil)
    let another = ObservedJSON(["metadata": ["name": "x"], "spec": ["selector": ["matchLabels": ["app": "y"]]]])
    func taken(_ scope: ObservationScope) -> [Bool] {
      [ResourceType.services, .ingresses, .endpointSlices, .podDisruptionBudgets].map {
        scope.rule(of: $0).takes(another)
      }
    }

    #expect(taken(known) == [false, false, false, false])
    #expect(taken(withoutServices) == [false, true, true, false])
    #expect(taken(withoutLabels) == [true, true, true, true])
  }

  @Test("an object that no selector takes any more is asked for by its labels, or with all others")
  func strays() {
    let rule = Self.scope([LabelSelector(matchLabels: ["app": "api"])]).rule(of: .pods)

    #expect(
      rule.asked(withStrays: [["app": "looked-at", "x": "y"]]) == ListSelection(labels: "app in (api,looked-at)"))
    #expect(rule.asked(withStrays: [["x": "y"]]) == .all)
    #expect(rule.asked(withStrays: [nil]) == .all)
  }

  @Test("budgets are those that select the workload's pods, quotas and limits all of the namespace")
  func surroundings() {
    let scope = Self.scope([LabelSelector(matchLabels: ["app": "api", "tier": "front"])])
    func takes(_ selector: JSONValue) -> Bool {
      let budget: JSONValue = ["metadata": ["name": "b"], "spec": ["selector": selector]]
      return scope.rule(of: .podDisruptionBudgets).takes(ObservedJSON(budget))
    }
    #expect(takes(["matchLabels": ["app": "api"]]) && takes([:]))
    #expect(!takes(["matchLabels": ["app": "other"]]) && !takes(.null))
    #expect(scope.rule(of: .resourceQuotas) == .everything && scope.rule(of: .limitRanges) == .everything)
  }

  @Test("events are left out that are about pods and ReplicaSets of others")
  func events() {
    let rule = Self.scope([]).rule(of: .events)
    func takes(_ kind: String, _ name: String) -> Bool {
      rule.takes(ObservedJSON(["involvedObject": ["kind": .string(kind), "name": .string(name)]]))
    }
    #expect(takes("Pod", "api-1234-x") && takes("ReplicaSet", "api-1234") && takes("Node", "n") && takes("Pod", "db-0"))
    #expect(!takes("Pod", "other-1") && !takes("ReplicaSet", "other-1"))
  }
}
