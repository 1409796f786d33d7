package import AutoscalerModel
import KubernetesObjects
package import RunTimeline
import Units

/// The work of an autoscaler done again by the model: what it was told, what the model makes of that, and what was done.
///
/// Each sync that left a trace is played through one controller, which remembers as the real one did. Where the
/// observation allows several mixes of pods that count and pods that do not, the likeliest is taken whose outcome and
/// conditions are those that were observed.
package struct DecisionReplay: Sendable {
  package let entries: [Entry]

  /// One sync, and those after it that came to the same and wrote nothing.
  package struct Entry: Sendable {
    package let at: InstantBounds
    /// What the metrics said: `cpu at 144 %, target 70 %`.
    package let reading: String
    /// What the controller did: from one count to another, or to the same.
    package let from: Int
    package let to: Int
    /// What the model decides; `nil` where the status does not tell enough.
    package let decision: Decision?
    /// Whether the model comes to the count that was observed.
    package var agrees: Bool { decision.map { $0.desiredReplicas == to } ?? false }
    /// What would have had to differ for another outcome.
    package let alternative: String
    /// How many syncs after this one came to the same without a trace.
    package internal(set) var repeats = 0
  }

  package init(_ record: ScalingRecord) {
    var controller = HPAController(settings: record.settings, version: record.version)
    var entries: [Entry] = []
    var last: (sync: ObservedSync, input: SyncInput?)?
    let period = record.settings.syncPeriod
    for sync in record.syncs {
      if let (before, input) = last, let input {
        var silent = before.at.latest + period
        while silent < sync.at.latest - period / 2 {
          _ = controller.sync(
            at: record.time(silent), autoscaler: before.autoscaler,
            target: input.read(before.target(of: before.desired)),
            pods: input.pods, metrics: input.metrics)
          entries[entries.count - 1].repeats += 1
          silent += period
        }
      }
      let now = record.time(sync.at.latest)
      let (from, to) = sync.change.map { ($0.from, $0.to) } ?? (sync.current, sync.outcome)
      let memory = controller[history: sync.autoscaler]
      let best = sync.best(controller, at: now, to: to, target: sync.target(of: from))
      if let best { controller = best.controller }
      if from != to { controller.recordRescale(of: sync.autoscaler, from: from, to: to, at: now) }
      entries.append(
        Entry(
          at: sync.change?.at ?? sync.at, reading: sync.reading, from: from, to: to, decision: best?.decision,
          alternative: best?.decision.alternative(remembering: memory) { Self.seconds(record.runTime($0)) }
            ?? "the status of this sync bears no metrics"))
      last = (sync, best?.input)
    }
    self.entries = entries
  }
}

extension ScalingRecord {
  /// An instant of the model's clock in run time.
  fileprivate func runTime(_ time: KubernetesTime) -> Duration {
    .microseconds(time.microseconds - timeline.run.startedAt.microseconds)
  }

  /// An instant of run time on the clock of the model.
  fileprivate func time(_ instant: Duration) -> KubernetesTime {
    KubernetesTime(microseconds: timeline.run.startedAt.microseconds + instant.nanoseconds / 1000)
  }
}

extension ObservedSync {
  /// The count after the sync. A sync whose metrics failed leaves `desiredReplicas` as it was, which may be long ago.
  fileprivate var outcome: Int { failed ? current : desired }

  fileprivate func target(of replicas: Int) -> ScaleTarget {
    var target = target
    target.specReplicas = replicas
    return target
  }

  fileprivate typealias Replayed = (controller: HPAController, decision: Decision, input: SyncInput)

  /// The likeliest inputs whose outcome is nearest to the observed one, with the controller after it.
  fileprivate func best(
    _ controller: HPAController, at now: KubernetesTime, to: Int, target: ScaleTarget
  ) -> Replayed? {
    var best: Replayed?
    var bestScore = -1
    let isCorrection = target.specReplicas > plan.maxReplicas || target.specReplicas < plan.minReplicas
    let candidates =
      inputs.isEmpty && (failed || isCorrection)
      ? [SyncInput.nothing(plan, statusReplicas: target.statusReplicas)] : inputs
    for input in candidates {
      var controller = controller
      let decision = controller.sync(
        at: now, autoscaler: autoscaler, target: input.read(target), pods: input.pods, metrics: input.metrics)
      let score = (decision.desiredReplicas == to ? 10 : 0) + agreement(with: decision)
      if score > bestScore { (best, bestScore) = ((controller, decision, input), score) }
    }
    return best
  }

  /// How many conditions of the observed status have the reason that the model gives.
  private func agreement(with decision: Decision) -> Int {
    let conditions = decision.status(updating: nil).conditions ?? []
    return conditions.count { condition in status.condition(condition.type)?.reason == condition.reason }
  }
}

extension SyncInput {
  /// Every metric unread.
  fileprivate static func nothing(_ plan: ScalingPlan, statusReplicas: Int) -> SyncInput {
    SyncInput(
      pods: [], metrics: plan.metrics.map { _ in .failed("no value was published") }, statusReplicas: statusReplicas)
  }
}
