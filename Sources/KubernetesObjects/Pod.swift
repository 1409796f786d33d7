/// `v1` Pod, the fields that scaling, readiness and termination turn on.
package struct Pod: KubernetesObject {
  package static let resource = ResourceType.pods

  package var metadata: ObjectMetadata
  package var spec: PodSpec
  package var status: Status?

  package struct Status: Sendable, Equatable, Codable {
    /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
    package var phase: String?
    package var conditions: [Condition]?
    package var podIP: String?
    /// The node on which others make room for it.
    package var nominatedNodeName: String?
    package var hostIP: String?
    package var startTime: KubernetesTime?
    package var reason: String?
    package var message: String?
    package var containerStatuses: [ContainerStatus]?
    package var initContainerStatuses: [ContainerStatus]?

    package init() {}
  }

  package struct ContainerStatus: Sendable, Equatable, Codable {
    package var name: String
    package var ready: Bool?
    package var started: Bool?
    package var restartCount: Int?
    package var image: String?
    package var state: ContainerState?
    package var lastState: ContainerState?
  }

  package struct ContainerState: Sendable, Equatable, Codable {
    package var waiting: Waiting?
    package var running: Running?
    package var terminated: Terminated?

    package struct Waiting: Sendable, Equatable, Codable {
      package var reason: String?
      package var message: String?
    }

    package struct Running: Sendable, Equatable, Codable {
      package var startedAt: KubernetesTime?
    }

    package struct Terminated: Sendable, Equatable, Codable {
      package var exitCode: Int?
      package var reason: String?
      package var startedAt: KubernetesTime?
      package var finishedAt: KubernetesTime?
    }
  }

  package func condition(_ type: String) -> Condition? {
    status?.conditions?.first { $0.type == type }
  }

  package var isReady: Bool { condition("Ready")?.isTrue ?? false }
  package var isTerminating: Bool { metadata.deletionTimestamp != nil }
}

package struct PodSpec: Sendable, Equatable, Codable {
  /// `null` in bookmarks.
  package var containers: [Container]?
  package var initContainers: [Container]?
  package var terminationGracePeriodSeconds: Int64?
  package var nodeName: String?
  /// Pod-level requests and limits (Kubernetes 1.34 and later).
  package var resources: ResourceRequirements?
}

package struct Container: Sendable, Equatable, Codable {
  package var name: String
  package var image: String?
  package var resources: ResourceRequirements?
  package var readinessProbe: Probe?
  package var livenessProbe: Probe?
  package var startupProbe: Probe?
  package var lifecycle: Lifecycle?
  /// `Always` makes an init container a sidecar.
  package var restartPolicy: String?
}

package struct ResourceRequirements: Sendable, Equatable, Codable {
  package var requests: [String: ResourceQuantity]?
  package var limits: [String: ResourceQuantity]?
}

/// When a container is asked about its health, and how often it may say no.
package struct Probe: Sendable, Equatable, Codable {
  package var initialDelaySeconds: Int?
  package var periodSeconds: Int?
  package var timeoutSeconds: Int?
  package var successThreshold: Int?
  package var failureThreshold: Int?
  /// How long the container has to end that fails it; `nil` for the time of its pod.
  package var terminationGracePeriodSeconds: Int64?

  /// Kubernetes' defaults: period 10 s, timeout 1 s, one success, three failures (pkg/apis/core/v1/defaults.go).
  package var period: Int { max(periodSeconds ?? 10, 1) }
  package var timeout: Int { max(timeoutSeconds ?? 1, 1) }
  package var successes: Int { max(successThreshold ?? 1, 1) }
  package var failures: Int { max(failureThreshold ?? 3, 1) }
}

package struct Lifecycle: Sendable, Equatable, Codable {
  package var preStop: Handler?

  package struct Handler: Sendable, Equatable, Codable {
    package var sleep: Sleep?
    package var exec: Exec?
  }

  package struct Sleep: Sendable, Equatable, Codable {
    package var seconds: Int64
  }

  package struct Exec: Sendable, Equatable, Codable {
    package var command: [String]?
  }
}
