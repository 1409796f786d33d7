package import Units

/// One expectation of a profile: a name that its user chose, and what is expected.
package struct Expectation: Sendable, Equatable {
  package var name: String
  package var kind: Kind
  /// Where it stands in the profile, from 1; `nil` where that is not known.
  package var line: Int?
  package var column: Int?

  package init(name: String, kind: Kind, line: Int? = nil, column: Int? = nil) {
    self.name = name
    self.kind = kind
    self.line = line
    self.column = column
  }

  package enum Kind: Sendable, Equatable {
    case scaleUp(ScaleUp)
    case scaleDown(ScaleDown)
    case steadyReplicas(SteadyReplicas)
    case latency(Latency)
    case errorBudget(ErrorBudget)
    case availabilityFloor(AvailabilityFloor)
    case rolloutCompletes(RolloutCompletes)
    case throughput(Throughput)
    case hpaConformance(HPAConformance)
    case withinCorridor(WithinCorridor)
  }

  /// Which count of replicas is meant.
  package enum ReplicaCount: String, Sendable, Equatable, CaseIterable {
    /// `spec.replicas` of the workload.
    case wanted
    /// Pods that exist and are not terminating.
    case current
    case ready
    case available
  }

  /// The count reaches `to` within `within` of `after`.
  package struct ScaleUp: Sendable, Equatable {
    package var after: Moment
    package var to: CountCondition
    package var of: ReplicaCount
    package var within: Duration
  }

  /// The count does not fall before `notBefore`, or reaches `to` within `within`, counted from `after`.
  package struct ScaleDown: Sendable, Equatable {
    package var after: Moment
    package var to: CountCondition?
    package var of: ReplicaCount
    package var within: Duration?
    package var notBefore: Duration?
  }

  /// The count satisfies `count` throughout the window, from `settle` after its start.
  package struct SteadyReplicas: Sendable, Equatable {
    package var during: Window
    package var count: CountCondition
    package var of: ReplicaCount
    package var settle: Duration
  }

  /// A percentile of the latency of successful requests lies below a bound.
  package struct Latency: Sendable, Equatable {
    package enum From: String, Sendable, Equatable, CaseIterable {
      case due
      case send
    }

    package var during: Window
    /// 0 to 100, as in 99 or 99.9.
    package var percentile: Double
    package var below: Duration
    package var from: From
    package var route: String?
  }

  /// No more requests fail than the objective allows.
  package struct ErrorBudget: Sendable, Equatable {
    package var during: Window
    package var objective: Percentage
    /// With it, the underlying rate of failures is judged instead of the count.
    package var confidence: Percentage?
    package var route: String?
  }

  /// As many replicas stay available as the rollout's `maxUnavailable` promises.
  package struct AvailabilityFloor: Sendable, Equatable {
    package var during: Window
  }

  /// The rollout that an action started completes in time.
  package struct RolloutCompletes: Sendable, Equatable {
    package var action: String
    package var within: Duration
  }

  /// At least this share of the offered requests is answered as expected, or at least this rate is.
  package struct Throughput: Sendable, Equatable {
    package enum Bound: Sendable, Equatable {
      case share(Percentage)
      case rate(Rate)
    }

    package var during: Window
    package var atLeast: Bound
    package var route: String?
  }
}
