import Foundation
package import KubernetesObjects

/// Finds what is behind a host, or what leads to a workload, among the objects of a namespace.
package struct TargetSearch: Sendable {
  package enum Question: Sendable, Equatable {
    /// A host, and a path where several workloads share the host.
    case host(String, path: String?)
    case workload(WorkloadReference)
  }

  private struct FoundWorkload: Sendable {
    let workload: Workload
    /// As it was read.
    let spec: JSONValue
  }

  private let namespace: String
  private let leads: [IngressLead]
  private let services: [Service]
  private let workloads: [FoundWorkload]
  private let autoscalers: [HorizontalPodAutoscaler]
  private let pods: [Pod]
  /// What could not be read of the objects, a line each.
  package let notes: [String]

  /// - Parameters:
  ///   - objects: with their kinds, of one namespace.
  ///   - namespace: that of objects that name none.
  package init(_ objects: [JSONValue], namespace: String) {
    self.namespace = namespace
    var reading = ObjectReading(
      objects: objects.filter { ($0["metadata", "namespace"]?.string ?? namespace) == namespace })
    leads = IngressLead.leads(of: reading.all("Ingress") { try $0.decoded(as: Ingress.self) })
    services = reading.all("Service") { try $0.decoded(as: Service.self) }
    var workloads: [FoundWorkload] = []
    for kind in WorkloadKind.allCases {
      workloads += reading.all(kind.title) { object -> FoundWorkload? in
        // ReplicaSets that a Deployment made are of that one.
        guard object["metadata", "ownerReferences"] == nil else { return nil }
        return FoundWorkload(workload: try Workload(kind, json: object.json()), spec: object["spec"] ?? .null)
      }.compactMap(\.self)
    }
    self.workloads = workloads
    autoscalers = reading.all("HorizontalPodAutoscaler") { try $0.decoded(as: HorizontalPodAutoscaler.self) }
    pods = reading.all("Pod") { try $0.decoded(as: Pod.self) }
    notes = reading.notes
  }

  package func find(_ question: Question) throws(DiscoveryProblem) -> DiscoveredTarget {
    switch question {
    case .host(let host, let path): try find(host: host, path: path)
    case .workload(let reference): try find(reference)
    }
  }

  // MARK: From a host

  private func find(host: String, path: String?) throws(DiscoveryProblem) -> DiscoveredTarget {
    let namings = Ingress.namings(of: host) + [""]
    let closest = namings.lazy.map { naming in leads.filter { ($0.host ?? "").lowercased() == naming } }
    guard var candidates = closest.first(where: { !$0.isEmpty }) else {
      let known = Set(leads.compactMap(\.host)).sorted()
      let hint =
        known.isEmpty
        ? "there is no Ingress: name the workload with --workload, and where it is reached with --url"
        : "the Ingresses are for \(known.joined(separator: ", "))"
      throw DiscoveryProblem(
        "no Ingress of the namespace \(namespace) is for \(host); \(hint), or name another --namespace")
    }
    if let path {
      guard
        let first = candidates.filter({ $0.takes(path) }).min(by: { $0.rule.precedence < $1.rule.precedence })
      else {
        throw DiscoveryProblem("no path of \(host) is for \(path); there are \(Self.list(candidates.map(\.path)))")
      }
      candidates = [first]
    }
    var found: [(lead: IngressLead, workload: FoundWorkload)] = []
    for lead in candidates { found.append((lead, try workload(behind: lead))) }
    let distinct = Self.distinct(found.map { $0.workload.workload.reference.text })
    guard distinct.count == 1, let chosen = found.first(where: { $0.lead.path == "/" }) ?? found.first else {
      let ways = found.map { "\(host)\($0.lead.path) to \($0.workload.workload.reference.text)" }
      let example = found.map(\.lead).last { $0.takes($0.plainPath) }?.plainPath ?? "/PATH"
      throw DiscoveryProblem(
        "\(host) leads to \(distinct.count) workloads: \(ways.joined(separator: ", ")); name one of the paths, as in "
          + "--ingress \(host)\(example), and write a profile for each")
    }
    return try target(chosen.workload, lead: chosen.lead)
  }

  private func workload(behind lead: IngressLead) throws(DiscoveryProblem) -> FoundWorkload {
    guard let service = services.first(where: { $0.metadata.name == lead.service }) else {
      throw DiscoveryProblem("\(lead.title) leads to the Service \(lead.service), which is not there: mend the Ingress")
    }
    let ports = service.spec.ports ?? []
    let hasPort = ports.contains { port in
      switch lead.port {
      case .number(let number): port.port == number
      case .name(let name): port.name == name
      case .none: false
      }
    }
    guard hasPort else {
      let known = ports.map { port in [port.name, "\(port.port)"].compactMap(\.self).joined(separator: " ") }
      throw DiscoveryProblem(
        "\(lead.title) leads to the port \(lead.port) of the Service \(lead.service), which has \(Self.list(known)): mend "
          + "the Ingress")
    }
    let selector = service.spec.selector ?? [:]
    guard !selector.isEmpty else {
      throw DiscoveryProblem(
        "the Service \(lead.service) selects no pods (\(service.spec.type ?? "ClusterIP") without a selector), so "
          + "that nothing tells what is behind it: name the workload with --workload, and where it is reached with --url"
      )
    }
    let selected = workloads.filter { service.sendsTo(podsWith: $0.workload.template.metadata?.labels ?? [:]) }
    guard let only = selected.first else {
      let text = selector.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: ",")
      throw DiscoveryProblem(
        "no \(WorkloadKind.allCases.map(\.title).joined(separator: ", ")) makes pods that the Service \(lead.service) "
          + "selects (\(text)): mend the selector, or name the workload with --workload")
    }
    // One at zero is the idle half of a blue and green pair.
    let awake = selected.filter { $0.workload.wanted > 0 }
    guard selected.count == 1 || awake.count == 1 else {
      throw DiscoveryProblem(
        "the Service \(lead.service) selects the pods of several workloads: "
          + "\(selected.map(\.workload.reference.text).joined(separator: ", ")); name the one that scales with --workload, and where "
          + "it is reached with --url")
    }
    return awake.first ?? only
  }

  // MARK: From a workload

  private func find(_ reference: WorkloadReference) throws(DiscoveryProblem) -> DiscoveredTarget {
    guard let workload = workloads.first(where: { $0.workload.reference == reference }) else {
      let known = workloads.map(\.workload.reference.text)
      throw DiscoveryProblem(
        "\(reference.text) is not in the namespace \(namespace)"
          + (known.isEmpty ? ", which has no workload" : "; there are \(Self.list(known))"))
    }
    let labels = workload.workload.template.metadata?.labels ?? [:]
    let names = services.filter { $0.sendsTo(podsWith: labels) }.compactMap(\.metadata.name)
    let leading = leads.filter { names.contains($0.service) }
    let lead = leading.first { $0.host?.hasPrefix("*") == false } ?? leading.first
    return try target(workload, lead: lead, services: names)
  }

  private func target(
    _ found: FoundWorkload, lead: IngressLead?, services: [String] = []
  ) throws(DiscoveryProblem) -> DiscoveredTarget {
    let workload = found.workload
    guard workload.wanted > 0 else {
      throw DiscoveryProblem(
        "\(workload.reference.text) wants no pods (replicas: 0): scale it up first, so that there is something to test")
    }
    let scaling = autoscalers.filter { $0.scales(workload.reference) }
    guard scaling.count <= 1 else {
      throw DiscoveryProblem(
        "\(scaling.count) autoscalers scale \(workload.reference.text), and the controller stops all of them "
          + "(AmbiguousSelector): \(Self.list(scaling.compactMap(\.metadata.name))); leave one of them")
    }
    let selector = workload.selector ?? LabelSelector(matchLabels: workload.template.metadata?.labels ?? [:])
    return DiscoveredTarget(
      namespace: namespace, workload: workload, minReadySeconds: found.spec["minReadySeconds"]?.int ?? 0,
      startsInOrder: workload.kind == .statefulSet && found.spec["podManagementPolicy"]?.string != "Parallel",
      autoscaler: scaling.first, lead: lead,
      service: lead?.service ?? services.first,
      pods: pods.filter { pod in
        selector.matches(pod.metadata.labels ?? [:]) && !pod.isTerminating
      })
  }

  private static func list(_ words: [String]) -> String {
    words.isEmpty ? "none" : distinct(words).joined(separator: ", ")
  }

  private static func distinct(_ words: [String]) -> [String] {
    var kept: [String] = []
    for word in words where !kept.contains(word) { kept.append(word) }
    return kept
  }
}

/// Reads objects kind by kind, and notes those that cannot be.
private struct ObjectReading {
  let objects: [JSONValue]
  var notes: [String] = []

  mutating func all<Object>(_ kind: String, _ read: (JSONValue) throws -> Object) -> [Object] {
    var found: [Object] = []
    for object in objects where object["kind"]?.string == kind {
      do {
        found.append(try read(object))
      } catch {
        notes.append("\(kind) \(object["metadata", "name"]?.string ?? "") cannot be read, and is passed over")
      }
    }
    return found
  }
}

extension Workload {
  var reference: WorkloadReference { WorkloadReference(kind, metadata.name ?? "") }
}
