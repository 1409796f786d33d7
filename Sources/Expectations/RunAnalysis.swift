package import AutoscalerModel
import KubernetesObjects
package import Profiles
package import RunTimeline

/// A run with all that is made of it, which verdicts, charts, tables and files share: each part is worked out when it is
/// first asked for, and once.
///
///     Timeline ──▶ RunAnalysis ─┬─ coverage of the load, delays of the machine
///                               └─ scaling record ─┬─ corridor
///                                                  ├─ rulings on conformance
///                                                  └─ decisions, one by one
///
/// A part is told from others by its type, so that a module above adds its own (``part(_:)``). Whoever judges and reports
/// does so in one task, to which the compiler keeps it, since it is not `Sendable`: it needs no lock.
package final class RunAnalysis {
  package let timeline: Timeline
  /// What the cluster's controller was started with, as far as the profile tells.
  package let settings: ControllerSettings
  /// The version of the cluster, where the recording does not tell or tells a wrong one.
  package let version: KubernetesVersion?
  /// Why nothing after the end of the timeline is judged, where that is not the end of the run.
  let cutReason: String?

  /// Of the workload in focus, and of the load.
  private let parts: PartStore
  private let loadParts: PartStore
  private var derived: [(derivation: Derivation, analysis: RunAnalysis)] = []
  private let onWorkingOut: ((String) -> Void)?

  /// How the analysis of a part of the run, or of the same run read in another way, comes from this one.
  private enum Derivation: Equatable {
    case before(InstantBounds, because: String)
    case under(ControllerSettings)
    case of(String)
  }

  /// - Parameter onWorkingOut: is told the type of each part that is worked out.
  package convenience init(
    _ timeline: Timeline, settings: ControllerSettings = .defaults, version: KubernetesVersion? = nil,
    onWorkingOut: ((String) -> Void)? = nil
  ) {
    self.init(
      timeline, settings: settings, version: version, cutReason: nil, loadParts: PartStore(onWorkingOut),
      onWorkingOut: onWorkingOut)
  }

  /// A run whose controller has the flags that expectations tell of it.
  package convenience init(_ timeline: Timeline, of expectations: [Expectation]) {
    self.init(timeline, settings: expectations.controllerSettings)
  }

  private init(
    _ timeline: Timeline, settings: ControllerSettings, version: KubernetesVersion?, cutReason: String?,
    loadParts: PartStore, onWorkingOut: ((String) -> Void)?
  ) {
    self.timeline = timeline
    self.settings = settings
    self.version = version
    self.cutReason = cutReason
    self.loadParts = loadParts
    self.onWorkingOut = onWorkingOut
    parts = PartStore(onWorkingOut)
  }

  /// The part of a type, made of the workload in focus. It must not hold the analysis itself, which keeps it.
  package func part<Part>(_ make: () -> Part) -> Part { parts.part(make) }

  /// The part of a type that is made of the load alone.
  package func partOfLoad<Part>(_ make: () -> Part) -> Part { loadParts.part(make) }

  /// The run up to what nothing behind it can be told through.
  func before(_ moment: InstantBounds, because reason: String) -> RunAnalysis {
    derive(.before(moment, because: reason)) {
      RunAnalysis(
        timeline.before(moment.earliest), settings: settings, version: version, cutReason: reason,
        loadParts: PartStore(onWorkingOut), onWorkingOut: onWorkingOut)
    }
  }

  /// The run with other flags of its controller, where an expectation tells of others.
  func under(_ flags: Expectation.ControllerFlags) -> RunAnalysis {
    let settings = flags.settings(over: settings)
    if settings == self.settings { return self }
    return derive(.under(settings)) {
      RunAnalysis(
        timeline, settings: settings, version: version, cutReason: cutReason, loadParts: loadParts,
        onWorkingOut: onWorkingOut)
    }
  }

  /// The run with one of its workloads in focus: what is made of the load is the same, and worked out once.
  ///
  /// - Parameter workload: what the profile calls it.
  package func of(_ workload: String) -> RunAnalysis {
    if timeline.run.cluster?.workloads.first.name == workload { return self }
    return derive(.of(workload)) {
      RunAnalysis(
        timeline.focused(on: workload), settings: settings, version: version, cutReason: cutReason,
        loadParts: loadParts, onWorkingOut: onWorkingOut)
    }
  }

  /// Of each workload that was watched, with that in focus; this one alone where one was, or none.
  package var ofEachWorkload: [RunAnalysis] {
    let names = (timeline.run.cluster?.workloads.all ?? []).compactMap(\.name)
    return names.isEmpty ? [self] : names.map(of)
  }

  /// What the profile calls the workload in focus; `nil` where it watches one alone.
  package var workloadName: String? { timeline.run.cluster?.workloads.first.name }

  private func derive(_ derivation: Derivation, _ make: () -> RunAnalysis) -> RunAnalysis {
    if let known = derived.first(where: { $0.derivation == derivation }) { return known.analysis }
    let analysis = make()
    derived.append((derivation, analysis))
    return analysis
  }
}

extension RunAnalysis {
  /// What the recording shows of the work of its autoscaler; `nil` where nothing was seen of one.
  package var scaling: ScalingRecord? {
    part { ScalingRecord(timeline, settings: settings, version: version) }
  }

  /// The counts that its spec allows.
  package var corridor: ReplicaCorridor? { part { scaling.map { ReplicaCorridor($0) } } }

  /// Its work done again by the model.
  package var replay: DecisionReplay? { part { scaling.map { DecisionReplay($0) } } }

  /// What is to be said of each of its rescales and syncs.
  var rulings: [ConformanceRuling] { part { scaling.map { ConformanceJudge(record: $0).rulings } ?? [] } }

  /// What the machine that the load came from may have taken of the time of requests.
  package var machineDelay: MachineDelay { partOfLoad { MachineDelay(timeline) } }

  /// What the failed requests have to do with what happened in the cluster; `nil` where nothing failed or was watched.
  package var attribution: Attribution? { partOfLoad { Attribution(timeline) } }

  /// The requests by intervals.
  var orderedLoad: OrderedLoad { partOfLoad { OrderedLoad(timeline.load) } }

  /// The failed requests that were kept whole.
  var failures: OrderedFailures { partOfLoad { OrderedFailures(timeline.failures) } }

  /// Which of the planned load was recorded.
  var coverage: LoadCoverage { partOfLoad { LoadCoverage(RunView(self)) } }
}

/// Values that were worked out, one of each type.
private final class PartStore {
  private var parts: [ObjectIdentifier: Any] = [:]
  private let onWorkingOut: ((String) -> Void)?

  init(_ onWorkingOut: ((String) -> Void)?) { self.onWorkingOut = onWorkingOut }

  func part<Part>(_ make: () -> Part) -> Part {
    let key = ObjectIdentifier(Part.self)
    // A part may be nothing, which is another thing than a part that is not there yet.
    if let known = parts[key], let part = known as? Part { return part }
    onWorkingOut?("\(Part.self)")
    let part = make()
    parts.updateValue(part, forKey: key)
    return part
  }
}
