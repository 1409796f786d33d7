package import KubernetesObjects

/// What a metrics API answered for one entry of `spec.metrics`.
package enum MetricReading: Sendable, Equatable {
  /// `metrics.k8s.io`, for Resource and ContainerResource metrics: the pods that the selector matches.
  case resource([PodUsage])
  /// `custom.metrics.k8s.io`, for a Pods metric: one value for each pod.
  case pods([PodSample])
  /// `custom.metrics.k8s.io`, for an Object metric: one value in thousandths.
  case object(milli: Int64)
  /// `external.metrics.k8s.io`: the values of all series that match, in thousandths.
  case external(milli: [Int64])
  /// The API could not be asked or refused, in its own words.
  case failed(String)
}

/// The usage of one pod over a window of time, container by container.
package struct PodUsage: Sendable, Equatable {
  package var pod: String
  /// The end of the window.
  package var timestamp: KubernetesTime
  package var window: Duration
  package var containers: [ContainerUsage]

  package struct ContainerUsage: Sendable, Equatable {
    package var name: String
    package var usage: ResourceAmounts

    package init(name: String, usage: ResourceAmounts) {
      self.name = name
      self.usage = usage
    }
  }

  package init(pod: String, timestamp: KubernetesTime, window: Duration, containers: [ContainerUsage]) {
    self.pod = pod
    self.timestamp = timestamp
    self.window = window
    self.containers = containers
  }
}

/// One value of one pod.
package struct PodSample: Sendable, Equatable {
  package var pod: String
  package var milli: Int64
  package var timestamp: KubernetesTime
  package var window: Duration

  /// The window that the controller assumes where the custom metrics API gives none
  /// (Kubernetes 1.36, pkg/controller/podautoscaler/metrics/client.go).
  package static let defaultWindow: Duration = .seconds(60)

  package init(pod: String, milli: Int64, timestamp: KubernetesTime, window: Duration = Self.defaultWindow) {
    self.pod = pod
    self.milli = milli
    self.timestamp = timestamp
    self.window = window
  }
}
