import AutoscalerModel
import KubernetesObjects

/// Works a test of an autoscaler out: calm at the least count, a surge, the way back, a restart.
struct ScalingTest {
  let target: DiscoveredTarget
  let autoscaler: HorizontalPodAutoscaler
  let plan: ScalingPlan
  let version: KubernetesVersion
  let cpu: CPUTarget
  let cost: ProbeFigures.Cost
  let idle: Double
  let figures: ProbeFigures
  let timing: Timing
  let timeScale: Double
  let others: OtherMetrics

  private let choice: LevelChoice
  private let least: Int
  private let low: LoadLevel

  /// - Throws: ``DiscoveryProblem`` that says why scaling cannot be tested.
  init(
    _ target: DiscoveredTarget, autoscaler: HorizontalPodAutoscaler, version: KubernetesVersion, figures: ProbeFigures,
    timing: Timing, timeScale: Double
  ) throws(DiscoveryProblem) {
    plan = ScalingPlan(autoscaler.spec, version: version)
    cpu = try CPUTarget(of: target, plan: plan)
    guard let cost = figures.cost else { throw DiscoveryProblem(figures.costSource) }
    guard let idle = figures.idle else {
      throw DiscoveryProblem("what pods use without our load is not known, so that no level can be worked out")
    }
    guard plan.minReplicas < plan.maxReplicas else {
      throw DiscoveryProblem("minReplicas and maxReplicas are both \(plan.maxReplicas): the autoscaler changes nothing")
    }
    least = max(plan.minReplicas, 1)
    choice = LevelChoice(
      cpu: cpu, cost: cost, idle: idle, idlePods: max(target.pods.count { $0.isReady }, 1),
      bounds: least...plan.maxReplicas)
    guard let low = choice.low(at: least) else {
      throw DiscoveryProblem(
        "without our load the pods use \(Figure.milli(idle)), of \(least) x \(Figure.milli(cpu.perPod)): others send "
          + "requests here, or they are busy with themselves, so that counts would not be our doing")
    }
    self.target = target
    self.autoscaler = autoscaler
    self.version = version
    self.cost = cost
    self.idle = idle
    self.figures = figures
    self.timing = timing
    self.timeScale = timeScale
    others = OtherMetrics(of: autoscaler, plan: plan)
    self.low = low
  }

  private var isDisabledUp: Bool { plan.behavior?.scaleUp.selectPolicy == .disabled }
  private var isDisabledDown: Bool { plan.behavior?.scaleDown.selectPolicy == .disabled }

  func test() -> PlannedTest {
    var test = PlannedTest()
    calm(&test)
    let top = surge(&test)
    if let top { settle(&test, from: top) }
    test.expect("obeys its own spec", "hpaConformance: {}")
    test.expect("stays within what its spec allows", "withinCorridor: {}")
    let isBack = top == nil || back != nil
    if let length = RolloutLength(
      target.workload, at: isBack ? least : plan.maxReplicas, podSeconds: timing.pod,
      minReadySeconds: Double(target.minReadySeconds))
    {
      test.addRestart(
        length, of: target, at: low.rate, comment: comment(of: low, "calm"), timing: timing, timeScale: timeScale)
      if isBack, !isDisabledUp || top == nil {
        test.expect(
          "a restart is no load", "steadyReplicas: {during: release, count: \(least)}",
          "The load is that of calm: pods that start may not count for more of it.")
      }
    } else {
      test.omissions.append("No restart: \(target.reference.text) does not replace its pods by itself.")
    }
    return test
  }

  // MARK: Calm

  private func calm(_ test: inout PlannedTest) {
    let isAtRest = target.workload.wanted == least
    var length = 60.0
    var comments = [comment(of: low, "the least count, \(least), is enough")]
    if !isAtRest, let course = wayDown(from: max(target.workload.wanted, least)) {
      length = Figure.up(timing.reaching(course.0, steps: course.1) + 30, to: 30)
      comments.append("\(target.workload.wanted) are wanted now: time to come to rest.")
      test.phases.append(PlannedTest.Phase(name: "calm", length: length, rate: low.rate, comments: comments))
      test.expect(
        "comes to rest", "scaleDown: {after: calm.start, to: \(least), within: \(Figure.duration(length - 30))}")
    } else {
      test.phases.append(PlannedTest.Phase(name: "calm", length: length, rate: low.rate, comments: comments))
      if isAtRest {
        test.expect("stays put while it is calm", "steadyReplicas: {during: calm, count: \(least)}")
      } else {
        test.omissions.append(
          "\(target.workload.wanted) pods are wanted now, and nothing brings them back to \(least): no count is expected of "
            + "calm.")
      }
    }
    test.expectLatency(figures.answers, during: "calm", of: test.requests(in: "calm", timeScale: timeScale))
  }

