import AutoscalerModel
import KubernetesObjects
import Units

/// Works a test of an autoscaler out: calm at the least count, a surge, the way back, a restart.
struct ScalingTest {
  let target: DiscoveredTarget
  let autoscaler: HorizontalPodAutoscaler
  let plan: ScalingPlan
  let version: KubernetesVersion
  let figures: ProbeFigures
  let timing: Timing
  let timeScale: Double
  let others: OtherMetrics

  private let choice: LevelChoice
  private let low: LoadLevel

  private var cpu: CPUTarget { choice.cpu }
  private var cost: ProbeFigures.Cost { choice.cost }
  private var idle: Double { choice.idle }
  /// The count from which the surge begins: the least one, or the one that nothing brings back to it.
  private var least: Int { choice.bounds.lowerBound }

  /// - Throws: ``DiscoveryProblem`` that says why scaling cannot be tested.
  init(
    _ target: DiscoveredTarget, autoscaler: HorizontalPodAutoscaler, version: KubernetesVersion, figures: ProbeFigures,
    timing: Timing, timeScale: Double
  ) throws(DiscoveryProblem) {
    plan = ScalingPlan(autoscaler.spec, version: version)
    let cpu = try CPUTarget(of: target, plan: plan)
    guard let cost = figures.cost else { throw DiscoveryProblem(figures.costSource) }
    guard let idle = figures.idle else {
      throw DiscoveryProblem("what pods use without our load is not known, so that no level can be worked out")
    }
    guard plan.minReplicas < plan.maxReplicas else {
      throw DiscoveryProblem("minReplicas and maxReplicas are both \(plan.maxReplicas): the autoscaler changes nothing")
    }
    others = OtherMetrics(of: autoscaler, plan: plan)
    let isHeld = plan.behavior?.scaleDown.selectPolicy == .disabled || !others.unknown.isEmpty
    let least = max(plan.minReplicas, isHeld ? min(target.workload.wanted, plan.maxReplicas) : 1)
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
    self.figures = figures
    self.timing = timing
    self.timeScale = timeScale
    self.low = low
  }

  /// Of the way down, in seconds.
  private var window: Double {
    plan.behavior.map { Double($0.scaleDown.stabilizationWindowSeconds) }
      ?? ControllerSettings.defaults.downscaleStabilization.seconds
  }

  private var isDisabledUp: Bool { plan.behavior?.scaleUp.selectPolicy == .disabled }
  private var isDisabledDown: Bool { plan.behavior?.scaleDown.selectPolicy == .disabled }

  func test() -> PlannedTest {
    var test = PlannedTest()
    calm(&test)
    let (top, steps) = surge(&test)
    let back = top.flatMap { wayDown(from: highest(of: $0)) }
    if let top { settle(&test, from: top, back) }
    conformance(&test, steps: steps)
    let isBack = top == nil ? isAtRest || arrival != nil : back != nil
    if let length = RolloutLength(
      target.workload, at: isBack ? least : plan.maxReplicas, podSeconds: timing.pod,
      minReadySeconds: Double(target.minReadySeconds))
    {
      test.addRestart(length, of: target, at: low.rate, timing: timing)
      if isBack {
        test.expect(
          "a restart is no load", "steadyReplicas: {during: release, count: \(least)}",
          "The load is that of calm: pods that start may not count for more of it.")
      }
    } else {
      test.omissions.append("No restart: \(target.reference.text) does not replace its pods by itself.")
    }
    return test
  }

  /// Whether nothing that the autoscaler remembers from before the run can matter: it is at its least count, and by memory
  /// alone nothing is added.
  private var isMemoryHarmless: Bool { isAtRest && plan.behavior != nil }

  /// Whether the count is the least one, and stays so with the load of calm.
  private var isAtRest: Bool {
    target.workload.wanted == least && (others.unknown.isEmpty || least == max(plan.minReplicas, 1))
  }

  /// The way to the least count from where it is; `nil` where it is there, or nothing leads there for certain.
  private var arrival: (Double, Int)? { wayDown(from: target.workload.wanted) }

