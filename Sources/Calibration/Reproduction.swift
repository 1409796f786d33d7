import AutoscalerModel
package import Expectations
import RunTimeline
import Units

/// How well a simulated run does what a recorded one did: its rescales, one by one, and the count over time.
package struct Reproduction: Sendable {
  /// A rescale by the autoscaler.
  package struct Rescale: Sendable, Equatable {
    package let at: Duration
    package let from: Int
    package let to: Int

    var text: String { "\(from) -> \(to) at \(Reproduction.tenths(at))s" }
  }

  package let recorded: [Rescale]
  package let simulated: [Rescale]
  /// The part of the time in which the wanted count is the same; `nil` where it is not known.
  package let sameCount: Double?
  /// How far apart two rescales may be.
  package let allowed: Duration

  /// Slack beside one sync period: the phase of the controller's rhythm is nobody's choice, and observations are late.
  private static let slack = Duration.seconds(2)

  package init(of recorded: RunAnalysis, by simulated: RunAnalysis) {
    let end = min(recorded.timeline.lastInstant, simulated.timeline.lastInstant)
    func rescales(_ run: RunAnalysis) -> [Rescale] {
      (run.scaling?.changes ?? []).filter { $0.at.latest > .zero && $0.at.latest <= end }.map {
        Rescale(at: $0.at.latest, from: $0.from, to: $0.to)
      }
    }
    self.recorded = rescales(recorded)
    self.simulated = rescales(simulated)
    allowed = recorded.settings.syncPeriod + Self.slack
    sameCount = Self.sameCount(recorded, simulated, until: end)
  }

  private static func sameCount(_ one: RunAnalysis, _ other: RunAnalysis, until end: Duration) -> Double? {
    guard let first = one.timeline.cluster?.wantedReplicas, let second = other.timeline.cluster?.wantedReplicas,
      end > .zero
    else { return nil }
    var same = Duration.zero
    for piece in first.pieces(from: .zero, to: end) {
      for part in second.pieces(from: piece.from, to: piece.to) where piece.range != nil && piece.range == part.range {
        same += part.to - part.from
      }
    }
    return same.seconds / end.seconds
  }

  /// Why the model does not do what was recorded, so that nothing is to be predicted by it; `nil` where it does.
  package var problem: String? {
    for (index, (was, would)) in zip(recorded, simulated).enumerated() {
      let difference = would.at < was.at ? was.at - would.at : would.at - was.at
      if was.from != would.from || was.to != would.to || difference > allowed {
        return "rescale \(index + 1) was \(was.text), and by the model it is \(would.text)"
      }
    }
    if recorded.count > simulated.count {
      return "it rescaled \(recorded.count) times, and by the model \(simulated.count) times: "
        + "\(recorded[simulated.count].text) is missing"
    }
    if simulated.count > recorded.count {
      return "it rescaled \(recorded.count) times, and by the model \(simulated.count) times: "
        + "\(simulated[recorded.count].text) is one too many"
    }
    return nil
  }

  /// How many rescales, from the first on, are as they were.
  private var agreeing: Int {
    zip(recorded, simulated).prefix { was, would in
      was.from == would.from && was.to == would.to
        && (would.at < was.at ? was.at - would.at : would.at - was.at) <= allowed
    }.count
  }

  /// Whether it comes nearer to the same recording than another: by more rescales, or with as many, for more of the time.
  package func isNearer(than other: Reproduction) -> Bool {
    (agreeing, sameCount ?? 0) > (other.agreeing, other.sameCount ?? 0)
  }

  /// Each rescale as it was and by the model.
  package var lines: [String] {
    var lines: [String] = []
    for index in 0..<max(recorded.count, simulated.count) {
      let was = index < recorded.count ? recorded[index] : nil
      let would = index < simulated.count ? simulated[index] : nil
      var line = "  \(was?.text ?? "nothing"); by the model \(would?.text ?? "nothing")"
      if let was, let would, was.from == would.from, was.to == would.to {
        line += " (\(would.at < was.at ? "" : "+")\(Self.tenths(would.at - was.at))s)"
      }
      lines.append(line)
    }
    if lines.isEmpty { lines.append("  no rescale; by the model none either") }
    if let sameCount {
      lines.append("  the same count wanted for \(Self.tenths(.seconds(sameCount * 100))) % of the time")
    }
    return lines
  }

  static func tenths(_ length: Duration) -> String {
    let tenths = Int((length.seconds * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
