import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

/// The pods that an autoscaler counts at one sync, as far as watching them tells what a CPU metric makes of them.
///
/// Whether a young pod counts depends on when its sample was taken, which nobody publishes; so there are several
/// mixes of counted, unready and missing pods that one observation allows. Pods that have been ready for long are taken
/// to have a sample, unless what was published can only be explained without.
struct PodSituation: Sendable, Equatable {
  /// Pods that request the same, container by container.
  private(set) var groups: [Group] = []
  /// Pods that count when the sync came before anybody watched, so that nothing is known of them.
  private let unseen: Int?

  struct Group: Sendable, Equatable {
    let shape: PodShape
    /// Pods that are there.
    var staying = Classes()
    /// Pods that are there, or were already asked to go, or were yet to be made.
    var leaving = Classes()
    /// Not ready, and perhaps not there yet.
    var appearing = 0
  }

  /// How many pods a CPU metric takes for what.
  struct Classes: Sendable, Equatable {
    /// Ready for so long that their samples are young enough.
    var counted = 0
    /// Ready for a short time, or not ready any more: they count, or count as not ready, or have no sample.
    var doubtful = 0
    /// Ready for so short a time that no sample of their CPU can have begun since; other metrics may count them.
    var fresh = 0
    /// Never ready so far.
    var idle = 0

    var total: Int { counted + doubtful + fresh + idle }

    /// Whatever part of them may be there: all, none, and where those are not too many everything between.
    fileprivate var parts: (parts: [Classes], areAll: Bool) {
      if total == 0 { return ([self], true) }
      if (counted + 1) * (doubtful + 1) * (fresh + 1) * (idle + 1) > 12 { return ([self, Classes()], false) }
      let between = PodSituation.product([counted, doubtful, fresh, idle].map { Array(0...$0) })
        .map { Classes(counted: $0[0], doubtful: $0[1], fresh: $0[2], idle: $0[3]) }
      return ([self, Classes()] + between.dropFirst().dropLast(), true)
    }

    static func + (one: Classes, other: Classes) -> Classes {
      Classes(
        counted: one.counted + other.counted, doubtful: one.doubtful + other.doubtful, fresh: one.fresh + other.fresh,
        idle: one.idle + other.idle)
    }
  }

  /// A pod that has been ready for so long has a sample taken wholly after that: the rest of a window, a whole one, and the
  /// time until the metrics server has read it. No shorter than what windows of 30 s take.
  private static func sampleAge(_ settings: ControllerSettings) -> Duration {
    max(settings.metricResolution, .seconds(30)) * 3
  }

  /// The CPU sample of a young pod counts only if its whole window lies after the pod became ready (Kubernetes,
  /// pkg/controller/podautoscaler/replica_calculator.go, `groupPods`). No window of metrics-server is shorter than 10 s
  /// (pkg/storage/pod.go, `freshContainerMinMetricsResolution`); readiness is written in whole seconds, cut off.
  private static let shortestWait = Duration.seconds(10 - 1)

  /// The most pods of a cluster ("Considerations for large clusters", kubernetes.io): a count beyond is none of pods.
  private static let mostPods = 150_000

  private static func plausible(_ count: Int) -> Int? { (0...mostPods).contains(count) ? count : nil }

  /// - Parameters:
  ///   - sampledBy: pods that were ready by then have samples.
  ///   - change: what the sync itself did to the workload's pods, which it read before.
  ///   - unseen: how many pods the workload had at a sync before anybody watched; else `nil`.
  init(
    _ history: ClusterHistory, at: InstantBounds, settings: ControllerSettings, sampledBy: Duration? = nil,
    change: ObservedChange? = nil, unseen: Int? = nil
  ) {
    self.unseen = unseen.flatMap(Self.plausible)
    let own = Self.ownDoing(change, history: history)
    for pod in history.selectedPods {
      if own.made.contains(pod.uid) || pod.created.earliest > at.latest { continue }
      let going = own.removed.contains(pod.uid) ? nil : pod.deleteRequested ?? pod.failed ?? pod.removed
      if let going, going.latest < at.earliest { continue }
      let index = place(of: PodShape(pod.spec))
      let mayComeLater = pod.created.latest > at.earliest || own.perhapsMade.contains(pod.uid)
      let presence: WritableKeyPath<Group, Classes> =
        mayComeLater || going.map { $0.earliest <= at.latest } ?? false ? \.leaving : \.staying
      if let ready = pod.ready.last(where: { $0.from.earliest <= at.latest }) {
        // Until it was asked to go it stayed as it was.
        let holds =
          own.removed.contains(pod.uid)
          || (ready.to.map { end in end.earliest > at.latest || (going.map { $0.earliest <= end.earliest } ?? false) }
            ?? true)
        let readiness = Self.readiness(
          of: pod, since: ready.from, holds: holds, at: at, sampledBy: sampledBy, sampleAge: Self.sampleAge(settings))
        groups[index][keyPath: presence][keyPath: readiness] += 1
      } else if mayComeLater {
        groups[index].appearing += 1
      } else {
        groups[index][keyPath: presence].idle += 1
      }
    }
  }