  /// - Parameter steps: in which the surge is followed. Several at a distance meet pods that are too young to be counted for
  /// certain, and where pods are measured seldom, so does the first.
  private func conformance(_ test: inout PlannedTest, steps: Int) {
    if isMemoryHarmless {
      test.expectConformance(timing)
    } else {
      let isSurgeClear = steps == 1 && timing.metricFlags.isEmpty
      for phase in test.phases.map(\.name) where phase != "calm" && (phase != "surge" || isSurgeClear) {
        let fields = ["during: \(phase)"] + timing.metricFlags
        test.expect("keeps to its spec in \(phase)", "withinCorridor: {\(fields.joined(separator: ", "))}")
      }
    }
  }

  // MARK: Calm

  private func calm(_ test: inout PlannedTest) {
    var length = 60.0
    var comments = [comment(of: low, "the least count, \(least), is enough")]
    if !isMemoryHarmless {
      length = Figure.up(window + 2 * ScalingCourse.syncPeriod, to: 15)
      comments.append(
        "As long as what it remembers from before, \(Figure.duration(window)), so that the rest can be judged.")
    }
    if let course = arrival {
      length = max(length, Figure.up(timing.reaching(course.0, steps: course.1) + 30, to: 30))
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
          "\(Figure.count(target.workload.wanted, "pod")) wanted now, and nothing leads to \(plan.minReplicas) for certain: "
            + "no count is expected of calm.")
      }
    }
    test.expectLatency(figures.answers, during: "calm", of: test.requests(in: "calm", timeScale: timeScale))
  }

  // MARK: Surge

  /// - Returns: the highest level, and in how many steps it is followed; `nil` where nothing can be scaled out.
  private func surge(_ test: inout PlannedTest) -> (LoadLevel?, steps: Int) {
    if isDisabledUp {
      test.omissions.append("No surge: behavior.scaleUp is Disabled.")
      return (nil, 0)
    }
    guard let level = choice.high(from: least) else {
      test.omissions.append(whyNoSurge)
      return (nil, 0)
    }
    let goal = level.counts.lowerBound
    let course = ScalingCourse(
      autoscaler, version: version, from: least, before: least,
      asking: { ask(level.worth.lowerBound, at: $0) }, isReached: { $0 >= goal })
    guard let wait = course.seconds else {
      test.omissions.append("No surge: the policies of behavior.scaleUp do not reach \(goal) pods within 6 hours.")
      return (nil, 0)
    }
    let pauses = course.steps - 1 + timing.halts(from: least, to: goal)
    let starts = timing.pod * Double(target.startsInOrder ? goal - least : 1)
    let within = Figure.up(
      timing.metrics + wait + Double(pauses) * timing.betweenSteps + starts + ScalingCourse.syncPeriod, to: 5)
    let rest = max(60, 2 * (timing.resolution + ScalingCourse.syncPeriod))
    test.phases.append(
      PlannedTest.Phase(
        name: "surge", length: Figure.up(within + rest, to: 15), rate: level.rate,
        comments: surgeComments(level) + [
          "Held for \(Figure.duration(within)) until it is there, and \(Figure.duration(rest)) to see it rest."
        ]))
    let further =
      pauses == 0
      ? "" : ", \(Figure.duration(Double(pauses) * timing.betweenSteps)) for \(Figure.count(pauses, "further step"))"
    test.expect(
      "scales out in time",
      "scaleUp: {after: surge.start, to: \">= \(goal)\", of: ready, within: \(Figure.duration(within))}",
      "\(timing.metricsWords), \(Figure.duration(wait)) of windows and policies\(further), one sync, and "
        + "\(Figure.duration(starts)) until the pods are ready.")
    if others.unknown.isEmpty, others.memory == nil, level.counts.upperBound < plan.maxReplicas {
      test.expect(
        "asks for no more than it needs",
        "steadyReplicas: {during: surge, count: \"<= \(level.counts.upperBound)\"}",
        "\(Figure.text(level.worth.upperBound)) pods' worth at most.")
    }
    test.expectFewErrors(
      "scaling out costs no errors", during: "surge", of: test.requests(in: "surge", timeScale: timeScale))
    return (level, course.steps)
  }

  private var whyNoSurge: String {
    let needed = (1 + cpu.certainlyAbove) * cpu.perPod
    return needed > LevelChoice.bearable * cpu.capacity
      ? "No surge: pods would have to use \(Figure.milli(needed)) each before the autoscaler surely acts, of the "
        + "\(Figure.milli(cpu.capacity)) that they can: they would fail first. Lower the target, or raise the limit."
      : "No surge: no rate is known well enough to lie outside the tolerance (CPU a request "
        + "\(cost.boundsText) ms, counts \(least).."
        + "\(plan.maxReplicas)): probe with more requests (--probe-rate)."
  }

  private func surgeComments(_ level: LoadLevel) -> [String] {
    let goal = level.counts.upperBound
    let below = level.worth.lowerBound / Double(max(level.counts.lowerBound - 1, 1))
    var comments = [
      comment(
        of: level, level.isExact ? "it rests at \(goal) alone" : "it rests at \(level.counts.lowerBound)..\(goal)")
    ]
    comments.append(
      "At \(level.counts.lowerBound - 1) pods each would use \(Figure.percent(below)) of the target, beyond its tolerance of "
        + "\(Figure.percent(1 + cpu.tolerance.scaleUp)); until then \(Figure.count(least, "pod")) at "
        + "\(Figure.percent(level.share)) of capacity.")
    if goal == plan.maxReplicas { comments.append("\(goal) is the maximum: a higher rate would ask for no more.") }
    return comments
  }

  // MARK: Settle

  private func settle(_ test: inout PlannedTest, from top: LoadLevel, _ back: (Double, Int)?) {
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
        "\(Figure.duration(back.0)) of window and policies, and \(Figure.count(back.1, "step")) of up to 15s.")
    } else if !isDisabledDown {
      test.omissions.append(whyNotBack)
    }
    test.expectFewErrors(
      "scaling in costs no errors", during: "settle", of: test.requests(in: "settle", timeScale: timeScale))
  }

  private var whyNotBack: String {
    if !others.unknown.isEmpty {
      return
        "No way back to \(least) is expected: it also goes by \(others.unknown.joined(separator: ", ")), and while one "
        + "of them asks for more, or fails, nothing is scaled in."
    }
    if let memory = others.memory {
      return
        "No way back to \(least) is expected: memory is at \(Figure.percent(memory)) of its target, and holds a higher "
        + "count whatever the load."
    }
    return "No way back to \(least) is expected: the policies of behavior.scaleDown do not come there within 6 hours."
  }

  /// The most pods that the surge may lead to.
  private func highest(of level: LoadLevel) -> Int {
    others.unknown.isEmpty && others.memory == nil ? level.counts.upperBound : plan.maxReplicas
  }

  /// How long the way back to the least count takes, and in how many steps; `nil` where nothing leads there for certain.
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
    _ length: RolloutLength, of target: DiscoveredTarget, at rate: RoundRate, timing: Timing
  ) {
    let within = Figure.up(length.seconds + 15, to: 15)
    phases.append(
      Phase(
        name: "release", length: Figure.up(15 + within + length.ending + 15, to: 15), rate: rate,
        comments: ["As calm. Held for the restart, and \(Figure.duration(length.ending)) until its last pod is gone."]))
    let rounds = "\(Figure.count(length.rounds, "round")) (surge \(length.surge), unavailable \(length.unavailable))"
    action = Action(moment: "release + 15s", comments: ["\(rounds); \(timing.podWords)."])
    expect("a restart completes", "rolloutCompletes: {action: restart, within: \(Figure.duration(within))}")
    switch target.workload.replacement {
    case .recreating:
      omissions.append(
        "No floor and no errors are expected of the restart: strategy Recreate takes all pods away first.")
    default:
      if length.unavailable < target.workload.wanted {
        expect("a restart keeps its floor", "availabilityFloor: {during: restart}")
      } else {
        omissions.append("No floor is expected of the restart: maxUnavailable lets all pods be away.")
      }
      expectFewErrors("a restart costs no errors", during: "restart", of: nil)
    }
  }
}
