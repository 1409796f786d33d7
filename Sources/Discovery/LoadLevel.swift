/// A rate of requests, and the counts at which the autoscaler may rest with it.
package struct LoadLevel: Sendable, Equatable {
  package let rate: RoundRate
  /// Pods' worth of load: the CPU of all requests, and of what pods use without them, over what a pod is to use.
  let worth: ClosedRange<Double>
  /// The lowest and the highest count at which it may rest.
  package let counts: ClosedRange<Int>
  /// Of what the pods can use that are there when it begins, the share that it takes.
  let share: Double

  /// Whether it rests at one count only.
  package var isExact: Bool { counts.lowerBound == counts.upperBound }
}

/// Chooses rates at which the autoscaler surely acts, or surely rests: outside the dead zones of its tolerance
/// (reference, appendix B.1).
struct LevelChoice: Sendable {
  let cpu: CPUTarget
  let cost: ProbeFigures.Cost
  /// Thousandths of a core that so many pods use without our load.
  let idle: Double
  let idlePods: Int
  let bounds: ClosedRange<Int>

  /// How near to their capacity pods may come until new ones help.
  static let comfortable = 0.8
  static let bearable = 0.95
  /// A level that asks for a count stays below it by so much, for what nobody knows.
  private static let below = 0.985

  /// What pods use without our load: as much as now, or as much a pod.
  private func idleUse(at count: Int) -> ClosedRange<Double> {
    let each = idle / Double(max(idlePods, 1)) * Double(count)
    return min(idle, each)...max(idle, each)
  }

  func worth(of rate: Double, at count: Int) -> ClosedRange<Double> {
    let idle = idleUse(at: count)
    return (rate * cost.bounds.lowerBound + idle.lowerBound)
      / cpu.perPod...(rate * cost.bounds.upperBound + idle.upperBound) / cpu.perPod
  }

  private func share(of rate: Double, on count: Int) -> Double {
    (rate * cost.bounds.upperBound + idleUse(at: count).upperBound) / (cpu.capacity * Double(count))
  }

  /// A rate at which the autoscaler rests at the least count, about half used.
  func low(at count: Int) -> LoadLevel? {
    let pod = min(cpu.perPod, Self.comfortable * cpu.capacity)
    let idle = idleUse(at: count).upperBound
    func rate(_ low: Double, _ high: Double) -> RoundRate? {
      RoundRate(
        between: (low * Double(count) * pod - idle) / cost.bounds.lowerBound,
        and: (high * Double(count) * pod - idle) / cost.bounds.upperBound)
    }
    guard let rate = rate(0.35, 0.6) ?? rate(0.1, 0.7), worth(of: rate.perSecond, at: count).upperBound < Double(count)
    else { return nil }
    return LoadLevel(
      rate: rate, worth: worth(of: rate.perSecond, at: count), counts: count...count,
      share: share(of: rate.perSecond, on: count))
  }

  /// A rate for which pods are surely added to those that are there: the highest that those carry until then.
  func high(from count: Int) -> LoadLevel? {
    for most in [Self.comfortable, Self.bearable] {
      if let level = high(from: count, most: most) { return level }
    }
    return nil
  }

  private func high(from count: Int, most: Double) -> LoadLevel? {
    let carried =
      (most * cpu.capacity * Double(count) - idleUse(at: count).upperBound) / cost.bounds.upperBound
    guard carried > 0, count < bounds.upperBound else { return nil }
    // A level at the maximum tells less: what is beyond it asks for no more.
    var found: (exact: LoadLevel?, atMaximum: LoadLevel?, wide: LoadLevel?) = (nil, nil, nil)
    for goal in (count + 1)...min(bounds.upperBound, 4 * count + 8) {
      let idle = idleUse(at: goal)
      let least =
        ((1 + cpu.certainlyAbove) * Double(goal - 1) * cpu.perPod - idle.lowerBound) / cost.bounds.lowerBound
      let top =
        min((Self.below * Double(goal) * cpu.perPod - idle.upperBound) / cost.bounds.upperBound, carried)
      if let rate = RoundRate(between: least, and: top) {
        let level = level(rate, from: count, counts: goal...goal)
        if goal == bounds.upperBound { found.atMaximum = level } else { found.exact = level }
      } else if let rate = RoundRate(between: top * 0.94, and: top) {
        let worth = worth(of: rate.perSecond, at: goal)
        let reached = Int((worth.lowerBound / (1 + cpu.certainlyAbove)).rounded(.up))
        if reached > count, reached <= goal { found.wide = level(rate, from: count, counts: reached...goal) }
      }
    }
    return found.exact ?? found.atMaximum ?? found.wide
  }

  private func level(_ rate: RoundRate, from count: Int, counts: ClosedRange<Int>) -> LoadLevel {
    LoadLevel(
      rate: rate, worth: worth(of: rate.perSecond, at: counts.upperBound), counts: counts,
      share: share(of: rate.perSecond, on: count))
  }
}
