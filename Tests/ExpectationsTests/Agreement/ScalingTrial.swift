import Arrivals
import AutoscalerModel
import Foundation
import KubernetesObjects
import Profiles
import RunTimeline
import Testing
import Units

@testable import Expectations

/// One simulated run, watched with some loss and judged in every way.
struct ScalingTrial {
  let world: ScalingWorld
  let loss: ObservationLoss
  let conformance: Opinion
  let corridor: Opinion
  /// What contradicts what, each beginning with the name of its kind.
  private(set) var faults: [String] = []
  private let entries: [DecisionReplay.Entry]

  /// - Parameters:
  ///   - isMutated: whether the controller is wrong in some way; which one the seed says.
  init(seed: UInt64, isMutated: Bool) throws {
    var random = SplitMix64(seed: seed ^ 0x5CA1_AB1E)
    let scenario = ScalingScenario(seed: seed)
    let mutation = isMutated ? ControllerMutation.allCases.randomElement(using: &random) : nil
    world = try ScalingWorld(scenario, mutation: mutation)
    let loss = ObservationLoss.random(&random, end: scenario.end)
    // On which side of the edge of a window a sync lies is told by the times in the managed fields; without them nothing
    // tells a controller that waits one sync more from the true one.
    self.loss = loss == .noManagedFields && mutation == .tooLate ? .nothing : loss
    let timeline = Self.timeline(world, loss: self.loss, random: &random)
    let analysis = RunAnalysis(timeline)
    let expectations = try Self.expectations.get()
    guard case .hpaConformance(let conforming) = expectations[0].kind,
      case .withinCorridor(let within) = expectations[1].kind
    else { preconditionFailure("two other expectations") }
    let run = RunView(analysis)
    conformance = conforming.opinion(on: run)
    corridor = within.opinion(on: run)
    entries = try #require(analysis.replay).entries
    if seed.isMultiple(of: 25) { try checkJudge(timeline) }
    if isMutated { checkMutated() } else { checkConforming() }
    for opinion in [conformance, corridor] {
      faults += contradictions(between: opinion.verdict, and: opinion.measurements, of: opinion.finding)
    }
    if conformance.verdict == .pass { checkAgreement() }
  }

  private static let expectations = Result {
    [try expectation("{name: c, hpaConformance: {}}"), try expectation("{name: w, withinCorridor: {}}")]
  }

  /// A judge that is given the timeline alone says the same.
  private mutating func checkJudge(_ timeline: Timeline) throws {
    let verdicts = Judge.judge(try Self.expectations.get(), on: timeline)
    if verdicts.map(\.finding) != [conformance.finding, corridor.finding] { faults.append("judged otherwise: alone") }
  }

  private static func timeline(
    _ world: ScalingWorld, loss: ObservationLoss, random: inout SplitMix64
  ) -> Timeline {
    let end = world.scenario.end + 1
    let start = KubernetesTime(seconds: ScalingWorld.epoch)
    var offset: ClosedRange<Duration> = .zero ... .zero
    if case .clock(let seconds) = loss { offset = .seconds(-seconds) ... .seconds(seconds) }
    return Timeline(
      run: RunDescription(
        name: "simulated", toolVersion: "test", profileText: "", startedAt: start, endedAt: .seconds(end),
        endReason: .completed,
        cluster: ClusterDescription(
          context: "test", namespace: "default", workload: WorkloadReference(.deployment, "web"), autoscaler: "web",
          serverVersion: "v1.36.2")),
      phases: [
        PhaseSpan(
          name: "calm", plannedStart: .zero, plannedEnd: .seconds(end), startRate: 0, endRate: 0, start: .zero,
          end: .seconds(end))
      ],
      observations: loss.observations(of: world.rows, end: end, random: &random),
      clock: ServerClock(runStart: start, offset: offset, skew: .milliseconds(100)))
  }

  /// Whether everything was watched that a judge needs.
  var isFullyObserved: Bool { loss == .nothing || loss == .noEvents }

