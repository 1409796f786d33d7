import KubernetesObjects
import RunTimeline

/// What to change so that pods stay healthy, by what they and the kubelet say: one piece of advice, for what came most often.
struct PodAdvice {
  private let cause: Cause
  private let container: Container?

  private enum Cause: Equatable {
    case memory
    /// The field of the probe that failed.
    case probe(String)
    /// The container ended by itself.
    case end(code: Int?)
    case readiness
  }

  init(_ troubles: PodTroubles, cluster: ClusterHistory, in window: InstantBounds) {
    let ends = troubles.ends.certain
    let warnings = cluster.ownEvents.filter { $0.at.latest >= window.earliest && $0.at.earliest <= window.latest }
    func saysOf(_ pod: String, _ text: String) -> Bool {
      warnings.contains {
        $0.event.involvedObject.name == pod && ($0.event.message ?? "").lowercased().contains(text)
      }
    }
    let causes = ends.map { end -> (Cause, String) in
      if end.end.reason == "OOMKilled" { return (.memory, end.end.container) }
      if saysOf(end.pod, "failed liveness probe") { return (.probe("livenessProbe"), end.end.container) }
      if saysOf(end.pod, "failed startup probe") { return (.probe("startupProbe"), end.end.container) }
      return (.end(code: end.end.exitCode), end.end.container)
    }
    let most = causes.max { one, other in
      causes.filter { $0 == one }.count < causes.filter { $0 == other }.count
    }
    cause = most?.0 ?? .readiness
    let containers = cluster.workload.last?.object.template.spec.containers ?? []
    container = most.map { most in containers.first { $0.name == most.1 } } ?? containers.first
  }

  var rows: [Evidence] {
    let name = container.map { " of container \($0.name)" } ?? ""
    let text =
      switch cause {
      case .memory:
        "change resources.limits.memory\(name)"
          + (container?.resources?.limits?["memory"].map { " (\($0.text))" } ?? "")
          + ": it was used up; raise it, or let the program use less"
      case .probe(let field):
        "change \(field).failureThreshold or \(field).timeoutSeconds\(name)\(probe(field)): the kubelet killed it "
          + "since it did not answer in time"
      case .end(let code) where code == 137 || code == 143:
        "look at what killed it (kubectl describe pod): a signal ended it\(name), as of a probe that failed or a node "
          + "without memory"
      case .end(let code):
        "look at what\(container.map { " container \($0.name)" } ?? " the container") wrote before it ended"
          + (code.map { " with exit code \($0)" } ?? "") + " (kubectl logs --previous)"
      case .readiness:
        "change readinessProbe.timeoutSeconds or readinessProbe.failureThreshold\(name)\(probe("readinessProbe")), or "
          + "give the pods more room: they were there, and did not answer their probe"
      }
    return [Evidence(text)]
  }

  /// ` (3 failures, 1 s each)`.
  private func probe(_ field: String) -> String {
    let probe: Probe? =
      switch field {
      case "livenessProbe": container?.livenessProbe
      case "startupProbe": container?.startupProbe
      default: container?.readinessProbe
      }
    return probe.map { " (now \($0.failures) and \($0.timeout) s)" } ?? ""
  }
}
