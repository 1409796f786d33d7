import AutoscalerModel
import KubernetesObjects
import Units

/// How long things take at the latest, in seconds of run time (reference, appendix B.3).
struct Timing: Sendable, Equatable {
  let window: Double
  let resolution: Double
  /// Whether both were measured.
  let isMeasured: Bool
  /// From the creation of a pod until it is ready: twice what the quickest one took, and ten seconds.
  let pod: Double
  let podWords: String

  /// From the metrics' end of a window until the API shows it.
  private static let lag = 5.0

  init(of target: DiscoveredTarget, figures: ProbeFigures) {
    isMeasured = figures.metricsWindow != nil && figures.metricsResolution != nil
    window = figures.metricsWindow ?? 30
    resolution = figures.metricsResolution ?? 60
    if let quickest = target.startSeconds {
      pod = 2 * quickest + 10
      podWords =
        "a pod was ready \(Figure.seconds(quickest)) after its creation, taken as \(Figure.seconds(pod)) at the latest"
    } else {
      let probes = (target.workload.template.spec.containers ?? []).map { container in
        [container.startupProbe, container.readinessProbe].compactMap(\.self).reduce(0) {
          $0 + ($1.initialDelaySeconds ?? 0) + 2 * $1.period
        }
      }
      pod = Double(probes.max() ?? 0) + 30
      podWords = "no pod is ready that would tell how long one takes: taken as \(Figure.seconds(pod))"
    }
  }

  /// From a change of the load until a sync has seen the whole of it.
  var metrics: Double { window + resolution + Self.lag + ScalingCourse.syncPeriod }

  /// What expectations of the autoscaler are told of its metrics: how often pods are measured, where that is less often than
  /// they take it to be.
  var metricFlags: [String] {
    resolution > ControllerSettings.defaults.metricResolution.seconds
      ? ["metricResolution: \(Figure.duration(resolution))"] : []
  }

  /// Until a step that adds pods is followed by the next: the pods start, and are measured like the others.
  var betweenSteps: Double { pod + window + resolution + ScalingCourse.syncPeriod }

  /// Counts between two at which a sync may stop for a while, since its measurements began before the load did.
  func halts(from low: Int, to high: Int) -> Int {
    min(max(high - low - 1, 0), Int((window / resolution).rounded(.up)))
  }

  /// Until a count was reached whose course is known.
  func reaching(_ course: Double, steps: Int) -> Double {
    metrics + course + Double(max(steps, 1)) * ScalingCourse.syncPeriod
  }

  var metricsWords: String {
    "\(Figure.duration(metrics)) until a sync sees all of it (window \(Figure.duration(window)), measured every "
      + "\(Figure.duration(resolution)), sync every 15s)"
  }
}