  /// What a CPU metric takes a pod for that may have been ready.
  private static func readiness(
    of pod: PodLifeline, since ready: InstantBounds, holds: Bool, at: InstantBounds, sampledBy: Duration?,
    sampleAge: Duration
  ) -> WritableKeyPath<Classes, Int> {
    let longAgo = at.earliest - sampleAge
    if holds, ready.latest <= max(longAgo, sampledBy ?? longAgo) { return \.counted }
    let isFresh =
      at.latest < ready.earliest + shortestWait
      && at.latest < pod.created.earliest + ControllerSettings.defaults.cpuInitializationPeriod
    return isFresh ? \.fresh : \.doubtful
  }

  /// So many pods of no known shape, all of which count.
  init(counted: Int) { unseen = Self.plausible(counted) }

  private mutating func place(of shape: PodShape) -> Int {
    if let index = groups.firstIndex(where: { $0.shape == shape }) { return index }
    groups.append(Group(shape: shape))
    return groups.count - 1
  }

  /// The pods that a rescale made or removed: the controllers act on a count only after it was written, so that the sync
  /// that wrote it saw the pods as they were before.
  private static func ownDoing(
    _ change: ObservedChange?, history: ClusterHistory
  ) -> (made: Set<String>, perhapsMade: Set<String>, removed: Set<String>) {
    guard let change else { return ([], [], []) }
    // Where times are too coarse to tell, what was seen long before the change was seen need not be its work.
    func latest(
      _ count: Int, _ moment: (PodLifeline) -> InstantBounds?
    ) -> (certain: Set<String>, possible: Set<String>) {
      guard count > 0 else { return ([], []) }
      let after = history.pods.compactMap { pod in moment(pod).map { (uid: pod.uid, at: $0) } }
        .filter { $0.at.latest >= change.at.earliest && $0.at.earliest <= change.at.latest + .seconds(60) }
        .sorted { $0.at.latest < $1.at.latest }
      let late = after.filter { $0.at.latest >= change.at.latest - .seconds(1) }.prefix(count)
      let early = after.filter { $0.at.latest < change.at.latest - .seconds(1) }
      return (Set(late.map(\.uid)), late.count < count ? Set(early.map(\.uid)) : [])
    }
    let made = latest(change.to - change.from) { $0.created }
    let removed = latest(change.from - change.to) { $0.deleteRequested ?? $0.removed }
    return (made.certain, made.possible, removed.certain)
  }

  /// How many pods of each group fall into which class.
  struct Mix: Sendable, Hashable {
    struct Share: Sendable, Hashable {
      var counted = 0
      var unready = 0
      var missing = 0
    }
    var shares: [Share]

    var counted: Int { shares.reduce(0) { $0 + $1.counted } }
    var missing: Int { shares.reduce(0) { $0 + $1.missing } }
  }

  /// The situation with the fresh pods among those that may count, or among those that are not ready.
  func withFreshPods(counting: Bool) -> PodSituation {
    let others: WritableKeyPath<Classes, Int> = counting ? \.doubtful : \.idle
    var situation = self
    for index in groups.indices {
      for presence in [\Group.staying, \Group.leaving] {
        situation.groups[index][keyPath: presence][keyPath: others] += groups[index][keyPath: presence].fresh
        situation.groups[index][keyPath: presence].fresh = 0
      }
    }
    return situation
  }

  /// The mixes that the observation allows, the likeliest first, and whether those are all of them: of very many, some
  /// stand for all.
  var mixes: (mixes: [Mix], areAll: Bool) {
    var mixes = [unseen.map(allCounted)].compactMap { $0 }
    var seen: Set<Mix> = Set(mixes)
    let leaving = Self.parts(groups.map(\.leaving))
    let appearing = groups.map(\.appearing)
    var areAll = leaving.areAll && Self.isExhaustible(appearing)
    for leaving in leaving.parts {
      let present = zip(groups, leaving).map { $0.staying + $1 }
      areAll = areAll && Self.isExhaustible(present.map(\.doubtful))
      for appeared in Self.choices(appearing) {
        for young in Self.choices(present.map(\.doubtful)).reversed() {
          let rest = groups.indices.map { index in
            present[index].doubtful - young[index] + present[index].idle + appeared[index]
          }
          let absent = Self.absences(rest)
          areAll = areAll && absent.areAll
          for absent in absent.counts {
            let mix = Mix(
              shares: groups.indices.map { index in
                Mix.Share(
                  counted: present[index].counted + young[index], unready: rest[index] - absent[index],
                  missing: absent[index])
              })
            if mix.counted > 0, seen.insert(mix).inserted { mixes.append(mix) }
          }
        }
      }
    }
    // Some metrics need no pods, so that nothing has to be known of them.
    return (mixes.isEmpty ? [Mix(shares: groups.map { _ in Mix.Share() })] : mixes, areAll)
  }

