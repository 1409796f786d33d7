import Arrivals

/// Load with requests and times of its own.
package struct LoadStream: Sendable {
  package enum Model: Sendable {
    /// Requests are due whatever the server does.
    case open(ArrivalSchedule)
    /// Users wait for their answers.
    case closed([UserPhase])

    package var duration: Duration {
      switch self {
      case .open(let schedule): schedule.duration
      case .closed(let phases): phases.reduce(.zero) { $0 + $1.duration }
      }
    }
  }

  /// Indices of the routes of the plan.
  package var routes: [Int]
  package var model: Model

  package init(routes: [Int], model: Model) {
    self.routes = routes
    self.model = model
  }
}

extension [LoadStream] {
  /// When the last of them ends, after the start of the load, which is that of all.
  package var duration: Duration { map(\.model.duration).max() ?? .zero }
}
