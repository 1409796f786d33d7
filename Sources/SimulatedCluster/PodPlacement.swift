import KubernetesObjects

/// What a pod asks of the machine that it runs on, beside room: which other pods must not be there, which ports of the machine
/// it takes, how evenly it and its like are to be spread, and which taints it tolerates. One machine is one
/// `kubernetes.io/hostname`; machines bear no other labels that differ.
struct PlacementRules: Sendable, Equatable {
  /// Pods that may not run on the same machine (`requiredDuringSchedulingIgnoredDuringExecution`).
  struct ApartTerm: Sendable, Equatable {
    let selector: LabelSelector
    /// Where these pods are; neither stands for the pod's own namespace.
    let namespaces: Set<String>
    let namespaceSelector: LabelSelector?
  }

  /// One of its constraints with `whenUnsatisfiable: DoNotSchedule`.
  struct Spread: Sendable, Equatable {
    let selector: LabelSelector
    let maxSkew: Int
    /// With fewer machines than these, the least of them counts as one without such pods.
    let minDomains: Int
    /// Whether machines with a taint that it does not tolerate are left out (`nodeTaintsPolicy: Honor`).
    let honorsTaints: Bool
  }

  /// A port of the machine, on one of its addresses or on all.
  struct HostPort: Sendable, Equatable {
    let number: Int64
    let transport: String
    let address: String?

    func conflicts(with other: HostPort) -> Bool {
      number == other.number && transport == other.transport
        && (address == nil || other.address == nil || address == other.address)
    }
  }

  let apartFrom: [ApartTerm]
  let spreads: [Spread]
  let hostPorts: [HostPort]
  /// The keys of taints with the effect `NoSchedule` that it tolerates; the empty one stands for all.
  let tolerated: Set<String>

  static let hostname = "kubernetes.io/hostname"

  /// Whether it may need a machine for itself, whatever room there is on others.
  var needsOwnMachine: Bool { !apartFrom.isEmpty || !hostPorts.isEmpty }

  /// - Returns: `nil` for a pod that asks nothing.
  init?(_ spec: JSONValue, labels: [String: String]?) {
    let terms = spec["affinity", "podAntiAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]?.array ?? []
    apartFrom = terms.filter { $0["topologyKey"]?.string == Self.hostname }.compactMap { ApartTerm($0, labels) }
    spreads = (spec["topologySpreadConstraints"]?.array ?? []).compactMap { constraint in
      guard constraint["topologyKey"]?.string == Self.hostname,
        constraint["whenUnsatisfiable"]?.string ?? "DoNotSchedule" == "DoNotSchedule",
        let selector = LabelSelector(ofTerm: constraint, labels)
      else { return nil }
      return Spread(
        selector: selector, maxSkew: max(constraint["maxSkew"]?.int.map { Int($0) } ?? 1, 1),
        minDomains: constraint["minDomains"]?.int.map { Int($0) } ?? 1,
        honorsTaints: constraint["nodeTaintsPolicy"] == "Honor")
    }
    hostPorts = Self.hostPorts(of: spec)
    tolerated = Set(
      (spec["tolerations"]?.array ?? []).filter { ["", "NoSchedule"].contains($0["effect"]?.string ?? "") }
        // The taints of machines have no values.
        .filter { $0["operator"] == "Exists" || ($0["key"]?.string ?? "") != "" && ($0["value"]?.string ?? "").isEmpty }
        .map { $0["key"]?.string ?? "" }
        .filter { $0.isEmpty || Machine.SchedulingTaint(rawValue: $0) != nil })
    if apartFrom.isEmpty, spreads.isEmpty, hostPorts.isEmpty, tolerated.isEmpty { return nil }
  }

  func tolerates(_ taint: Machine.SchedulingTaint) -> Bool {
    tolerated.contains("") || tolerated.contains(taint.rawValue)
  }

  /// Those of containers and sidecars; on the network of the machine, each port is one of its own.
  private static func hostPorts(of spec: JSONValue) -> [HostPort] {
    let sidecars = (spec["initContainers"]?.array ?? []).filter { $0["restartPolicy"] == "Always" }
    let ports = ((spec["containers"]?.array ?? []) + sidecars).flatMap { $0["ports"]?.array ?? [] }
    return ports.compactMap { port in
      let own = spec["hostNetwork"] == true ? port["containerPort"]?.int : nil
      guard let number = port["hostPort"]?.int.flatMap({ $0 > 0 ? $0 : nil }) ?? own else { return nil }
      let address = port["hostIP"]?.string.flatMap { ["", "0.0.0.0"].contains($0) ? nil : $0 }
      return HostPort(number: Int64(number), transport: port["protocol"]?.string ?? "TCP", address: address)
    }
  }
}

extension PlacementRules.ApartTerm {
  fileprivate init?(_ term: JSONValue, _ labels: [String: String]?) {
    guard let selector = LabelSelector(ofTerm: term, labels) else { return nil }
    self.selector = selector
    namespaces = Set((term["namespaces"]?.array ?? []).compactMap(\.string))
    namespaceSelector = term["namespaceSelector"].flatMap { try? $0.decoded(as: LabelSelector.self) }
  }

