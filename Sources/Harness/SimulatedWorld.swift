import ApplicationNature
import KubernetesObjects
import Profiles
import SimulatedCluster
import Units

/// What a profile says of its simulated cluster, as the cluster takes it.
enum SimulatedWorld {
  /// The cluster as its manifests make it.
  ///
  /// - Parameter firstMeasurement: cluster time of the first measurement of pods; `nil` for the usual one.
  /// - Throws: ``HarnessError`` for an object that the cluster cannot run.
  static func cluster(
    _ loaded: LoadedProfile, _ simulation: Simulation, firstMeasurement: Duration? = nil
  ) throws(HarnessError) -> ClusterSimulation {
    var workload = workload(simulation, seed: loaded.profile.load.seed)
    workload.firstMeasurement = firstMeasurement
    do {
      return try ClusterSimulation(
        manifests: loaded.manifests, workload: workload, timeScale: simulation.timeScale)
    } catch {
      throw HarnessError(.invalidInput, error.description)
    }
  }

  /// What goes wrong, and when.
  ///
  /// - Throws: ``HarnessError`` for a fault that writes to what a cluster does not keep.
  static func faults(
    of profile: Profile, _ simulation: Simulation, namespace: String
  ) throws(HarnessError) -> [Fault] {
    var faults: [Fault] = []
    for planned in simulation.faults {
      guard let begins = profile.planned(planned.at) else { continue }
      faults.append(
        Fault(try kind(planned.kind, in: namespace, of: profile), begins: begins, lasts: planned.lasts))
    }
    return faults
  }

  /// What goes wrong in a run, for people; `nil` where nothing is declared.
  static func summary(of profile: Profile) -> String? {
    guard case .simulated(let simulation)? = profile.cluster?.kind, !simulation.faults.isEmpty else { return nil }
    return simulation.faults.map { fault in
      let at = profile.planned(fault.at).map { " at \($0.text)" } ?? ""
      return fault.kind.words + at + (fault.lasts.map { " for \($0.text)" } ?? "")
    }.joined(separator: "; ")
  }

  static func workload(_ simulation: Simulation, seed: UInt64) -> SimulatedWorkload {
    var workload = SimulatedWorkload()
    workload.application = simulation.application.applied(to: workload.application)
    workload.versions = simulation.versions.mapValues { $0.applied(to: workload.application) }
    workload.imagePull = simulation.imagePull ?? workload.imagePull
    workload.containerStart = simulation.containerStart ?? workload.containerStart
    workload.initialization = simulation.initContainers ?? workload.initialization
    workload.machines.count = simulation.nodes.count ?? workload.machines.count
    workload.machines.capacity = MachineCapacity(
      cpu: simulation.nodes.cpu, memory: simulation.nodes.memory, pods: simulation.nodes.pods)
    workload.machines.most = simulation.nodes.max ?? 0
    workload.machines.addingTakes = simulation.nodes.addingTakes ?? workload.machines.addingTakes
    workload.endpointDelay = simulation.ingress.endpointDelay ?? workload.endpointDelay
    workload.retries = simulation.ingress.retries ?? workload.retries
    workload.balancing = simulation.ingress.balances == .connections ? .connections : .requests
    workload.metricsResolution = simulation.metricsResolution ?? workload.metricsResolution
    workload.metricsWindow = simulation.metricsWindow ?? workload.metricsWindow
    workload.metricsLag = simulation.metricsLag ?? workload.metricsLag
    workload.metrics = simulation.metrics.mapValues(MetricSource.init)
    workload.seed = seed
    return workload
  }

  private static func kind(
    _ kind: PlannedFault.Kind, in namespace: String, of profile: Profile
  ) throws(HarnessError) -> Fault.Kind {
    switch kind {
    case .application(let change, let version): .application(change, version: version)
    case .metricsMissing("resource"): .resourceMetricsMissing
    case .metricsMissing(let name): .metricMissing(name)
    case .metricsStale: .metricsStale
    case .endpointDelay(let delay): .endpointDelay(delay)
    case .nodeLost(let number): .machineLost(number)
    case .controllersDown: .controllersDown
    case .write(let write): .write(try request(write, in: namespace, of: profile))
    }
  }

  private static func request(
    _ write: ForeignWrite, in namespace: String, of profile: Profile
  ) throws(HarnessError) -> APIRequest {
    let query = ["fieldManager": write.by]
    switch write.deed {
    case .patch(let kind, let name, let fields):
      return APIRequest(
        method: "PATCH", path: try path(kind, name, in: namespace, of: profile), query: query,
        contentType: "application/merge-patch+json", body: fields)
    case .create(let object):
      return APIRequest(
        method: "POST", path: try path(object["kind"]?.string ?? "", nil, in: namespace, of: profile), query: query,
        body: object)
    case .delete(let kind, let name):
      return APIRequest(method: "DELETE", path: try path(kind, name, in: namespace, of: profile), query: query)
    }
  }

  private static func path(
    _ word: String, _ name: String?, in namespace: String, of profile: Profile
  ) throws(HarnessError) -> String {
    guard let kind = ClusterKind(word: word) else {
      throw HarnessError(
        .invalidInput,
        "\(profile.source): cluster.simulated.faults: a simulated cluster keeps nothing of the kind \"\(word)\": write it as "
          + "kubectl takes it, as in deployment/web")
    }
    return kind.resource.path(namespace: kind.isNamespaced ? namespace : nil, name: name)
  }
}

extension PlannedFault.Kind {
  /// As it is written in a profile.
  fileprivate var words: String {
    switch self {
    case .application(_, let version): "application" + (version.map { " \($0)" } ?? "") + " changed"
    case .metricsMissing(let name): "metrics missing (\(name))"
    case .metricsStale: "metrics stale"
    case .endpointDelay(let delay): "endpoints \(delay.text) late"
    case .nodeLost(let number): "node \(number) lost"
    case .controllersDown: "controllers down"
    case .write(let write):
      switch write.deed {
      case .patch(let kind, let name, _): "\(write.by) patches \(kind)/\(name)"
      case .create(let object): "\(write.by) creates a \(object["kind"]?.string ?? "")"
      case .delete(let kind, let name): "\(write.by) deletes \(kind)/\(name)"
      }
    }
  }
}

extension MetricSource {
  init(_ written: SimulatedMetric) {
    func course(_ points: [SimulatedMetric.Point]) -> Course {
      Course(points: points.map { Course.Point(time: $0.at, value: $0.value) })
    }
    switch written {
    case .measured(.requests): self = .requests
    case .measured(.waiting): self = .waiting
    case .course(let points): self = .course(course(points))
    case .backlog(let arrivals, let perPod, let notBy):
      var backlog = Backlog(arrivals: course(arrivals), perPod: perPod)
      backlog.notBy = Set(notBy)
      self = .backlog(backlog)
    }
  }
}
