import Units

/// Where a custom or external metric of a simulated cluster comes from.
package enum MetricSource: Sendable, Equatable {
  /// Requests per second of wall time: those that a pod took, over the window of metrics; of all pods for what is of no pod.
  case requests
  /// Requests that wait in a pod for CPU; in all pods for what is of no pod.
  case waiting
  /// A value for each time since the beginning of the load, with straight lines between.
  case course(Course)
  /// Messages in a queue.
  case backlog(Backlog)

  /// Whether pods have values of it.
  var isOfPods: Bool { if case .backlog = self { false } else { true } }

  /// A value that depends on time alone.
  package struct Course: Sendable, Equatable {
    package struct Point: Sendable, Equatable {
      /// Cluster time since the beginning of the load.
      package var time: Duration
      package var value: Double

      package init(time: Duration, value: Double) {
        self.time = time
        self.value = value
      }
    }

    /// By time.
    package var points: [Point]

    package init(points: [Point]) { self.points = points }

    /// Before the first point as there, after the last as there.
    func value(at time: Duration) -> Double {
      guard let next = points.firstIndex(where: { $0.time > time }) else { return points.last?.value ?? 0 }
      guard next > 0 else { return points[next].value }
      let (before, after) = (points[next - 1], points[next])
      return before.value + (after.value - before.value) * ((time - before.time) / (after.time - before.time))
    }
  }

  /// A queue into which messages come, and which the ready pods of a workload work off.
  package struct Backlog: Sendable, Equatable {
    /// Messages per second of cluster time.
    package var arrivals: Course
    /// Messages that one ready pod works off in a second of cluster time.
    package var perPod: Double
    /// Tags of images that take none: the version is broken, though its pods may be ready.
    package var notBy: Set<String> = []

    package init(arrivals: Course, perPod: Double) {
      self.arrivals = arrivals
      self.perPod = perPod
    }
  }
}
