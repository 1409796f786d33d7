import KubernetesObjects
import RunTimeline

/// What to change so that pods stay healthy, by what they and the kubelet say: one piece of advice, for what came most often.
struct PodAdvice {
  private let cause: Cause?
  private let container: Container?

  private enum Cause: Equatable {
    case memory
    /// The field of the probe that failed.
    case probe(String)
    /// The container ended by itself.
    case end(code: Int?)
    /// Nothing was heard of the node any more.
    case node
    /// A condition that `spec.readinessGates` asks for.
    case gate
    case readiness
  }

  /// By what became of the pods of a cluster over some time.
  init(of cluster: ClusterHistory, in window: InstantBounds) {
    let stretch = RunView.Stretch(
      start: InstantBounds(exactly: window.earliest), end: InstantBounds(exactly: window.latest))
    self.init(PodTroubles(of: cluster.pods, in: stretch), cluster: cluster, in: window)
  }

  init(_ troubles: PodTroubles, cluster: ClusterHistory, in window: InstantBounds) {
    let warnings = cluster.ownEvents.filter { $0.at.meets(window) }
    func isToldOf(_ pod: String, _ tells: (Event) -> Bool) -> Bool {
      warnings.contains { $0.event.involvedObject.name == pod && tells($0.event) }
    }
    func saysOf(_ pod: String, _ text: String) -> Bool {
      isToldOf(pod) { ($0.message ?? "").lowercased().contains(text) }
    }
    let ends = troubles.ends.certain.map { end -> (cause: Cause, container: String?) in
      if end.end.reason == "OOMKilled" { return (.memory, end.end.container) }
      if saysOf(end.pod, "failed liveness probe") { return (.probe("livenessProbe"), end.end.container) }
      if saysOf(end.pod, "failed startup probe") { return (.probe("startupProbe"), end.end.container) }
      return (.end(code: end.end.exitCode), end.end.container)
    }
    // A pod whose container ends loses its readiness for that.
    let ended = Set(troubles.ends.all.map(\.pod))
    let losses = troubles.losses.certain.filter { !ended.contains($0.pod) }
      .map { loss -> (cause: Cause, container: String?) in
        if loss.loss.reason == "NodeNotReady" || isToldOf(loss.pod, { $0.reason == "NodeNotReady" }) {
          return (.node, nil)
        }
        return (loss.loss.reason == "ReadinessGatesNotReady" ? .gate : .readiness, nil)
      }
    let causes = ends + losses
    let most = causes.max { one, other in
      causes.filter { $0 == one }.count < causes.filter { $0 == other }.count
    }
    cause = most?.cause
    let containers = cluster.workload.last?.object.template.spec.containers ?? []
    container =
      switch most {
      case (_, let name?)?: containers.first { $0.name == name }
      default: containers.first { $0.readinessProbe != nil }
      }
  }

  var rows: [Evidence] { text.map { [Evidence($0)] } ?? [] }

  var text: String? {
    let name = container.map { " of container \($0.name)" } ?? ""
    switch cause {
    case nil: return nil
    case .readiness? where container == nil: return nil
    case .memory?:
      return "change resources.limits.memory\(name)"
        + (container?.resources?.limits?["memory"].map { " (\($0.text))" } ?? "")
        + ": it was used up; raise it, or let the program use less"
    case .probe(let field)?:
      return "change \(field).failureThreshold or \(field).timeoutSeconds\(name)\(probe(field)): the kubelet killed it "
        + "since it did not answer in time"
    case .end(let code)? where code == 137 || code == 143:
      return
        "look at what killed it (kubectl describe pod): a signal ended it\(name), as of a probe that failed or a node "
        + "without memory"
    case .end(let code)?:
      return "look at what\(container.map { " container \($0.name)" } ?? " the container") wrote before it ended"
        + (code.map { " with exit code \($0)" } ?? "") + " (kubectl logs --previous)"
    case .node?:
      return
        "look at what became of the node (kubectl describe node): it no longer answered, so that its pods counted as not "
        + "ready; topologySpreadConstraints have fewer of them on one node"
    case .gate?: return "look at the conditions that spec.readinessGates of the pods ask for, and at who sets them"
    case .readiness?:
      return
        "change readinessProbe.timeoutSeconds or readinessProbe.failureThreshold\(name)\(probe("readinessProbe")), or "
        + "give the pods more room: they were there, and did not answer their probe"
    }
  }

  /// ` (3 failures, 1 s each)`.
  private func probe(_ field: String) -> String {
    let probe: Probe? =
      switch field {
      case "livenessProbe": container?.livenessProbe
      case "startupProbe": container?.startupProbe
      default: container?.readinessProbe
      }
    return probe.map { " (now \($0.failures) failures of \($0.timeout) s)" } ?? ""
  }
}