  // MARK: Surge

  /// - Returns: the highest level; `nil` where nothing can be scaled out.
  private func surge(_ test: inout PlannedTest) -> LoadLevel? {
    if isDisabledUp {
      test.omissions.append("No surge: behavior.scaleUp is Disabled.")
      return nil
    }
    guard let level = choice.high(from: least) else {
      test.omissions.append(whyNoSurge)
      return nil
    }
    let goal = level.counts.lowerBound
    let course = ScalingCourse(
      autoscaler, version: version, from: least, before: least,
      asking: { ask(level.worth.lowerBound, at: $0) }, isReached: { $0 >= goal })
    guard let wait = course.seconds else {
      test.omissions.append("No surge: the policies of behavior.scaleUp do not reach \(goal) pods within 6 hours.")
      return nil
    }
    let reached = timing.reaching(wait, steps: course.steps)
    let within = Figure.up(reached + timing.pod, to: 5)
    let rest = max(60, 2 * (timing.resolution + ScalingCourse.syncPeriod))
    test.phases.append(
      PlannedTest.Phase(
        name: "surge", length: Figure.up(within + rest, to: 15), rate: level.rate,
        comments: surgeComments(level) + [
          "Held for \(Figure.duration(within)) until it is there, and \(Figure.duration(rest)) to see it rest."
        ]))
    let steps = course.steps == 1 ? "1 step" : "\(course.steps) steps"
    test.expect(
      "scales out in time",
      "scaleUp: {after: surge.start, to: \">= \(goal)\", of: ready, within: \(Figure.duration(within))}",
      "\(timing.metricsWords),", "\(Figure.duration(wait)) of windows and policies, \(steps) of up to 15s, and "
        + "\(Figure.duration(timing.pod)) for the pods.")
    if others.unknown.isEmpty, others.memory == nil, level.counts.upperBound < plan.maxReplicas {
      test.expect(
        "asks for no more than it needs",
        "steadyReplicas: {during: surge, count: \"<= \(level.counts.upperBound)\"}",
        "\(Figure.text(level.worth.upperBound)) pods' worth at most.")
    }
    test.expectFewErrors(
      "scaling out costs no errors", during: "surge", of: test.requests(in: "surge", timeScale: timeScale))
    return level
  }

  private var whyNoSurge: String {
    let needed = (1 + cpu.certainlyAbove) * cpu.perPod
    return needed > LevelChoice.bearable * cpu.capacity
      ? "No surge: pods would have to use \(Figure.milli(needed)) each before the autoscaler surely acts, of the "
        + "\(Figure.milli(cpu.capacity)) that they can: they would fail first. Lower the target, or raise the limit."
      : "No surge: no rate is known well enough to lie outside the tolerance (CPU a request "
        + "\(Figure.text(cost.bounds.lowerBound))..\(Figure.text(cost.bounds.upperBound)) ms, counts \(least).."
        + "\(plan.maxReplicas)): probe with more requests (--probe-rate)."
  }

  private func surgeComments(_ level: LoadLevel) -> [String] {
    let goal = level.counts.upperBound
    let below = level.worth.lowerBound / Double(max(level.counts.lowerBound - 1, 1))
    var comments = [comment(of: level, level.isExact ? "it rests at \(goal) alone" : "it rests at \(level.counts.lowerBound)..\(goal)")]
    comments.append(
      "At \(level.counts.lowerBound - 1) pods each would use \(Figure.percent(below)) of the target, beyond its tolerance of "
        + "\(Figure.percent(1 + cpu.tolerance.scaleUp)); until then \(least) pods run at \(Figure.percent(level.share)) of "
        + "what they can.")
    if goal == plan.maxReplicas { comments.append("\(goal) is the maximum: a higher rate would ask for no more.") }
    return comments
  }

  // MARK: Settle

