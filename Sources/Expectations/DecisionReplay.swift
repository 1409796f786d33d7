package import AutoscalerModel
import KubernetesObjects
package import RunTimeline
import Units

/// The work of an autoscaler done again by the model: what it was told, what the model makes of that, and what was done.
///
/// Of all histories that the observation allows, one is shown that explains what was done, and what the controller said of
/// it in conditions and events. Where others would do so in other terms, they are named.
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
    /// The sync could not read the count, so that it left what was there, or nothing was there.
    package let couldNotRead: Bool
    /// What the model decides; `nil` where the status does not tell enough.
    package let decision: Decision?
    /// Whether the model comes to the count that was observed.
    package var agrees: Bool {
      guard let decision else { return false }
      if case .scaleUnreadable = decision.path { return from == to }
      return (decision.rescaleError == nil ? decision.desiredReplicas : decision.currentReplicas) == to
    }
    /// Whether it also says what the controller said: the same reasons in all conditions that such a sync writes.
    package let confirmed: Bool
    /// What would have had to differ for another outcome.
    package let alternative: String
    /// What has to be assumed of the time before or between what was watched for this to be so; else `nil`.
    package let assumption: String?
    /// Other terms that may have bound the decision, where what was observed does not tell.
    let otherTerms: [String]
    /// How many syncs after this one came to the same without a trace.
    package let repeats: Int
    /// How many more may have, where restarts or gaps leave that open.
    let possibleRepeats: Int
  }

  init(_ record: ScalingRecord) {
    guard record.misdirection == nil else {
      entries = []
      return
    }
    var memory = ReplayMemory(record)
    entries = record.syncs.indices.map { index in
      let sync = record.syncs[index]
      let best = ReplayedSync.best(of: index, record: record, memory: memory)
      memory.add(best, of: index)
      let (repeats, possibleRepeats) = record.repeats(after: index)
      return Entry(
        at: sync.change?.at ?? sync.at, reading: sync.reading, from: sync.start, to: sync.end,
        couldNotRead: sync.couldNotRead, decision: best?.decision, confirmed: best?.isConfirmed ?? false,
        alternative: best?.decision.alternative(remembering: best?.memory) { Self.seconds(record.runTime($0)) }
          ?? (record.readsPodsInDoubt(sync.plan, at: sync.at)
            ? "changes of pods were missed about then, so that nothing tells what its metrics asked for"
            : "the status of this sync bears no metrics"),
        assumption: best?.assumption, otherTerms: best?.otherTerms ?? [], repeats: repeats,
        possibleRepeats: possibleRepeats)
    }
  }
}

extension ScalingRecord {
  /// An instant of the model's clock in run time.
  func runTime(_ time: KubernetesTime) -> Duration {
    .microseconds(time.microseconds - timeline.run.startedAt.microseconds)
  }

  /// An instant of run time on the clock of the model.
  func time(_ instant: Duration) -> KubernetesTime {
    KubernetesTime(microseconds: timeline.run.startedAt.microseconds + instant.nanoseconds / 1000)
  }

  /// How many syncs came between one that left a trace and the next: those that certainly did, and how many more may have.
  fileprivate func repeats(after index: Int) -> (certain: Int, possible: Int) {
    guard index + 1 < syncs.count else { return (0, 0) }
    let (from, to) = (syncs[index].at.latest, syncs[index + 1].at.latest)
    if !isBlind(from: from, to: to), let periods = periods(from: index, to: index + 1) {
      return (max(periods - 1, 0), 0)
    }
    return (0, max(Int((to - from).seconds / rhythm.seconds) - 1, 0))
  }
}

extension ObservedSync {
  /// The count before and after the sync.
  var start: Int { change?.from ?? current }
  var end: Int { change?.to ?? outcome }
}