  /// When the recording had begun.
  private var start: Double {
    if case .start(let at) = loss { return at + 0.1 }
    return 0.1
  }

  /// Whether it is a count of somebody else's that lies outside of the corridor, by name.
  private var isAnothersDoing: Bool { corridor.finding.contains("set by kubectl") }

  /// Acts that the true controller would not have made, as far as the recording reaches.
  var deviations: [ScalingWorld.Act] {
    world.acts.filter { $0.differs && $0.at > start }
  }

  private mutating func checkConforming() {
    if conformance.verdict == .fail { faults.append("conforming fails: \(conformance.finding)") }
    if corridor.verdict == .fail, !isAnothersDoing {
      faults.append("conforming leaves the corridor: \(corridor.finding)")
    }
    if isFullyObserved { checkTerms() }
  }

  private mutating func checkMutated() {
    guard let first = deviations.first else { return }
    let text = "at \(first.at.rounded()) s from \(first.from) to \(first.to) where \(first.due) was due"
    let name = world.mutation?.rawValue ?? ""
    if conformance.verdict == .pass { faults.append("\(name) conforms: \(text)") }
    if corridor.verdict == .pass { faults.append("\(name) keeps to the corridor: \(text)") }
  }

  /// What explains a write has to have the reasons that the controller wrote down.
  private mutating func checkTerms() {
    for act in world.acts {
      guard act.status != nil, let decision = act.decision,
        let entry = entries.first(where: { abs($0.at.latest.seconds - act.at) < 1.5 })
      else { continue }
      let place = "at \(act.at.rounded()) s, \(act.from) to \(act.to) (\(entry.reading))"
      guard let explained = entry.decision else {
        faults.append("not explained: \(place)")
        continue
      }
      let (right, said) = (Self.reasons(decision), Self.reasons(explained))
      if right != said { faults.append("explained otherwise: \(place): \(said), and the controller wrote \(right)") }
    }
  }

  private static func reasons(_ decision: Decision) -> String {
    guard decision.path == .computed else { return decision.bindingTerm.name }
    let status = decision.status(updating: nil)
    return ["AbleToScale", "ScalingLimited"].compactMap { status.condition($0)?.reason }.joined(separator: ", ")
  }

  /// Where conformance passes, no one else may object.
  private mutating func checkAgreement() {
    if corridor.verdict == .fail, !isAnothersDoing {
      faults.append("conforms and leaves the corridor: \(corridor.finding)")
    }
    for entry in entries where entry.at.latest.seconds > start && entry.from != entry.to && !entry.agrees {
      faults.append(
        "conforms and is not explained: \(entry.at.latest.seconds.rounded()) s, \(entry.from) to \(entry.to)")
    }
  }

  /// What happened, for those who look into a fault.
  var story: String {
    let acts = world.acts.map { act in
      let raw = act.decision.flatMap(\.rawRecommendation).map { "asks \($0), " } ?? ""
      let written = act.status == nil ? "" : " (status written)"
      let due = act.differs ? ", due \(act.due)" : ""
      return
        "  \((act.at * 10).rounded() / 10) s: \(act.from) to \(act.to)\(due), \(raw)\(act.decision?.bindingTerm.name ?? "")\(written)"
    }
    let explained = entries.map { entry in
      let decided = entry.decision.map { "\($0.desiredReplicas), \($0.bindingTerm.name)" } ?? "nothing"
      let raw = entry.decision.flatMap(\.rawRecommendation).map { "asks \($0), " } ?? ""
      return "  \(entry.at.latest.plain): \(entry.from) to \(entry.to) explained as \(raw)\(decided)"
    }
    return """
      \(world.scenario)
        controller: \(world.mutation?.rawValue ?? "true"); loss: \(loss)
      \(acts.joined(separator: "\n"))
      \(explained.joined(separator: "\n"))
        conformance: \(conformance.verdict) \(conformance.finding)
        corridor: \(corridor.verdict) \(corridor.finding)
        faults: \(faults.joined(separator: "\n          "))
      """
  }
}
