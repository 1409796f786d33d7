import LoadFacts
import RunTimeline
import Units

/// A stretch of the run in which the load generator did not do what was asked of it, and what it saw of itself meanwhile.
///
/// It is strained while it gives requests up, while a sample ``GeneratorSample/isLate``, and while a worker uses
/// ``GeneratorHealth/saturatedCPU`` of a core or more.
struct SaturatedStretch: Sendable, Equatable {
  /// From this share of wall time on that a worker waits for a CPU, others take the machine from the generator.
  static let noticeableDelay = 0.1
  /// From this share of all CPU time on, a hypervisor slows the generator down.
  static let noticeableSteal = 0.05
  /// From this share of the ephemeral range on, new connections may find no local port.
  static let fewPortsLeft = 0.9

  private(set) var from: Duration
  private(set) var to: Duration
  private(set) var dropped = 0
  private(set) var late = 0
  private(set) var latenessP99 = WallTime.zero
  private(set) var longestPause = WallTime.zero
  private(set) var wasAway = false
  private(set) var highestQueued = 0
  private(set) var highestInFlight = 0
  private(set) var busiestWorkerCPU = 0.0
  private(set) var runQueueDelay = 0.0
  private(set) var steal = 0.0
  private(set) var usedPorts = 0
  private(set) var ports = 0

  /// What was seen: `1,240 requests given up, 300 late, lateness p99 up to 1.24 s`.
  var effect: String {
    var parts: [String] = []
    if dropped > 0 { parts.append("\(dropped.counted("request")) given up") }
    if late > 0 { parts.append("\(late.grouped) sent late") }
    parts.append("lateness p99 up to \(latenessP99.text)")
    return parts.joined(separator: ", ")
  }

  /// What may be behind it, in the generator's own figures; empty when none of them says why.
  var causes: [String] {
    var causes: [String] = []
    if busiestWorkerCPU >= GeneratorHealth.saturatedCPU {
      causes.append("the busiest worker used \(busiestWorkerCPU.wholePercent) of a core")
    }
    if runQueueDelay >= Self.noticeableDelay {
      causes.append("a worker waited for a CPU during \(runQueueDelay.wholePercent) of the time")
    }
    if steal >= Self.noticeableSteal {
      causes.append("a hypervisor gave \(steal.wholePercent) of the CPU time to others")
    }
    if wasAway {
      causes.append("answers may have lain unread for up to \(longestPause.text)")
    }
    if highestQueued > 0 {
      causes.append("\(highestQueued.counted("request")) waited while \(highestInFlight.grouped) were unanswered")
    }
    if ports > 0, Double(usedPorts) >= Double(ports) * Self.fewPortsLeft {
      causes.append("\(usedPorts.grouped) of \(ports.grouped) local ports were in use")
    }
    return causes
  }

  static func stretches(_ timeline: Timeline) -> [SaturatedStretch] {
    let strained =
      timeline.generator.filter {
        $0.isLate || timeline.tellsOfCPU($0) && $0.busiestWorkerCPU >= GeneratorHealth.saturatedCPU
      }.map { ($0.start, $0.end) } + timeline.load.filter { $0.droppedOtherwise > 0 }.map { ($0.start, $0.end) }
    // Two seconds of wall time are one breath of the generator.
    let pause = Duration.seconds(2) * (timeline.run.timeScale > 0 ? timeline.run.timeScale : 1)
    var stretches: [SaturatedStretch] = []
    for (start, end) in strained.sorted(by: { $0 < $1 }) {
      if let last = stretches.last, start <= last.to + pause {
        stretches[stretches.count - 1].to = max(last.to, end)
      } else {
        stretches.append(SaturatedStretch(from: start, to: end))
      }
    }
    for index in stretches.indices { stretches[index].take(timeline) }
    return stretches
  }

  private init(from: Duration, to: Duration) {
    self.from = from
    self.to = to
  }

  private mutating func take(_ timeline: Timeline) {
    for interval in timeline.load where interval.start < to && interval.end > from {
      dropped += interval.droppedOtherwise
      late += interval.lateByMachine ?? interval.late
    }
    for sample in timeline.generator where sample.start < to && sample.end > from {
      latenessP99 = max(latenessP99, WallTime(sample.ownLatenessP99))
      longestPause = max(longestPause, WallTime(sample.longestPause ?? .zero))
      if sample.wasAway { wasAway = true }
      highestQueued = max(highestQueued, sample.queued)
      if sample.queued > 0 { highestInFlight = max(highestInFlight, sample.inFlight) }
      if timeline.tellsOfCPU(sample) {
        busiestWorkerCPU = max(busiestWorkerCPU, sample.busiestWorkerCPU)
        runQueueDelay = max(runQueueDelay, sample.runQueueDelay ?? 0)
        steal = max(steal, sample.steal ?? 0)
      }
      if let used = sample.ephemeralPortsUsed, let all = sample.ephemeralPorts, used >= usedPorts {
        (usedPorts, ports) = (used, all)
      }
    }
  }
}
