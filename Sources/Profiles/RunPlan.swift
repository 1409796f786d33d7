/// The names and planned times that moments, windows and expectations refer to.
struct RunPlan {
  private(set) var phases: [(name: String, start: Duration, end: Duration)] = []
  /// What moments and expectations may refer to of an action.
  struct Action {
    /// As it is called in the run.
    var name: String
    /// As the profile calls it; others are of the same name where it is repeated.
    var written: String
    var workload: String?
    /// The planned time, where that is known.
    var at: Duration?
    /// Whether it waits for a condition, so that nobody knows when it comes.
    var isConditional = false
    /// Whether it starts a rollout; `nil` where that is not known.
    var startsRollout: Bool?
    /// Whether it does something to the pods that takes its time.
    var takesTime = true
  }

  private(set) var actions: [Action] = []
  /// How often the pods of a simulated cluster are measured, or over how long where that is longer; `nil` where nobody says.
  var metricResolution: Duration?
  /// Which time of a repeated action is meant by its name, from 0.
  var repetition = 0
  var routes: [String] = []
  var hasCluster = false
  /// What the profile calls its workloads, those with mistakes too; empty where it has one without a name.
  var workloads: [String] = []
  /// The names of all phases, those with mistakes too.
  let phaseNames: [String]
  /// Whether there are no other phases than those.
  let phasesAreKnown: Bool
  /// Whether the run takes place as the phases say, so that lengths are checked.
  private let timesAreKnown: Bool

  /// - Parameters:
  ///   - load: `nil` when its phases could not be read.
  ///   - written: the names that the phases bear in the text; `nil` where one bears none.
  ///   - isRun: whether the run takes place as the phases say.
  init(load: LoadSettings?, written: [String]?, isRun: Bool = true) {
    phasesAreKnown = written != nil
    phaseNames = written ?? []
    timesAreKnown = load != nil && isRun
    phases = load?.plannedPhases.map { ($0.name, $0.start, $0.end) } ?? []
  }

  /// What something is called that is done several times: `release (2 of 5)`.
  ///
  /// - Parameter time: from 0.
  static func name(_ written: String, time: Int, of times: Int) -> String {
    times == 1 ? written : "\(written) (\(time + 1) of \(times))"
  }

  mutating func add(_ action: Action) { actions.append(action) }

  /// Planned end of the run; `nil` when it is not known.
  var end: Duration? { timesAreKnown ? phases.map(\.end).max() : nil }

  var names: [String] { phaseNames + actionNames }

  /// As the profile calls them.
  var actionNames: [String] {
    var names: [String] = []
    for action in actions where !names.contains(action.written) { names.append(action.written) }
    return names
  }

  /// The action that a name in the profile means.
  func action(_ written: String) -> Action? {
    let all = actions.filter { $0.written == written }
    return all.isEmpty ? nil : all[min(repetition, all.count - 1)]
  }

  /// How often the action is done that is done most often; 0 without actions.
  var mostRepetitions: Int {
    Dictionary(grouping: actions, by: \.written).values.map(\.count).max() ?? 0
  }

  /// When a moment is planned; `nil` where that depends on the cluster.
  func planned(_ moment: Moment) -> Duration? {
    guard timesAreKnown else { return nil }
    return moment.planned(phase: bounds(ofPhase:)) { name in actions.first { $0.name == name }.flatMap(\.at) }
  }

  private func bounds(ofPhase name: String) -> Range<Duration>? {
    phases.first { $0.name == name }.map { $0.start..<$0.end }
  }

  /// How long a window is at most, as planned; `nil` where nobody knows.
  func longest(of window: Window) -> Duration? { length(of: window) ?? end }

  /// Whether two windows certainly have a part of the run in common, as planned.
  func overlap(_ one: Window, _ other: Window) -> Bool {
    if one == .run || other == .run { return true }
    if case .outside(let left) = one, let rest = certainPart(of: left) { return reaches(other, outOf: rest) }
    if case .outside(let left) = other, let rest = certainPart(of: left) { return reaches(one, outOf: rest) }
    guard let part = certainPart(of: one), let second = certainPart(of: other) else { return false }
    return part.overlaps(second)
  }

  /// Whether a window certainly has a part outside of a stretch that is known as a whole.
  private func reaches(_ window: Window, outOf stretch: Range<Duration>) -> Bool {
    guard stretch.upperBound - stretch.lowerBound > .nanoseconds(1), let part = certainPart(of: window) else {
      return false
    }
    return part.lowerBound < stretch.lowerBound || part.upperBound > stretch.upperBound
  }

  /// What of the run a window certainly takes: of one that ends when the cluster is ready no more than its beginning.
  private func certainPart(of window: Window) -> Range<Duration>? {
    func from(_ start: Duration) -> Range<Duration> { start..<start + .nanoseconds(1) }
    switch window {
    case .run: return end.map { .zero..<$0 }
    case .phase(let name): return timesAreKnown ? bounds(ofPhase: name) : nil
    case .action(let name): return planned(Moment(.actionStart(name))).map(from)
    case .span(let start, let end):
      guard let start = planned(start) else { return nil }
      return planned(end).flatMap { $0 > start ? start..<$0 : nil } ?? from(start)
    case .scaleUp, .scaleDown, .terminations, .readiness, .outside: return nil
    }
  }

  /// The earliest instant of a moment, as planned: nothing that an action starts ends before it begins.
  func earliest(of moment: Moment) -> Duration? {
    guard case .actionEnd(let name) = moment.anchor else { return planned(moment) }
    return planned(Moment(.actionStart(name), offset: moment.offset))
  }

  /// The planned length of a window; `nil` where that depends on the cluster.
  func length(of window: Window) -> Duration? {
    guard timesAreKnown else { return nil }
    return switch window {
    case .run: end
    case .phase(let name): bounds(ofPhase: name).map { $0.upperBound - $0.lowerBound }
    case .span(let from, let to): planned(from).flatMap { start in planned(to).map { $0 - start } }
    case .action, .scaleUp, .scaleDown, .terminations, .readiness, .outside: nil
    }
  }
}
