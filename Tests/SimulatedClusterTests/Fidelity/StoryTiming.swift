import KubernetesObjects
import Units

@testable import SimulatedCluster

// What chance decided in a recording: when HPAs were synced, and when pods ran and were found ready.
extension ToldStory {
  /// The length of a sync and the wait after it: the mean of those that no restart has cut.
  var syncPeriod: Double {
    var times: [String: Double] = [:]
    var length = 0.0
    var count = 0.0
    for line in lines(of: "horizontalpodautoscalers") where line.change == .modified {
      guard let before = times.updateValue(line.time, forKey: line.object.uid) else { continue }
      let gap = line.time - before
      let periods = (gap / 15.01).rounded()
      guard periods >= 1, abs(gap - periods * 15.01) < 0.5 else { continue }
      length += gap
      count += periods
    }
    return count == 0 ? 15.01 : max(15.001, length / count)
  }

  /// How long the syncs took of the only autoscaler there is, so that the next one comes when it did.
  func paces() -> [StoryDeed] {
    let autoscalers = Set(lines(of: "horizontalpodautoscalers").map(\.object.name))
    guard autoscalers.count == 1 else { return [] }
    var syncs: [Double] = []
    for line in lines where line.change == .modified || line.change == .added {
      let isOurs =
        line.resource == "horizontalpodautoscalers"
        || line.object["involvedObject", "kind"]?.string == "HorizontalPodAutoscaler"
      if isOurs, line.time > (syncs.last ?? -1) + 5 { syncs.append(line.time) }
    }
    var paces: [StoryDeed] = []
    for (sync, next) in zip(syncs, syncs.dropFirst()) {
      let periods = ((next - sync) / 15.01).rounded()
      let length = (next - sync) / max(periods, 1) - 15
      guard periods >= 1, abs(length) < 0.5 else { continue }
      paces.append(StoryDeed(time: sync - 2, kind: .pace(max(length, 0.001))))
    }
    return paces
  }

  /// By namespace and name: the time of the first sync after the HPA was made, from which the others follow.
  ///
  /// A sync is seen by what it writes; how many went before is told by the first event, else by the creation.
  func firstSyncs() -> [String: Double] {
    var syncs: [String: Double] = [:]
    for line in lines(of: "horizontalpodautoscalers") where line.change == .listed {
      let key = "\(line.object.namespace)/\(line.object.name)"
      let created = time(of: line.object.metadata["creationTimestamp"]) ?? 0
      let events = lines(of: "events").map(\.object).filter {
        $0["involvedObject", "uid"]?.string == line.object.uid
      }.compactMap { time(of: $0["firstTimestamp"]) }
      let estimate = events.min() ?? created + 15
      let seen = lines(of: "horizontalpodautoscalers").first {
        $0.change == .modified && $0.object.uid == line.object.uid
      }
      // The status is written some milliseconds after the sync began.
      guard let written = seen.map({ $0.time - 0.015 }) else {
        syncs[key] = estimate + 0.5
        continue
      }
      let syncsBetween = ((written - estimate - 0.5) / syncPeriod).rounded()
      syncs[key] = written - syncsBetween * syncPeriod
    }
    return syncs
  }

  /// By image: what is known of the pods, in the order of their creation.
  ///
  /// - Parameter created: when the workloads were made that the recording began with.
  func podCourses(workloadsCreated created: Double) -> [String: [PodCourse]] {
    struct Seen {
      var image: String
      var created: Double
      var running: Double?
      var ready: Double?
      var cpu: Double?
    }
    var pods: [String: Seen] = [:]
    var order: [String] = []
    for line in lines(of: "pods") {
      let object = line.object
      let isListed = line.change == .listed
      if pods[object.uid] == nil {
        let image = object["spec", "containers"]?[0]?["image"]?.string ?? ""
        // The rig reads from this label how many milliseconds of CPU a request costs.
        let cpu = object.metadata["labels"]?["cpums"]?.string.flatMap { Double($0) }
        let own = object.owner == nil ? time(of: object.metadata["creationTimestamp"]) : nil
        pods[object.uid] = Seen(image: image, created: isListed ? own ?? created : line.time, cpu: cpu)
        order.append(object.uid)
      }
      if pods[object.uid]?.running == nil, object["status", "phase"]?.string == "Running" {
        // Dates are rounded down to the second, and a metric counts the sooner the earlier its pod ran; it takes 20 ms
        // from the workload to its pods.
        pods[object.uid]?.running =
          isListed ? time(of: object["status", "startTime"]).map { $0 - 0.019 } ?? line.time : line.time
      }
      if pods[object.uid]?.ready == nil, let ready = object.condition("Ready"), ready["status"] == "True" {
        pods[object.uid]?.ready =
          isListed ? time(of: ready["lastTransitionTime"]).map { $0 + 0.5 } ?? line.time : line.time
      }
    }
    var courses: [String: [PodCourse]] = [:]
    for pod in order.compactMap({ pods[$0] }) {
      let course = PodCourse(
        started: .seconds(max(0, (pod.running ?? pod.created + 2.25) - pod.created)),
        ready: pod.ready.map { .seconds(max(0, $0 - pod.created)) },
        cpuPerRequest: .seconds((pod.cpu ?? 1) / 1_000), isThrottled: false)
      courses[pod.image, default: []].append(course)
    }
    return courses
  }
}
