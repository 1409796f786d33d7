import ApplicationNature
import KubernetesObjects
import KubernetesValidation
import Profiles
import RunTimeline
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
  /// - Throws: ``HarnessError`` for a fault that is about what a cluster does not keep.
  static func faults(
    of profile: Profile, _ simulation: Simulation, namespace: String
  ) throws(HarnessError) -> [Fault] {
    var faults: [Fault] = []
    for (index, planned, begins) in begunFaults(of: profile) {
      let place = "cluster.simulated.faults[\(index)]"
      var trigger: Fault.Trigger?
      switch planned.when {
      case nil: break
      case .errors(let condition): trigger = .told(condition.description)
      case .workload(let condition):
        guard let workload = profile.cluster?.workloads.named(planned.of)?.reference,
          let kind = ClusterKind.allCases.first(where: { $0.resource == workload.kind.resource })
        else {
          throw HarnessError(
            .invalidInput, "\(profile.source): \(place).when: a simulated cluster keeps no workload of the kind")
        }
        trigger = .workload(condition, of: kind, namespace: namespace, name: workload.name)
      }
      faults.append(
        Fault(
          try kind(
            planned.kind, in: namespace, of: profile, place: place, metrics: Set(simulation.metrics.keys)),
          begins: begins, lasts: planned.lasts, trigger: trigger, title: "\(place) (\(planned.kind.words))"))
    }
    return faults
  }

  /// The faults that the cluster is told, in that order: each with its number in the profile and the run time at which it begins,
  /// or from which its condition is waited for.
  static func begunFaults(of profile: Profile) -> [(index: Int, planned: PlannedFault, begins: Duration)] {
    guard case .simulated(let simulation)? = profile.cluster?.kind else { return [] }
    return simulation.faults.enumerated().compactMap { index, planned in
      profile.planned(planned.at).map { (index, planned, $0) }
    }
  }

  /// What was to go wrong in a run, each as it is planned; `nil` where nothing is declared.
  static func plannedFaults(of profile: Profile) -> [FaultSpan] {
    guard case .simulated(let simulation)? = profile.cluster?.kind else { return [] }
    return simulation.faults.map { fault in
      let condition = fault.when.map { (fault.of.map { "\($0): " } ?? "") + $0.description }
      return FaultSpan(
        summary: fault.kind.words, plannedAt: profile.planned(fault.at), condition: condition, lasts: fault.lasts)
    }
  }

  /// The same with what became of each.
  static func faults(of profile: Profile, _ courses: [FaultCourse]) -> [FaultSpan] {
    var spans = plannedFaults(of: profile)
    for (course, fault) in zip(courses, begunFaults(of: profile)) {
      let index = fault.index
      spans[index].began = course.began
      spans[index].ended = course.ended
      spans[index].problem = course.problem
    }
    return spans
  }

  /// What goes wrong in a run, for people; `nil` where nothing is declared.
  static func summary(of profile: Profile) -> String? {
    let faults = plannedFaults(of: profile)
    return faults.isEmpty ? nil : faults.map(\.plan).joined(separator: "; ")
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
    workload.machines.removedAfter = simulation.nodes.removedAfter
    workload.machines.least = simulation.nodes.min ?? 1
    workload.machines.addingTakes = simulation.nodes.addingTakes ?? workload.machines.addingTakes
    workload.endpointDelay = simulation.ingress.endpointDelay ?? workload.endpointDelay
    workload.retries = simulation.ingress.retries ?? workload.retries
    workload.balancing = simulation.ingress.balances == .connections ? .connections : .requests
    workload.ruleDelay = simulation.ingress.ruleDelay ?? workload.ruleDelay
    workload.keptConnections = simulation.ingress.keepsConnections ?? workload.keptConnections
    workload.metricsResolution = simulation.metricsResolution ?? workload.metricsResolution
    workload.metricsWindow = simulation.metricsWindow ?? workload.metricsWindow
    workload.metricsLag = simulation.metricsLag ?? workload.metricsLag
    workload.metrics = simulation.metrics.mapValues(MetricSource.init)
    workload.seed = seed
    return workload
  }

  private static func kind(
    _ kind: PlannedFault.Kind, in namespace: String, of profile: Profile, place: String, metrics: Set<String>
  ) throws(HarnessError) -> Fault.Kind {
    func choice(_ words: [String]) throws(HarnessError) -> ResourceChoice {
      var plurals: Set<String> = []
      for word in words { plurals.insert(try clusterKind(word, of: profile, place: place).resource.plural) }
      return ResourceChoice(plurals)
    }
    return switch kind {
    case .application(let change, let version): .application(change, version: version)
    case .metricsMissing("resource"): .resourceMetricsMissing
    // A metric of that name is meant where there is one.
    case .metricsMissing("custom") where !metrics.contains("custom"): .metricsAPIMissing(.custom)
    case .metricsMissing("external") where !metrics.contains("external"): .metricsAPIMissing(.external)
    case .metricsMissing(let name): .metricMissing(name)
    case .metricsStale: .metricsStale
    case .endpointDelay(let delay): .endpointDelay(delay)
    case .nodeLost(let number): .machineLost(number)
    case .controllersDown: .controllersDown
    case .apiErrors(let errors):
      .apiErrors(
        APIErrors(
          try status(errors.status, of: profile, place: place), share: errors.share, retryAfter: errors.retryAfter,
          verbs: Set(errors.verbs.map(\.rawValue)), resources: try choice(errors.resources)))
    case .watchesDropped(let resources, let every): .watchesDropped(try choice(resources), every: every)
    case .watchesSilent(let resources): .watchesSilent(try choice(resources))
    case .write(let write): .write(try request(write, in: namespace, of: profile, place: place))
    }
  }

  private static func status(
    _ number: Int, of profile: Profile, place: String
  ) throws(HarnessError) -> APIErrors.Status {
    guard let status = APIErrors.Status(rawValue: number) else {
      throw HarnessError(
        .invalidInput, "\(profile.source): \(place).apiErrors.status: a simulated API server does not answer \(number)")
    }
    return status
  }

  private static func request(
    _ write: ForeignWrite, in namespace: String, of profile: Profile, place: String
  ) throws(HarnessError) -> APIRequest {
    let query = ["fieldManager": write.by]
    switch write.deed {
    case .patch(let kind, let name, let fields):
      let path = try path(kind, name, in: namespace, of: profile, place: place)
      let resource = try clusterKind(kind, of: profile, place: place).resource
      var object = fields
      object["apiVersion"] = .string(resource.apiVersion)
      object["kind"] = .string(resource.kind)
      // The rest of the object is not known, so that only what the fields are called and hold is looked at.
      let problems = ObjectValidation.problems(in: object).filter {
        $0.reason == .unknownField || $0.reason == .wrongType
      }
      guard problems.isEmpty else { throw refusal(of: write, problems, place: place, profile) }
      return APIRequest(
        method: "PATCH", path: path, query: query, contentType: "application/merge-patch+json", body: fields)
    case .create(let object):
      let path = try path(object["kind"]?.string ?? "", nil, in: namespace, of: profile, place: place)
      let problems = ObjectValidation.problems(in: object)
      guard problems.isEmpty else { throw refusal(of: write, problems, place: place, profile) }
      return APIRequest(method: "POST", path: path, query: query, body: object)
    case .delete(let kind, let name):
      return APIRequest(
        method: "DELETE", path: try path(kind, name, in: namespace, of: profile, place: place), query: query)
    }
  }

  /// - Parameter place: the path of the fault in the profile.
  private static func refusal(
    of write: ForeignWrite, _ problems: [FieldProblem], place: String, _ profile: Profile
  ) -> HarnessError {
    HarnessError(
      .invalidInput,
      problems.map { problem in
        write.written?.problem(problem).description ?? "\(profile.source): \(place).write: \(problem)"
      })
  }

  private static func path(
    _ word: String, _ name: String?, in namespace: String, of profile: Profile, place: String
  ) throws(HarnessError) -> String {
    let kind = try clusterKind(word, of: profile, place: place)
    return kind.resource.path(namespace: kind.isNamespaced ? namespace : nil, name: name)
  }

  private static func clusterKind(
    _ word: String, of profile: Profile, place: String
  ) throws(HarnessError) -> ClusterKind {
    guard let kind = ClusterKind(word: word) else {
      throw HarnessError(
        .invalidInput,
        "\(profile.source): \(place): a simulated cluster keeps nothing of the kind \"\(word)\": write it as kubectl takes "
          + "it, as in deployment")
    }
    return kind
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
    case .apiErrors(let errors):
      "API answers \(errors.status)"
        + (errors.share < 1
          ? " to \(Percentage(billionths: Int64((errors.share * Double(Percentage.whole)).rounded()))) of requests"
          : "")
        + Self.listed(errors.verbs.map(\.rawValue).sorted()) + Self.listed(errors.resources)
    case .watchesDropped(let resources, let every):
      "watches cut" + (every.map { " every \($0.text)" } ?? "") + Self.listed(resources)
    case .watchesSilent(let resources): "watches silent" + Self.listed(resources)
    case .write(let write):
      switch write.deed {
      case .patch(let kind, let name, _): "\(write.by) patches \(kind)/\(name)"
      case .create(let object): "\(write.by) creates a \(object["kind"]?.string ?? "")"
      case .delete(let kind, let name): "\(write.by) deletes \(kind)/\(name)"
      }
    }
  }
}

extension PlannedFault.Kind {
  fileprivate static func listed(_ words: [String]) -> String {
    words.isEmpty ? "" : " (\(words.joined(separator: ", ")))"
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