  /// Whether it is about pods with these labels in a namespace.
  ///
  /// - Parameter own: the namespace of the pod that says it.
  fileprivate func isAbout(
    _ labels: [String: String]?, in namespace: String, own: String, of store: ObjectStore
  ) -> Bool {
    guard selector.matches(labels) else { return false }
    if namespaces.isEmpty, namespaceSelector == nil { return namespace == own }
    if namespaces.contains(namespace) { return true }
    guard let namespaceSelector else { return false }
    let object = store[.namespace, ObjectKey(namespace: "", name: namespace)]
    // The API server sets this one.
    let known = ["kubernetes.io/metadata.name": namespace]
    return namespaceSelector.matches((object?.metadata.labels ?? [:]).merging(known) { $1 })
  }
}

extension LabelSelector {
  /// A term's selector, with the values that the pod itself has for `matchLabelKeys`, and without those for
  /// `mismatchLabelKeys`; a term without a selector is about no pod.
  fileprivate init?(ofTerm term: JSONValue, _ labels: [String: String]?) {
    guard var selector = term["labelSelector"].flatMap({ try? $0.decoded(as: LabelSelector.self) }) else { return nil }
    for (list, asked) in [("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")] {
      for key in (term[list]?.array ?? []).compactMap(\.string) {
        guard let value = labels?[key] else { continue }
        selector.matchExpressions =
          (selector.matchExpressions ?? []) + [Requirement(key: key, operator: asked, values: [value])]
      }
    }
    self = selector
  }
}

// (Kubernetes 1.36, pkg/scheduler/framework/plugins: interpodaffinity/filtering.go, podtopologyspread/filtering.go,
// nodeports/node_ports.go, nodeunschedulable, tainttoleration)
extension DataPlane {
  /// Takes up what a new pod asks of its machine.
  mutating func notePlacement(of id: PodID, _ spec: JSONValue, labels: [String: String]?) {
    placements[id] = PlacementRules(spec, labels: labels)
  }

  /// The first taint that keeps a pod from a machine.
  func untoleratedTaint(of machine: Int, for pod: PodID) -> Machine.SchedulingTaint? {
    machines[machine].schedulingTaints.first { !(placements[pod]?.tolerates($0) ?? false) }
  }

  /// Why a pod may not run on a machine that has room for it, in the words of the scheduler; `nil` where it may.
  func objection(to runtime: PodRuntime, on machine: Int, in context: ControllerContext) -> String? {
    guard !placements.isEmpty else { return nil }
    let own = Subject(runtime, in: context)
    let rules = placements[runtime.id]
    let there = runtimes.values.filter { $0.id != runtime.id && $0.node == machine }
    for pod in there {
      let taken = placements[pod.id]?.hostPorts ?? []
      if rules?.hostPorts.contains(where: { port in taken.contains { $0.conflicts(with: port) } }) ?? false {
        return "node(s) didn't have free ports for the requested pod ports"
      }
    }
    if let rules, there.contains(where: { own.isApart(from: Subject($0, in: context), by: rules, context.store) }) {
      return "node(s) didn't match pod anti-affinity rules"
    }
    for pod in there {
      guard let rules = placements[pod.id], !rules.apartFrom.isEmpty else { continue }
      if Subject(pod, in: context).isApart(from: own, by: rules, context.store) {
        return "node(s) didn't satisfy existing pods anti-affinity rules"
      }
    }
    for spread in rules?.spreads ?? [] where isBeyond(spread, runtime, own, on: machine, in: context) {
      return "node(s) didn't match pod topology spread constraints"
    }
    return nil
  }

  private func isBeyond(
    _ spread: PlacementRules.Spread, _ runtime: PodRuntime, _ own: Subject, on machine: Int,
    in context: ControllerContext
  ) -> Bool {
    let counted = machines.indices.filter {
      !machines[$0].isGone && !(spread.honorsTaints && untoleratedTaint(of: $0, for: runtime.id) != nil)
    }
    var counts = Dictionary(uniqueKeysWithValues: counted.map { ($0, 0) })
    for pod in runtimes.values
    where pod.id != runtime.id && pod.key.namespace == runtime.key.namespace && !pod.isTerminating {
      if let node = pod.node, counts[node] != nil, spread.selector.matches(Subject(pod, in: context).labels) {
        counts[node]? += 1
      }
    }
    let least = counts.count < spread.minDomains ? 0 : counts.values.min() ?? 0
    let isOne = spread.selector.matches(own.labels) ? 1 : 0
    return (counts[machine] ?? 0) + isOne - least > spread.maxSkew
  }

  /// A pod as selectors see it.
  private struct Subject {
    let namespace: String
    let labels: [String: String]?

    init(_ pod: PodRuntime, in context: ControllerContext) {
      namespace = pod.key.namespace
      labels = context.store[.pod, pod.key]?.metadata.labels
    }

    func isApart(from other: Subject, by rules: PlacementRules, _ store: ObjectStore) -> Bool {
      rules.apartFrom.contains { $0.isAbout(other.labels, in: other.namespace, own: namespace, of: store) }
    }
  }
}
