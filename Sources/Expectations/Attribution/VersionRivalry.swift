import LoadFacts
import RunTimeline

/// Whether failures of one version are those of pods that something befell: young ones, or such as go.
struct VersionRivalry {
  private let trigger: Trigger
  private let version: VersionContrast
  private let reach: TriggerReach
  private let all: [FailedRequest]

  init(_ trigger: Trigger, _ version: VersionContrast, _ load: AttributedLoad, _ reach: TriggerReach) {
    (self.trigger, self.version, self.reach) = (trigger, version, reach)
    all = load.kept.filter { reach.pods.pod(of: $0) != nil }
  }

  /// Whether the version's other pods fail as often, so that what befell some does not matter; `nil` where nothing tells which
  /// pods failed, or it had no others.
  var isVersionAlone: Bool? {
    let own = all.filter { version.hasAnswered($0, reach.pods) }
    let templates = Set(own.compactMap { reach.pods.pod(of: $0)?.templateHash })
    var (concerned, requests) = (0.0, 0.0)
    for answer in version.answers {
      requests += answer.requests
      concerned +=
        answer.requests
        * reach.pods.share(
          at: answer.moment, of: { reach.windows.concerns($0, trigger, at: answer.moment) },
          among: { $0.templateHash.map(templates.contains) ?? false })
    }
    guard !own.isEmpty, concerned < requests * 0.95 else { return nil }
    let test = AttributionTest(
      own.count { reach.mayBe(trigger, $0) }, of: own.count, share: concerned / requests)
    return test.pValue >= Attribution.risk
  }

  /// Whether next to none fail but the pods that it befell.
  var isTriggerAlone: Bool {
    !all.isEmpty && all.count { reach.mayBe(trigger, $0) } * 10 >= all.count * 9
  }
}
