import KubernetesObjects
import RunTimeline
import Units

/// How pods start, stage by stage: scheduled, the image there, running, ready.
struct StartFit {
  private(set) var pull: FittedValue?
  private(set) var container: FittedValue?
  private(set) var application: FittedValue?

  init(_ timeline: Timeline) {
    guard let cluster = timeline.cluster else { return }
    let pulls = PulledImages(cluster)
    var (pulled, started, answered): ([ClosedRange<Duration>], [ClosedRange<Duration>], [ClosedRange<Duration>]) =
      ([], [], [])
    for pod in cluster.pods where pod.created.earliest > .zero {
      let read = pulls.read[pod.name]
      if case .pulled(let length)? = read { pulled.append(length...length) }
      if let scheduled = pod.scheduled, let running = pod.started {
        let inits = (pod.spec.initContainers ?? []).count
        // Each of the init containers has to start as well.
        if let length = Self.length(from: scheduled, to: running), pulls.read.isEmpty || read != nil {
          let images = read?.length ?? .zero
          let stages = 1 + inits
          started.append(
            max(length.lowerBound - images, .zero) / stages...max(length.upperBound - images, .zero) / stages)
        }
      }
      if let running = pod.started, let ready = pod.ready.first, pod.restarts == 0,
        let length = Self.length(from: running, to: ready.from)
      {
        answered.append(Self.withoutProbes(length, of: pod.spec))
      }
    }
    pull = FittedValue(.imagePull, within: pulled)
    container = FittedValue(.containerStart, within: started)
    // Without events nothing tells the two apart, and the pull is part of the start.
    if pulls.read.isEmpty, let container {
      pull = FittedValue(
        .imagePull, .zero, range: .zero...container.range.upperBound, observations: container.observations)
    }
    application = FittedValue(.applicationStart, within: answered).map { fitted in
      // What the phase of the probes may explain is no time of the application.
      fitted.range.lowerBound > .zero
        ? fitted : FittedValue(.applicationStart, .zero, range: fitted.range, observations: fitted.observations)
    }
  }

  private static func length(from start: InstantBounds, to end: InstantBounds) -> ClosedRange<Duration>? {
    let (shortest, longest) = end.elapsed(since: start)
    return longest >= .zero ? max(shortest, .zero)...longest : nil
  }

  /// The time of the application itself: what is longer than the delay of its probe and one of its periods is its own.
  private static func withoutProbes(_ length: ClosedRange<Duration>, of spec: PodSpec) -> ClosedRange<Duration> {
    let container = spec.containers?.first { $0.readinessProbe != nil } ?? spec.containers?.first
    guard let probe = container?.readinessProbe else { return length }
    let delay = Duration.seconds(probe.initialDelaySeconds ?? 0)
    let period = Duration.seconds(probe.periodSeconds ?? 10)
    // It may have been there when the probes began.
    let least = length.lowerBound - delay - period - .seconds(1)
    return max(least, .zero)...max(length.upperBound, .zero)
  }
}

/// What the events say of the images of pods.
private struct PulledImages {
  enum Read {
    case present
    case pulled(Duration)

    var length: Duration {
      switch self {
      case .present: .zero
      case .pulled(let length): length
      }
    }
  }

  private(set) var read: [String: Read] = [:]

  init(_ cluster: ClusterHistory) {
    for version in cluster.events {
      let event = version.event
      guard event.reason == "Pulled", event.involvedObject.kind == "Pod", let pod = event.involvedObject.name,
        let message = event.message
      else { continue }
      if message.contains("already present on machine") {
        if read[pod] == nil { read[pod] = .present }
      } else if let length = Self.length(message) {
        read[pod] = .pulled(length)
      }
    }
  }

  /// Of `Successfully pulled image "web:v2" in 2.345s (2.4s including waiting). Image size: …`, what passed with waiting
  /// (Kubernetes 1.36, pkg/kubelet/images/image_manager.go).
  private static func length(_ message: String) -> Duration? {
    let words = message.split(separator: " ").map { $0.trimmingPrefix("(") }
    guard message.hasPrefix("Successfully pulled image") else { return nil }
    if let waiting = words.firstIndex(of: "including"), waiting > 0 {
      return try? Duration(text: String(words[waiting - 1]))
    }
    guard let place = words.lastIndex(of: "in"), place + 1 < words.count else { return nil }
    let text = words[place + 1]
    return try? Duration(text: String(text.hasSuffix(".") ? text.dropLast() : text))
  }
}
