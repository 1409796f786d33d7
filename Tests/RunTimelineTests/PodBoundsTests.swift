import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("No step of a pod's life lies before the one that it follows")
struct PodBoundsTests {
  @Test("A pod is created, asked to go and removed in this order, in every recording", arguments: Recordings.all)
  func order(name: String) throws {
    let history = try #require(try Recordings.timeline(name).cluster)
    for pod in history.pods {
      guard let removed = pod.removed else { continue }
      let asked = pod.deleteRequested ?? removed
      #expect(pod.created.earliest <= asked.earliest, "\(pod.name)")
      #expect(asked.earliest <= removed.earliest, "\(pod.name): asked \(asked), removed \(removed)")
      #expect(asked.latest <= removed.latest, "\(pod.name): asked \(asked), removed \(removed)")
      // A request bears its second, and the end of a pod follows the kubelet's last request.
      #expect(asked.width <= .milliseconds(1_300), "\(pod.name): asked \(asked)")
      #expect(removed.width <= .milliseconds(2_500), "\(pod.name): removed \(removed)")
    }
  }

  @Test("Nothing of a pod lies before its creation, and it is not ready before it runs", arguments: Recordings.all)
  func readiness(name: String) throws {
    let history = try #require(try Recordings.timeline(name).cluster)
    for pod in history.pods {
      let steps = [pod.scheduled, pod.started, pod.deleteRequested, pod.removed].compactMap { $0 }
      for step in steps + pod.ready.map(\.from) {
        #expect(step.earliest >= pod.created.earliest, "\(pod.name): \(step), created \(pod.created)")
      }
      if let started = pod.started, let ready = pod.ready.first?.from {
        #expect(ready.earliest >= started.earliest, "\(pod.name): ready \(ready), started \(started)")
      }
    }
  }
}
