/// Requests that were planned and are not recorded: the plan's number for people, and the most that can have been due for
/// judging.
struct UnseenLoad: Equatable {
  static let none = UnseenLoad(planned: 0)

  /// As planned, rounded up.
  let planned: Int
  /// Random arrivals may be more than planned; six standard deviations are never reached.
  let most: Int

  init(planned: Double) {
    self.planned = Int(planned.rounded(.up))
    most = planned > 0 ? Int((planned + 6 * planned.squareRoot() + 6).rounded(.up)) : 0
  }
}
