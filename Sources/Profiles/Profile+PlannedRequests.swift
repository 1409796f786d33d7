import Arrivals
import Units

extension Profile {
  /// How many requests are planned for a window, on average for Poisson arrivals.
  ///
  /// Phases last run time and rates are per wall second, so that a faster clock leaves fewer requests.
  ///
  /// - Parameters:
  ///   - route: the name of one request; `nil` for all.
  ///   - timeScale: run time per wall time; `nil` for that of the profile.
  /// - Returns: `nil` where nobody can know: in a window that the cluster decides on, and where users take part.
  package func plannedRequests(in window: Window, route: String? = nil, timeScale: Double? = nil) -> Double? {
    guard let bounds = plannedBounds(of: window) else { return nil }
    var total = 0.0
    for (index, stream) in load.streams.enumerated() {
      guard let share = share(of: route, in: stream) else { continue }
      if let schedule = load.schedule(ofStream: index) {
        let expected = schedule.expectedCount(by: bounds.upperBound) - schedule.expectedCount(by: bounds.lowerBound)
        total += expected * share
      } else {
        let busy = stream.plannedPhases.contains {
          ($0.users ?? 0) > 0 && $0.start < bounds.upperBound && $0.end > bounds.lowerBound
        }
        if busy { return nil }
      }
    }
    return total / (timeScale ?? self.timeScale)
  }

  /// The rate that is planned for a window on average, in requests a second of wall time; `nil` where nobody can know.
  package func plannedRate(in window: Window, route: String? = nil) -> Double? {
    guard let requests = plannedRequests(in: window, route: route), let bounds = plannedBounds(of: window) else {
      return nil
    }
    let length = (bounds.upperBound - bounds.lowerBound).seconds / timeScale
    return length > 0 ? requests / length : nil
  }

  /// From when to when a window is planned; `nil` where the cluster decides that.
  package func plannedBounds(of window: Window) -> Range<Duration>? {
    switch window {
    case .run: .zero..<load.duration
    case .phase(let name): load.bounds(ofPhase: name)
    case .span(let from, let to):
      planned(from).flatMap { start in planned(to).map { max($0, start) }.map { start..<$0 } }
    case .action, .scaleUp, .scaleDown, .terminations, .readiness, .outside: nil
    }
  }

  /// The part of a stream's requests that one of them makes up; `nil` when it is not of the stream.
  private func share(of route: String?, in stream: PlannedStream) -> Double? {
    guard let route else { return 1 }
    guard stream.requests.contains(route) else { return nil }
    func weight(_ name: String) -> Int { requests.first { $0.name == name }?.weight ?? 0 }
    let total = stream.requests.reduce(0) { $0 + weight($1) }
    return total > 0 ? Double(weight(route)) / Double(total) : nil
  }
}
