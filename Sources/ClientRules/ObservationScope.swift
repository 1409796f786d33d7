package import KubernetesObjects

/// What belongs to the workloads of a run, by what was seen of them so far: their pods and ReplicaSets by their selectors, the
/// Services that send to those pods, the slices of the ones that an Ingress names.
///
/// It only ever grows: what was of a workload once is followed to its end. Where a workload, a Service or an Ingress is
/// changed, or deleted and made anew, what belongs to it now comes in.
package struct ObservationScope: Sendable, Equatable {
  private let workloads: [WatchedWorkload]
  private let judged: Set<String>
  /// Each different one once.
  private var selectors: [LabelSelector] = []
  private var templateLabels: [[String: String]] = []
  /// Whether some workload has pods that nothing tells from others'.
  private var takesAllPods = false
  /// Whether the labels of some workload's pods are not known beforehand, so that nothing tells what is meant for them.
  private var hasUnknownPods = false
  private var hasUnknownServices = false
  /// Services that send to the pods.
  private var services: Set<String> = []
  /// Services that some Ingress names.
  private var backends: Set<String> = []
  /// Services whose slices are followed from when those were first asked for.
  private var followed: Set<String> = []
  /// Plurals of the resources that were listed, or cannot be read.
  private var settled: Set<String> = []

  /// - Parameter services: names of those whose slices are wanted whether an Ingress names them or not.
  package init(of workloads: [WatchedWorkload], services: Set<String> = []) {
    self.workloads = workloads
    judged = services
  }

  /// Those from which it learns what belongs to the workloads.
  package static func teaches(_ resource: ResourceType) -> Bool {
    resource == .services || resource == .ingresses || WorkloadKind.allCases.contains { $0.resource == resource }
  }

  /// What is to be observed of a resource.
  package func rule(of resource: ResourceType) -> ObjectRule {
    var rule = ObjectRule()
    for watched in workloads where watched.reference.kind.resource == resource {
      rule.names.insert(watched.reference.name)
    }
    switch resource {
    case .horizontalPodAutoscalers:
      rule.names = Set(workloads.compactMap(\.autoscaler))
      rule.takesAll = rule.names.isEmpty
    case .pods:
      rule.selectors = selectors
      rule.takesAll = takesAllPods
    case .replicaSets where workloads.contains { $0.reference.kind.type.podOwnership == .byReplicaSets }:
      rule.selectors = selectors
      rule.takesAll = takesAllPods
    case .services:
      rule.further = .services(to: templateLabels)
      rule.takesAll = hasUnknownPods
    case .ingresses:
      rule.further = .ingresses(to: services)
      rule.takesAll = takesAllServices
    case .podDisruptionBudgets:
      rule.further = .budgets(of: templateLabels)
      rule.takesAll = hasUnknownPods
    case .resourceQuotas, .limitRanges: rule.takesAll = true
    case .endpointSlices:
      rule.selectors = followed.union(endpointServices).sorted().map {
        LabelSelector(matchLabels: [EndpointSlice.serviceNameLabel: $0])
      }
      rule.takesAll = takesAllServices
    case .events:
      // Names that are made of others are cut (Kubernetes, apiserver/pkg/storage/names/generate.go).
      rule.further = .events(ofWorkloads: Set(workloads.map { String($0.reference.name.prefix(40)) }))
    default: break
    }
    return rule
  }

  /// Whether nothing tells which Services send to the pods.
  private var takesAllServices: Bool { hasUnknownPods || hasUnknownServices }

  /// Services whose slices count: those that an Ingress names, or all that send to the pods where none names any; and those
  /// that are asked for by name.
  private var endpointServices: Set<String> {
    let named = services.intersection(backends)
    return (named.isEmpty ? services : named).union(services.intersection(judged))
  }

  /// Whether what is to be observed of a resource is known.
  ///
  /// - Parameter observed: the resources that are observed at all.
  package func isReady(for resource: ResourceType, among observed: [ResourceType]) -> Bool {
    needs(of: resource).allSatisfy { !observed.contains($0) || settled.contains($0.plural) }
  }

  private func needs(of resource: ResourceType) -> [ResourceType] {
    let own = workloads.map(\.reference.kind.resource)
    switch resource {
    case .pods, .services, .podDisruptionBudgets: return own
    case .replicaSets where !own.contains(.replicaSets): return own
    case .ingresses: return [.services]
    case .endpointSlices: return [.services, .ingresses]
    default: return []
    }
  }

  /// A resource was listed for the first time, or once more.
  package mutating func listed(_ resource: ResourceType) {
    settled.insert(resource.plural)
    follow()
  }

  /// A resource cannot be read, so that nothing can be learnt from it.
  package mutating func cannotRead(_ resource: ResourceType) {
    if resource == .services { hasUnknownServices = true }
    listed(resource)
  }

  private mutating func follow() {
    if settled.isSuperset(of: [ResourceType.services.plural, ResourceType.ingresses.plural]) {
      followed.formUnion(endpointServices)
    }
  }

  // MARK: What it learns from

  func isOwn(_ kind: WorkloadKind, _ name: String) -> Bool {
    workloads.contains { $0.reference == WorkloadReference(kind, name) }
  }

  package mutating func see(_ kind: WorkloadKind, _ name: String, selector: LabelSelector?, template: [String: String]?)
  {
    guard isOwn(kind, name) else { return }
    if let selector, !selector.isEmpty {
      if !selectors.contains(selector) { selectors.append(selector) }
    } else {
      takesAllPods = true
    }
    if let template, !template.isEmpty {
      if !templateLabels.contains(template) { templateLabels.append(template) }
    } else {
      hasUnknownPods = true
    }
  }

  package mutating func see(service: some ObservedTraits) {
    guard let name = service.name, templateLabels.contains(where: { service.sendsTo(podsWith: $0) }) else { return }
    services.insert(name)
    follow()
  }

  package mutating func see(ingress: some ObservedTraits) {
    backends.formUnion(ingress.backends)
    follow()
  }
}
