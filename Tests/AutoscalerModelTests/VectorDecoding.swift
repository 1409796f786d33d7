import AutoscalerModel
import KubernetesObjects
import Testing
import Units

/// How the vector files write the things of the model.
enum VectorDecoding {
  /// The instant that every age is counted from.
  static let now = KubernetesTime(microseconds: 2_000_000_000_000_000)

  static func instant(ageSeconds: Double) -> KubernetesTime {
    KubernetesTime(microseconds: now.microseconds - Int64((ageSeconds * 1e6).rounded()))
  }

  static func settings(_ controller: JSONValue?, gates: JSONValue? = nil) -> ControllerSettings {
    var settings = ControllerSettings()
    func seconds(_ key: String) -> Duration? { controller?[key]?.double.map { .seconds($0) } }
    if let value = controller?["tolerance"]?.double { settings.tolerance = value }
    if let value = seconds("cpuInitializationPeriodSeconds") { settings.cpuInitializationPeriod = value }
    if let value = seconds("initialReadinessDelaySeconds") { settings.initialReadinessDelay = value }
    if let value = seconds("downscaleStabilizationSeconds") { settings.downscaleStabilization = value }
    if let value = seconds("syncPeriodSeconds") { settings.syncPeriod = value }
    if let value = controller?["scaleUpLimitFactor"]?.double { settings.scaleUpLimitFactor = value }
    if let value = controller?["scaleUpLimitMinimum"]?.double { settings.scaleUpLimitMinimum = value }
    settings.configurableTolerance = gates?["HPAConfigurableTolerance"]?.bool
    settings.scaleToZero = gates?["HPAScaleToZero"]?.bool
    settings.podLevelResources = gates?["PodLevelResources"]?.bool
    return settings
  }

  static func pods(_ value: JSONValue?) -> [ScaledPod] { (value?.array ?? []).map(pod) }

  private static func pod(_ value: JSONValue) -> ScaledPod {
    func containers(_ key: String) -> [ScaledPod.ContainerRequests] {
      (value[key]?.array ?? []).map {
        .init(
          name: $0["name"]?.string ?? "", requests: amounts($0["requestsMilli"]),
          isRestartable: $0["restartPolicy"]?.string == "Always")
      }
    }
    let ready = value["ready"].flatMap { ready -> ScaledPod.Readiness? in
      guard let status = ready["status"]?.string, let age = ready["transitionAgeSeconds"]?.double else { return nil }
      return .init(
        status: status == "True" ? .true : status == "False" ? .false : .unknown,
        lastTransitionTime: instant(ageSeconds: age))
    }
    return ScaledPod(
      name: value["name"]?.string ?? "", phase: .init(value["phase"]?.string ?? "Running"),
      isTerminating: value["deleting"]?.bool ?? false,
      startTime: value["startAgeSeconds"]?.double.map(instant(ageSeconds:)), ready: ready,
      containers: containers("containers"), initContainers: containers("initContainers"),
      podRequests: amounts(value["podRequestsMilli"]),
      labels: (value["labels"]?.object ?? [:]).compactMapValues(\.string))
  }

  static func amounts(_ value: JSONValue?) -> ResourceAmounts {
    var amounts = ResourceAmounts()
    for (name, milli) in value?.object ?? [:] { amounts[ResourceName(name)] = milli.integer }
    return amounts
  }

  static func usages(_ value: JSONValue?) -> [PodUsage] {
    (value?.array ?? []).map { entry in
      PodUsage(
        pod: entry["pod"]?.string ?? "", timestamp: instant(ageSeconds: entry["ageSeconds"]?.double ?? 0),
        window: .seconds(entry["windowSeconds"]?.double ?? 60),
        containers: (entry["containers"]?.array ?? []).map {
          .init(name: $0["name"]?.string ?? "", usage: amounts($0["usageMilli"]))
        })
    }
  }

  static func samples(_ value: JSONValue?) -> [PodSample] {
    (value?.array ?? []).map { entry in
      PodSample(
        pod: entry["pod"]?.string ?? "", milli: entry["valueMilli"]?.integer ?? 0,
        timestamp: instant(ageSeconds: entry["ageSeconds"]?.double ?? 0),
        window: entry["windowSeconds"]?.double.map { .seconds($0) } ?? PodSample.defaultWindow)
    }
  }

  static func behavior(_ value: JSONValue?) -> HorizontalPodAutoscaler.Behavior? {
    guard let value, !value.isNull else { return nil }
    return .init(scaleUp: rules(value["scaleUp"]), scaleDown: rules(value["scaleDown"]))
  }

  static func rules(_ value: JSONValue?) -> HorizontalPodAutoscaler.ScalingRules? {
    guard let value, !value.isNull else { return nil }
    return .init(
      stabilizationWindowSeconds: value["stabilizationWindowSeconds"]?.int,
      selectPolicy: value["selectPolicy"]?.string,
      policies: value["policies"]?.array?.map {
        .init(
          type: $0["type"]?.string ?? "", value: $0["value"]?.int ?? 0, periodSeconds: $0["periodSeconds"]?.int ?? 0)
      },
      tolerance: value["tolerance"]?.double.map {
        ResourceQuantity(Quantity(milli: Int64(($0 * 1000).rounded())))
      })
  }

  static func tolerance(_ value: JSONValue?) -> Tolerance {
    Tolerance(scaleDown: value?["scaleDown"]?.double ?? 0.1, scaleUp: value?["scaleUp"]?.double ?? 0.1)
  }

  static func recommendations(_ value: JSONValue?) -> [TimedRecommendation]? {
    value?.array?.map {
      TimedRecommendation(
        replicas: $0["replicas"]?.int ?? 0, time: instant(ageSeconds: $0["ageSeconds"]?.double ?? 0))
    }
  }

  static func events(_ value: JSONValue?) -> [ScaleEvent] {
    (value?.array ?? []).map {
      ScaleEvent(
        change: $0["change"]?.int ?? 0, time: instant(ageSeconds: $0["ageSeconds"]?.double ?? 0),
        isOutdated: $0["outdated"]?.bool ?? false)
    }
  }

  static func target(_ value: JSONValue?) -> MetricTarget {
    func quantity(_ key: String) -> ResourceQuantity? {
      value?[key]?.integer.map { ResourceQuantity(Quantity(milli: $0)) }
    }
    return MetricTarget(
      type: value?["type"]?.string ?? "", value: quantity("valueMilli"), averageValue: quantity("averageValueMilli"),
      averageUtilization: value?["averageUtilization"]?.int)
  }
}

extension JSONValue {
  var double: Double? {
    switch self {
    case .integer(let value): Double(value)
    case .number(let value): value
    default: nil
    }
  }
}