  /// Which of the groups' pods may be there of those that leave.
  private static func parts(_ leaving: [Classes]) -> (parts: [[Classes]], areAll: Bool) {
    let each = leaving.map(\.parts)
    if each.allSatisfy(\.areAll), each.reduce(1, { $0 * $1.parts.count }) <= 12 {
      return (each.reduce([[]]) { parts, own in parts.flatMap { part in own.parts.map { part + [$0] } } }, true)
    }
    return ([leaving, leaving.map { _ in Classes() }], false)
  }

  /// How many of the pods of each group that do not count may have no sample: none, all, half, and where those are not
  /// too many everything between.
  private static func absences(_ rest: [Int]) -> (counts: [[Int]], areAll: Bool) {
    let total = rest.reduce(0, +)
    let counts = [rest.map { _ in 0 }, rest, rest.map { $0 / 2 }]
    guard let place = rest.firstIndex(of: total), total <= 6 else { return (counts, false) }
    let others = (0...total).filter { ![0, total, total / 2].contains($0) }
    return (
      counts
        + others.map { count in
          var counts = rest.map { _ in 0 }
          counts[place] = count
          return counts
        }, true
    )
  }

  /// The mixes in which pods that have been ready for long have no sample all the same.
  var mixesWithoutSamples: [Mix] {
    Self.product(groups.map { Self.steps($0.staying.counted + $0.staying.doubtful) }).compactMap { counted in
      let shares = zip(groups, counted).map { group, counted in
        Mix.Share(
          counted: counted, unready: group.staying.idle,
          missing: group.staying.counted + group.staying.doubtful + group.leaving.total - counted)
      }
      let mix = Mix(shares: shares.map { $0.missing < 0 ? Mix.Share(counted: $0.counted, unready: $0.unready) : $0 })
      return mix.counted > 0 ? mix : nil
    }
  }

  /// Every pod that the workload had, of the shape that most have.
  private func allCounted(_ count: Int) -> Mix {
    guard let most = groups.indices.max(by: { groups[$0].total < groups[$1].total }) else {
      return Mix(shares: [Mix.Share(counted: count)])
    }
    return Mix(shares: groups.indices.map { Mix.Share(counted: $0 == most ? count : 0) })
  }

  /// How many of each group's pods it may be, from none to all: all combinations, or where those are too many, a spread
  /// of them.
  private static func choices(_ counts: [Int]) -> [[Int]] {
    let steps = counts.map(Self.steps)
    if steps.reduce(1, { $0 * $1.count }) <= mostChoices { return Self.product(steps) }
    return (0...12).map { twelfths in counts.map { $0 * twelfths / 12 } }
  }

  private static let mostChoices = 200

  /// Whether ``choices(_:)`` are all that there are.
  private static func isExhaustible(_ counts: [Int]) -> Bool {
    counts.allSatisfy { $0 <= 12 } && counts.reduce(1) { $0 * ($1 + 1) } <= mostChoices
  }

  /// All counts up to a dozen, beyond that a spread of them with both ends.
  private static func steps(_ count: Int) -> [Int] {
    count <= 12 ? Array(0...count) : (0...12).map { count * $0 / 12 }
  }

  private static func product(_ choices: [[Int]]) -> [[Int]] {
    choices.reduce([[]]) { combinations, choice in
      combinations.flatMap { combination in choice.map { combination + [$0] } }
    }
  }
}

extension PodSituation.Group {
  fileprivate var total: Int { staying.total + leaving.total + appearing }
}

/// What the containers of a pod request, as far as an autoscaler reads it.
struct PodShape: Sendable, Equatable {
  let containers: [ScaledPod.ContainerRequests]
  let initContainers: [ScaledPod.ContainerRequests]
  let podRequests: ResourceAmounts

  init(_ spec: PodSpec) {
    func requests(_ container: Container) -> ScaledPod.ContainerRequests {
      ScaledPod.ContainerRequests(
        name: container.name, requests: ResourceAmounts(container.resources?.requests),
        isRestartable: container.restartPolicy == "Always")
    }
    containers = (spec.containers ?? []).map(requests)
    initContainers = (spec.initContainers ?? []).map(requests)
    podRequests = ResourceAmounts(spec.resources?.requests)
  }
}
