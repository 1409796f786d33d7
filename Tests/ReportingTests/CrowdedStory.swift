import Expectations
import KubernetesObjects
import LoadFacts
import RunTimeline
import Units

/// Runs that leave little room on a page: long names everywhere, several failures at one moment and near the edges.
enum CrowdedStory {
  private static let longName = "a-name-without-any-place-to-break-that-is-longer-than-a-telephone-is-wide"

  /// The demonstration run with names as long as people make them, and three deletions and releases close together.
  static func timeline() throws -> Timeline {
    var timeline = try DemoStory.timeline()
    timeline.run.name = "nightly-regression-of-staging-\(longName)"
    timeline.phases = timeline.phases.map { phase in
      var phase = phase
      if phase.name == "surge" { phase.name = "surge-of-\(longName)" }
      return phase
    }
    timeline.actions = [(180, "release"), (200, "undo"), (760, "release-again"), (1130, "restart")].map {
      second, name in
      ActionSpan(
        name: "\(name)-\(longName)", summary: "rollout: set image \(longName)=registry.example/\(longName):v2.0.0",
        plannedAt: .seconds(second), sent: .seconds(second), answered: .seconds(second) + .milliseconds(12))
    }
    timeline.failures = timeline.failures.map { failure in
      var failure = failure
      failure.route = longName
      return failure
    }
    return timeline
  }

  static let judgements =
    DemoStory.judgements
    + [(208, 208), (208, 208), (215, 215), (4, 4), (1139, 1139), (700, 705)].enumerated().map { index, bounds in
      Judgement(
        name: "number \(index) of those that fail near each other", kind: "errorBudget",
        expected: "at most 0.01 % of requests fail during surge-of-\(longName)", verdict: .fail,
        finding: "32 of 39,760 requests of \(longName) failed (0.08 %)",
        window: InstantBounds(.seconds(bounds.0), .seconds(bounds.1)),
        evidence: [
          Evidence(at: InstantBounds(exactly: .seconds(bounds.0)), "4 × 502 while \(longName) was terminating")
        ])
    } + [
      Judgement(
        name: longName, kind: "scaleDown", expected: "wanted replicas 2 within 20m of settle.start",
        verdict: .inconclusive,
        finding: "not reached in the 14m0.4s that were watched", reason: "the run ended at 19m1.8s",
        furtherReason: "the run ended at 19m1.8s",
        window: InstantBounds(.seconds(300), .seconds(1140)))
    ]

  /// Twelve hours, whose clock needs more room.
  static func longRun() -> Timeline {
    var timeline = SmallRun.timeline(endedAt: .seconds(43_200))
    timeline.phases = [
      PhaseSpan(
        name: "night", plannedStart: .zero, plannedEnd: .seconds(43_200), startRate: 1, endRate: 1, start: .zero,
        end: .seconds(43_200))
    ]
    return timeline
  }
}
