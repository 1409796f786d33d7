import Units

/// What machines and chance decide about a pod, where it is known beforehand: so a recording is told again with the pods that
/// it had. Lengths are of cluster time, from the creation of the pod.
struct PodCourse: Sendable {
  /// Until its containers run.
  var started: Duration
  /// Until its first probe succeeds; `nil` for a pod that was never found ready.
  var ready: Duration?
  /// CPU that one request costs it; `nil` for that of all pods.
  var cpuPerRequest: Duration?
  /// Whether it gets no more CPU than its limit.
  var isThrottled = true
}

extension DataPlane {
  /// Gives a new pod what is known of the next pod with its image.
  mutating func takeCourse(of id: PodID, image: String) {
    guard var runtime = runtimes[id], let course = courses[image]?.first else { return }
    courses[image]?.removeFirst()
    runtime.course = course
    runtime.load = PodLoad(
      cost: course.cpuPerRequest?.seconds ?? runtime.load.cost, limit: course.isThrottled ? runtime.load.limit : nil,
      queueLimit: runtime.load.queueLimit)
    runtimes[id] = runtime
  }
}