  private func settle(_ test: inout PlannedTest, from top: LoadLevel) {
    let window = plan.behavior.map { Double($0.scaleDown.stabilizationWindowSeconds) } ?? 300
    let early = window - ScalingCourse.syncPeriod
    let until: Double
    var comments = ["As calm."]
    if let back {
      until = Figure.up(timing.reaching(back.0, steps: back.1), to: 15)
      comments.append("Held until the last step back is due, and 30s.")
    } else {
      until = max(early, 60) + 60
    }
    test.phases.append(
      PlannedTest.Phase(name: "settle", length: Figure.up(until + 30, to: 30), rate: low.rate, comments: comments))
    if isDisabledDown {
      test.expect(
        "stays, since behavior.scaleDown is Disabled",
        "steadyReplicas: {during: settle, count: \">= \(top.counts.lowerBound)\"}")
    } else if early > 0 {
      test.expect(
        "does not scale in early", "scaleDown: {after: settle.start, notBefore: \(Figure.duration(early))}",
        "The window of \(Figure.duration(window)), less one sync.")
    }
    if let back {
      test.expect(
        "back to the floor",
        "scaleDown: {after: settle.start, to: \(least), within: \(Figure.duration(until))}",
        "\(timing.metricsWords),",
        "\(Figure.duration(back.0)) of window and policies, and \(back.1 == 1 ? "1 step" : "\(back.1) steps") of up to 15s.")
    } else if !isDisabledDown {
      test.omissions.append(whyNotBack)
    }
    test.expectFewErrors(
      "scaling in costs no errors", during: "settle", of: test.requests(in: "settle", timeScale: timeScale))
  }

  private var whyNotBack: String {
    if !others.unknown.isEmpty {
      return "No way back to \(least) is expected: it also goes by \(others.unknown.joined(separator: ", ")), and while one "
        + "of them asks for more, or fails, nothing is scaled in."
    }
    if let memory = others.memory {
      return "No way back to \(least) is expected: memory is at \(Figure.percent(memory)) of its target, and holds a higher "
        + "count whatever the load."
    }
    return "No way back to \(least) is expected: the policies of behavior.scaleDown do not come there within 6 hours."
  }

  /// How long the way back to the least count takes, and in how many steps; `nil` where nothing leads there for certain.
  private var back: (Double, Int)? { wayDown(from: plan.maxReplicas) }

  private func wayDown(from count: Int) -> (Double, Int)? {
    guard others.unknown.isEmpty, !isDisabledDown, count > least else { return nil }
    let course = ScalingCourse(
      autoscaler, version: version, from: count, before: count,
      asking: { ask(choice.worth(of: low.rate.perSecond, at: $0).upperBound, at: $0) }, isReached: { $0 <= least })
    return course.seconds.map { ($0, course.steps) }
  }

  // MARK: What is asked for

  /// The count that the metrics ask for at another, with so many pods' worth of CPU.
  private func ask(_ worth: Double, at count: Int) -> Int {
    let byCPU = cpu.tolerance.contains(worth / Double(count)) ? count : Int(worth.rounded(.up))
    return max(byCPU, others.memoryAsk(at: count, tolerance: cpu.tolerance), 1)
  }

  /// `260/s x 1 ms CPU + 3m without = 263m = 1.5 pods' worth of 175m: …`
  private func comment(of level: LoadLevel, _ rest: String) -> String {
    let idle = self.idle > 0 ? " + \(Figure.milli(self.idle)) idle" : ""
    let sum = level.rate.perSecond * cost.best + self.idle
    return "\(level.rate.text) x \(Figure.text(cost.best)) ms CPU\(idle) = \(Figure.milli(sum)) = "
      + "\(Figure.text(sum / cpu.perPod)) pods at their target of \(Figure.milli(cpu.perPod)): \(rest)."
  }
}

extension PlannedTest {
  /// Adds a phase with a restart in it, and what is expected of that.
  mutating func addRestart(
    _ length: RolloutLength, of target: DiscoveredTarget, at rate: RoundRate, comment: String?, timing: Timing,
    timeScale: Double
  ) {
    let within = Figure.up(length.seconds + 15, to: 15)
    phases.append(
      Phase(
        name: "release", length: Figure.up(15 + within + length.ending + 15, to: 15), rate: rate,
        comments: ["As calm. Held for the restart, and \(Figure.duration(length.ending)) until its last pod is gone."]))
    let rounds = length.rounds == 1 ? "1 round" : "\(length.rounds) rounds"
    action = (
      "release + 15s",
      ["\(rounds) (surge \(length.surge), unavailable \(length.unavailable)); \(timing.podWords)."]
    )
    expect("a restart completes", "rolloutCompletes: {action: restart, within: \(Figure.duration(within))}")
    switch target.workload.replacement {
    case .recreating:
      omissions.append("No floor and no errors are expected of the restart: strategy Recreate takes all pods away first.")
    default:
      if length.unavailable < target.workload.wanted {
        expect("a restart keeps its floor", "availabilityFloor: {during: restart}")
      } else {
        omissions.append("No floor is expected of the restart: maxUnavailable lets all pods be away.")
      }
      let requests = rate.perSecond * (length.seconds + length.ending) / timeScale
      expectFewErrors("a restart costs no errors", during: "restart", of: requests)
    }
  }
}
