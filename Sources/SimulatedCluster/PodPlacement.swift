import KubernetesObjects

/// What a pod asks of the machine that it runs on, beside room: which other pods must not be there, and how evenly it and its
/// like are to be spread. One machine is one `kubernetes.io/hostname`; machines bear no other labels.
struct PlacementRules: Sendable, Equatable {
  struct Spread: Sendable, Equatable {
    let selector: LabelSelector
    let maxSkew: Int
  }

  /// Pods of its namespace that may not run on the same machine (`requiredDuringSchedulingIgnoredDuringExecution`).
  let apartFrom: [LabelSelector]
  /// Its constraints with `whenUnsatisfiable: DoNotSchedule`.
  let spreads: [Spread]

  static let hostname = "kubernetes.io/hostname"

  /// - Returns: `nil` for a pod that asks nothing.
  init?(_ spec: JSONValue, labels: [String: String]?) {
    let terms = spec["affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
    apartFrom = terms.filter { $0["topologyKey"]?.string == Self.hostname }.compactMap { Self.selector($0, labels) }
    spreads = (spec["topologySpreadConstraints"]?.array ?? []).compactMap { constraint in
      guard constraint["topologyKey"]?.string == Self.hostname,
        constraint["whenUnsatisfiable"]?.string ?? "DoNotSchedule" == "DoNotSchedule",
        let selector = Self.selector(constraint, labels)
      else { return nil }
      return Spread(selector: selector, maxSkew: max(constraint["maxSkew"]?.int.map { Int($0) } ?? 1, 1))
    }
    if apartFrom.isEmpty, spreads.isEmpty { return nil }
  }

  /// A term's selector, with the values that the pod itself has for `matchLabelKeys`; a term without a selector is about no pod.
  private static func selector(_ term: JSONValue, _ labels: [String: String]?) -> LabelSelector? {
    guard var selector = term["labelSelector"].flatMap({ try? $0.decoded(as: LabelSelector.self) }) else { return nil }
    for key in (term["matchLabelKeys"]?.array ?? []).compactMap(\.string) {
      if let value = labels?[key] { selector.matchLabels = (selector.matchLabels ?? [:]).merging([key: value]) { $1 } }
    }
    return selector
  }
}

// (Kubernetes 1.36, pkg/scheduler/framework/plugins/interpodaffinity/filtering.go and podtopologyspread/filtering.go)
extension DataPlane {
  /// Takes up what a new pod asks of its machine.
  mutating func notePlacement(of id: PodID, _ spec: JSONValue, labels: [String: String]?) {
    placements[id] = PlacementRules(spec, labels: labels)
  }

  /// Why a pod may not run on a machine that has room for it, in the words of the scheduler; `nil` where it may.
  func objection(to runtime: PodRuntime, on machine: Int, in context: ControllerContext) -> String? {
    guard !placements.isEmpty else { return nil }
    let others = runtimes.values.filter {
      $0.id != runtime.id && $0.node != nil && $0.key.namespace == runtime.key.namespace
    }
    func labels(of pod: PodRuntime) -> [String: String]? { context.store[.pod, pod.key]?.metadata.labels }
    let own = labels(of: runtime)
    let there = others.filter { $0.node == machine }
    if let rules = placements[runtime.id],
      there.contains(where: { pod in rules.apartFrom.contains { $0.matches(labels(of: pod)) } })
    {
      return "node(s) didn't match pod anti-affinity rules"
    }
    if there.contains(where: { placements[$0.id]?.apartFrom.contains { $0.matches(own) } ?? false }) {
      return "node(s) didn't satisfy existing pods anti-affinity rules"
    }
    for spread in placements[runtime.id]?.spreads ?? [] {
      var counts = Dictionary(uniqueKeysWithValues: machines.indices.filter { !machines[$0].isGone }.map { ($0, 0) })
      for pod in others where !pod.isTerminating && spread.selector.matches(labels(of: pod)) {
        if let node = pod.node { counts[node]? += 1 }
      }
      let least = counts.values.min() ?? 0
      let isOne = spread.selector.matches(own) ? 1 : 0
      if (counts[machine] ?? 0) + isOne - least > spread.maxSkew {
        return "node(s) didn't match pod topology spread constraints"
      }
    }
    return nil
  }
}
