import Arrivals
import RunTimeline
import Units

extension TimelineBuilder {
  /// A load with failures, drops and requests without an end, in intervals that need not keep to the phases, of a run that
  /// may have been cut, from a machine that may have been late.
  static func random(_ random: inout SplitMix64) -> TimelineBuilder {
    let cut = Bool.random(using: &random) ? nil : Double.random(in: 61..<310, using: &random)
    var run = TimelineBuilder(endedAt: cut ?? 1140, endReason: cut == nil ? .completed : .interrupted)
    run.plannedRate = Bool.random(using: &random) ? 100 : 0
    run.users = Int.random(in: 0..<4, using: &random) == 0 ? 20 : nil
    let length = [1.0, 1.7, 7.0].randomElement(using: &random) ?? 1.0
    let worst = [0, 1, 3, 30].randomElement(using: &random) ?? 0
    func few(_ most: Int, _ random: inout SplitMix64) -> Int { Int.random(in: 0...most, using: &random) }
    for start in stride(from: 55, to: min(cut ?? 305, 305), by: length) {
      // Here and there an interval is missing.
      if few(60, &random) == 0 { continue }
      run.second(
        at: start, offered: 100, failed: few(worst, &random), dropped: few(9, &random) == 0 ? few(worst, &random) : 0,
        unended: few(5, &random) == 0 ? few(worst, &random) : 0,
        latency: .microseconds(Int.random(in: 900...90_000, using: &random)), length: length,
        route: Bool.random(using: &random) ? "home" : "order")
    }
    if few(5, &random) > 0 { run.healthy(from: 0, to: 1140) }
    return run
  }
}
