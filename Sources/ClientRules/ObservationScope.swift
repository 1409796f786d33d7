package import KubernetesObjects

/// What belongs to the workloads of a run, by what was seen of them so far: their pods and ReplicaSets by their selectors, the
/// Services that send to those pods, the slices of all of these, the Ingresses that name some.
///
/// It only ever grows: what was of a workload once is followed to its end. Where a workload, a Service or an Ingress is
/// changed, or deleted and made anew, what belongs to it now comes in.
package struct ObservationScope: Sendable, Equatable {
  private let workloads: [WatchedWorkload]
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
  /// Plurals of the resources that were listed, or cannot be read.
  private var settled: Set<String> = []

  package init(of workloads: [WatchedWorkload]) {
    self.workloads = workloads
  }

  /// Those from which it learns what belongs to the workloads.
  package static func teaches(_ resource: ResourceType) -> Bool {
    resource == .services || WorkloadKind.allCases.contains { $0.resource == resource }
  }

  /// What is to be observed of a resource.
  package func rule(of resource: ResourceType) -> ObjectRule {
    if resource.metadataOf != nil { return .all(of: resource) }
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
      rule.selectors = services.sorted().map {
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
    case .ingresses, .endpointSlices: return [.services]
    default: return []
    }
  }

  /// A resource was listed for the first time, or once more.
  package mutating func listed(_ resource: ResourceType) {
    settled.insert(resource.plural)
  }

  /// A resource cannot be read, so that nothing can be learnt from it.
  package mutating func cannotRead(_ resource: ResourceType) {
    if resource == .services { hasUnknownServices = true }
    listed(resource)
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
  }
}
