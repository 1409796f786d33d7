import RunTimeline
import Units

extension LabelledWorld {
  /// The program takes long to start.
  static let podStartup = LabelledWorld(
    expectation: "{within: 20s, ready: 15s}",
    fault: Change(faults: ["{at: calm, application: {start: 30s}}"])
  ) { truth in
    truth.pods.filter { $0.created >= .zero }.allSatisfy { pod in
      let (ready, going) = (pod.becameReady ?? .farFuture, pod.going ?? .farFuture)
      return min(ready, going) - pod.created <= .seconds(20)
        && pod.started.map { min(ready, going) - $0 <= .seconds(15) } ?? true
    }
  }
}
