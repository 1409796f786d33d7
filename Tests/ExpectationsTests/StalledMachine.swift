import LoadFacts
import RunTimeline
import Statistics
import Units

/// A load at an even rate on a target that serves one request after the other, from a machine that stands still once: what was
/// due meanwhile leaves at the end of that, and answers that came meanwhile are read then. All times are microseconds.
struct StalledMachine {
  /// What the target does with a request, by its number.
  struct Service {
    /// How long it has the target for itself.
    var work = 300
    /// How much longer it takes.
    var delay: @Sendable (Int) -> Int = { _ in 0 }
    var fails: @Sendable (Int) -> Bool = { _ in false }
    /// How many requests are let in at once where a rate is allowed that is a fifth above the planned one; `nil` for all.
    var burst: Double?
  }

  var seconds: Int
  /// Per second.
  var rate: Int
  var stall: Range<Int>
  var service = Service()

  private struct Request {
    var due = 0
    var sent = 0
    var ended = 0
    var failed = false
  }

  /// - Parameter stall: empty for a machine that was always there.
  private func requests(_ stall: Range<Int>) -> [Request] {
    var (free, tokens, filled) = (0, service.burst ?? 0, 0)
    return (0..<seconds * rate).map { number in
      var request = Request()
      request.due = number * 1_000_000 / rate
      request.sent = stall.contains(request.due) ? stall.upperBound : request.due
      if let burst = service.burst {
        tokens = min(burst, tokens + Double(request.sent - filled) * 1.2e-6 * Double(rate))
        filled = request.sent
        request.failed = tokens < 1
        if !request.failed { tokens -= 1 }
      }
      request.failed = request.failed || service.fails(number)
      free = max(free, request.sent) + service.work
      let answered = free + service.delay(number)
      request.ended = stall.contains(answered) ? stall.upperBound : answered
      return request
    }
  }

  /// What was recorded.
  var timeline: Timeline { timeline(stall) }
  /// What would have been recorded of a machine that was always there.
  var truth: Timeline { timeline(0..<0) }

  private func timeline(_ stall: Range<Int>) -> Timeline {
    var run = TimelineBuilder(endedAt: Double(seconds))
    run.watched = false
    let requests = requests(stall)
    for second in 0..<seconds {
      let due = requests[second * rate..<(second + 1) * rate]
      let late = due.count { $0.sent - $0.due > 10_000 }
      run.load.append(
        LoadInterval(
          start: .seconds(second), end: .seconds(second + 1), route: "home", offered: rate, sent: rate, late: late,
          lateByMachine: late,
          outcomes: [false, true].map { failed in tally(due.filter { $0.failed == failed }, failed: failed) }))
    }
    var start = 0
    while start < seconds * 1_000_000 {
      let next = (start / 1_000_000 + 1) * 1_000_000
      let end = stall.contains(next) ? stall.upperBound : next
      run.generator.append(sample(start..<end, requests, stall))
      start = end
    }
    return run.timeline
  }

  private func tally(_ requests: [Request], failed: Bool) -> OutcomeTally {
    var (fromDue, fromSend) = (LatencyHistogram(), LatencyHistogram())
    for request in requests {
      fromDue.record(microseconds: request.ended - request.due)
      fromSend.record(microseconds: request.ended - request.sent)
    }
    return OutcomeTally(
      outcome: failed ? "503" : "200", failed: failed, completed: requests.count, fromDue: fromDue, fromSend: fromSend)
  }

  private func sample(_ stretch: Range<Int>, _ requests: [Request], _ stall: Range<Int>) -> GeneratorSample {
    let first = max(stretch.lowerBound - stall.count, 0) * rate / 1_000_000
    let last = min(stretch.upperBound * rate / 1_000_000 + 2, requests.count)
    let sent = requests[min(first, last)..<last].filter { stretch.contains($0.sent) || $0.sent == stretch.upperBound }
    let lateness = Duration.microseconds(sent.map { $0.sent - $0.due }.max() ?? 0)
    let isStalled = !stall.isEmpty && stretch.lowerBound < stall.upperBound && stall.upperBound <= stretch.upperBound
    return GeneratorSample(
      start: .microseconds(stretch.lowerBound), end: .microseconds(stretch.upperBound),
      lateness: Lateness(p50: .zero, p99: lateness, maximum: lateness),
      machineLateness: Lateness(p50: lateness, p99: lateness, maximum: lateness), processCPU: 0.1,
      busiestWorkerCPU: 0.1, connectionsOpened: 0, inFlight: 1, queued: 0,
      longestPause: .microseconds(isStalled ? stall.count : 0), places: 100)
  }
}
