import LoadFacts
import RunTimeline
import Units

/// The first recorded failures, with how far each came; all of them are in the recording.
enum FailureSection {
  /// So many rows are shown.
  static let limit = 200

  static func html(_ timeline: Timeline) -> HTML {
    let shown = timeline.failures.prefix(limit)
    let isTimed = shown.contains { $0.times != nil }
    let rows = shown.map { failure -> HTML in
      TableSections.row(
        failure.completed.preciseClock,
        [
          failure.route, failure.outcome, failure.pod ?? "–", failure.version ?? "–", failure.remoteAddress ?? "–",
          failure.localPort.map(String.init) ?? "–", timeline.wall(failure.completed - failure.due).text,
        ] + (isTimed ? timings(failure) : []))
    }
    let rest = timeline.failures.count - shown.count
    let notes = [
      isTimed
        ? "Lookup to end count from the moment at which the transfer began; – was not reached, or not needed on a "
          + "connection that stood already." : nil,
      rest > 0 ? "\(rest.counted("more failure")) in the recording." : nil,
    ].compactMap { $0 }
    return TableSections.collapsed(
      "failures", "Failed requests (\(timeline.failures.count.grouped) recorded)",
      ["at", "route", "outcome", "pod", "version", "answered from", "local port", "after due"]
        + (isTimed ? ["connection", "lookup", "connect", "TLS", "first byte", "end"] : []), rows,
      note: notes.isEmpty ? nil : notes.joined(separator: " "))
  }

  private static func timings(_ failure: FailedRequest) -> [String] {
    func text(_ microseconds: Int?) -> String {
      guard let microseconds, microseconds > 0 else { return "–" }
      return WallTime(.microseconds(microseconds)).text
    }
    let times = failure.times
    // libcurl counts a moment of looking at a connection that stands already as a lookup.
    let opening = failure.reusedConnection == true ? nil : times
    return [
      failure.reusedConnection.map { $0 ? "reused" : "new" } ?? "–", text(opening?.lookedUp), text(opening?.connected),
      text(opening?.handshaken), text(times?.firstByte), text(times?.end),
    ]
  }
}
