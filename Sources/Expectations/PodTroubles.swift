import RunTimeline
import Units

/// Ends of containers and losses of readiness of a window.
struct PodTroubles {
  struct End {
    let pod: String
    let end: PodHealth.ContainerEnd
  }

  struct Loss {
    let pod: String
    let loss: PodHealth.ReadinessLoss
  }

  let ends: CountedMoments<End>
  let losses: CountedMoments<Loss>

  init(of pods: [PodLifeline], in stretch: RunView.Stretch) {
    ends = CountedMoments(
      pods.flatMap { pod in pod.health.ends.map { End(pod: pod.name, end: $0) } }, in: stretch, at: \.end.at)
    losses = CountedMoments(
      pods.flatMap { pod in pod.health.losses.map { Loss(pod: pod.name, loss: $0) } }, in: stretch, at: \.loss.at)
  }

  private static func count(_ ends: [End]) -> Int { ends.reduce(0) { $0 + $1.end.count } }

  /// - Parameter isWhole: whether nothing of the window can have been missed.
  func measurements(restarts: Int, readinessLosses: Int, isWhole: Bool) -> [Judgement.Measurement] {
    let mostLosses = losses.all.allSatisfy(\.loss.isOnlyOne) ? losses.all.count : nil
    func atMost(_ count: Int) -> Judgement.Measurement.Limit { Judgement.Measurement.Limit(.atMost, Double(count)) }
    return [
      .count(
        "pods.restarts", Self.count(ends.certain), isWhole ? Self.count(ends.all) : nil, limit: atMost(restarts)),
      .count(
        "pods.readinessLosses", losses.certain.count, isWhole ? mostLosses : nil, limit: atMost(readinessLosses)),
    ]
  }

  /// `2 restarts and 1 loss of readiness`.
  func finding(certainOnly: Bool) -> String {
    let ends = Self.count(certainOnly ? ends.certain : ends.all)
    let losses = (certainOnly ? losses.certain : losses.all).count
    let restarts = ends == 0 ? "no restart" : ends.of("restart")
    let lost = losses == 0 ? "no loss" : losses == 1 ? "1 loss" : "\(losses.grouped) losses"
    let first = certainOnly ? first.map { "; first \($0.sentence) \($0.at.plain)" } : nil
    return "\(restarts) and \(lost) of readiness\(first ?? "")"
  }

  /// What certainly came first, whichever it was.
  private var first: (sentence: String, at: InstantBounds)? {
    let end = ends.certain.first.map { (sentence: $0.sentence, at: $0.end.at) }
    let loss = losses.certain.first.map { (sentence: $0.sentence, at: $0.loss.at) }
    guard let end, let loss else { return end ?? loss }
    return loss.at.earliest < end.at.earliest ? loss : end
  }

  /// What decides if it belongs to the window; `nil` where that does not matter.
  func doubt(restarts: Int, readinessLosses: Int) -> String? {
    if Self.count(ends.all) > restarts, let end = ends.doubtful.first { return "\(end.sentence) \(end.end.at.plain)" }
    if losses.all.count > readinessLosses, let loss = losses.doubtful.first {
      return "\(loss.sentence) \(loss.loss.at.plain)"
    }
    return nil
  }

  /// At most a dozen.
  var rows: [Evidence] {
    let rows =
      ends.all.map { Evidence(at: $0.end.at, $0.sentence) }
      + losses.all.map { Evidence(at: $0.loss.at, $0.sentence) }
    let ordered = rows.sorted { ($0.at?.earliest ?? .zero) < ($1.at?.earliest ?? .zero) }
    let more = ordered.count > 12 ? [Evidence("and \((ordered.count - 12).of("further one"))")] : []
    return ordered.prefix(12) + more
  }
}

extension PodTroubles.End {
  /// `container app of pod web-1 ended: OOMKilled, exit code 137`.
  var sentence: String {
    let times = end.count == 1 ? "" : " \(end.count.grouped) times"
    let cause = [end.reason, end.exitCode.map { "exit code \($0)" }].compactMap { $0 }.joined(separator: ", ")
    return "container \(end.container) of pod \(pod) ended\(times)\(cause.isEmpty ? "" : ": \(cause)")"
  }
}

extension PodTroubles.Loss {
  /// `pod web-1 lost its readiness: ContainersNotReady`.
  var sentence: String {
    let number = loss.isOnlyOne ? "" : " at least once"
    return "pod \(pod) lost its readiness\(number)\(loss.reason.map { ": \($0)" } ?? "")"
  }
}
