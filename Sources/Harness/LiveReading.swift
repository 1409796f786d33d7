import Doctor
import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline

/// Reads from a live cluster what is around some workloads: what may not be read is noted, and what is not served is not
/// there.
struct LiveReading: Sendable {
  let client: APIClient
  let cluster: ClusterDescription

  /// What was read.
  private struct Found {
    var objects: [JSONValue] = []
    /// Why a kind could not be read.
    var unread: [String: String] = [:]
  }

  /// The workloads with all that is around them.
  ///
  /// - Parameter known: what is known beside the cluster.
  /// - Throws: ``HarnessError`` when a workload is not there, or the cluster does not answer.
  func patient(_ known: Facts) async throws(HarnessError) -> Patient {
    var facts = known
    do {
      for workload in cluster.workloads.all {
        _ = try await client.workload(workload.reference, namespace: cluster.namespace)
      }
      let version = try await client.get(path: "/version")
      facts.now = version.date
      facts.clock = Self.clock(of: version)
      let found = try await objects()
      try await readMetrics(into: &facts)
      facts.servedMetrics = try await servedGroups()
      facts.startSeconds = Self.startSeconds(of: found.objects)
      return Patient(
        origin: .cluster, objects: found.objects, unread: found.unread,
        workloads: cluster.workloads.all.map(\.reference), namespace: cluster.namespace, facts: facts)
    } catch {
      throw TargetCluster.refusal(of: error)
    }
  }

  private func objects() async throws(KubernetesError) -> Found {
    var found = Found()
    for resource in Self.namespaced { try await read(resource, namespace: cluster.namespace, into: &found) }
    for selection in podSelections(found.objects) {
      try await read(.pods, namespace: cluster.namespace, selection, into: &found)
    }
    for resource in Self.clusterWide { try await read(resource, namespace: nil, into: &found) }
    return found
  }

  private func read(
    _ resource: ResourceType, namespace: String?, _ selection: ListSelection = .all, into found: inout Found
  ) async throws(KubernetesError) {
    do throws(KubernetesError) {
      let known = Set(found.objects.compactMap { $0["metadata", "uid"]?.string })
      found.objects += try await client.objects(resource, namespace: namespace, selection).filter {
        $0["metadata", "uid"]?.string.map { !known.contains($0) } ?? true
      }
    } catch {
      switch error.code {
      case .notFound: return
      case .forbidden:
        let place = namespace.map { "in the namespace \($0)" } ?? "of the cluster"
        found.unread[resource.kind] = "\(client.connection.user) may not list \(resource.qualifiedPlural) \(place)"
      case .refused, .malformed, .expired: found.unread[resource.kind] = error.description
      case .configuration, .credentials, .unreachable, .unauthorized: throw error
      }
    }
  }

  /// The pods that the workloads select: a namespace may hold thousands of others.
  private func podSelections(_ objects: [JSONValue]) -> [ListSelection] {
    var selections: [ListSelection] = []
    for workload in cluster.workloads.all {
      let object = objects.first {
        $0["kind"]?.string == workload.reference.kind.title && $0["metadata", "name"]?.string == workload.reference.name
      }
      guard let selector = try? object?["spec", "selector"]?.decoded(as: LabelSelector.self) else { return [.all] }
      selections.append(ListSelection(labels: selector.text))
    }
    return selections
  }

  /// What of PodMetrics can be read; where the API is not served, nothing is measured.
  private func readMetrics(into facts: inout Facts) async throws(KubernetesError) {
    do throws(KubernetesError) {
      facts.podMetrics = try await client.objects(.podMetrics, namespace: cluster.namespace)
    } catch {
      switch error.code {
      case .notFound, .refused: facts.podMetrics = []
      case .forbidden:
        facts.podMetricsProblem =
          "\(client.connection.user) may not list \(ResourceType.podMetrics.qualifiedPlural) in the namespace \(cluster.namespace)"
      case .malformed, .expired: facts.podMetricsProblem = error.description
      case .configuration, .credentials, .unreachable, .unauthorized: throw error
      }
    }
  }

  /// The groups of the API; `nil` where they may not be read.
  private func servedGroups() async throws(KubernetesError) -> Set<String>? {
    do throws(KubernetesError) {
      let answer = try await client.get(path: "/apis")
      guard let groups = (try? JSONValue(json: answer.body))?["groups"]?.array else { return nil }
      return Set(groups.compactMap { $0["name"]?.string })
    } catch {
      switch error.code {
      case .configuration, .credentials, .unreachable, .unauthorized: throw error
      default: return nil
      }
    }
  }

  /// How far the server's clock is ahead of the one here: its date has whole seconds, and was made between question and
  /// answer.
  static func clock(of answer: APIClient.Answer) -> Facts.Clock? {
    guard let date = answer.date else { return nil }
    let (wall, instant) = (Date().timeIntervalSince1970, ContinuousClock.now)
    func seconds(_ earlier: ContinuousClock.Instant) -> Double { wall - (instant - earlier) / .seconds(1) }
    return Facts.Clock(offset: (date.seconds - seconds(answer.received))...(date.seconds + 1 - seconds(answer.sent)))
  }

  /// How long the quickest pod took from the start of its containers to being ready; later ones may have been unready
  /// between.
  static func startSeconds(of objects: [JSONValue]) -> Double? {
    var shortest: Double?
    for object in objects where object["kind"]?.string == "Pod" {
      guard let pod = try? object.decoded(as: Pod.self), pod.isReady,
        let ready = pod.status?.conditions?.first(where: { $0.type == "Ready" })?.lastTransitionTime
      else { continue }
      let started = (pod.status?.containerStatuses ?? []).compactMap { $0.state?.running?.startedAt }.max()
      guard let started, ready >= started else { continue }
      shortest = min(shortest ?? .infinity, ready.seconds - started.seconds)
    }
    return shortest
  }

  // MARK: What is read

  private static let namespaced: [ResourceType] =
    WorkloadKind.allCases.map(\.resource) + [
      .horizontalPodAutoscalers, .services, .ingresses, .resourceQuotas,
      ResourceType(group: "", version: "v1", plural: "limitranges", kind: "LimitRange"),
      ResourceType(group: "policy", version: "v1", plural: "poddisruptionbudgets", kind: "PodDisruptionBudget"),
      ResourceType(group: "networking.k8s.io", version: "v1", plural: "networkpolicies", kind: "NetworkPolicy"),
      ResourceType(group: "apps", version: "v1", plural: "daemonsets", kind: "DaemonSet"),
      ResourceType(group: "batch", version: "v1", plural: "jobs", kind: "Job"),
      ResourceType(group: "batch", version: "v1", plural: "cronjobs", kind: "CronJob"),
      ResourceType(group: "networking.istio.io", version: "v1", plural: "virtualservices", kind: "VirtualService"),
      ResourceType(group: "networking.istio.io", version: "v1", plural: "destinationrules", kind: "DestinationRule"),
      ResourceType(
        group: "security.istio.io", version: "v1", plural: "peerauthentications", kind: "PeerAuthentication"),
      ResourceType(group: "gateway.networking.k8s.io", version: "v1", plural: "httproutes", kind: "HTTPRoute"),
    ]

  private static let clusterWide: [ResourceType] = [
    .namespaces, ResourceType(group: "", version: "v1", plural: "nodes", kind: "Node"),
  ]
}
