import ClientRules
import ClusterObservation
import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import Synchronization
import TestRecordings
import TestServers
import Testing

@testable import RunTimeline

/// Keeps what an observer reports, and the state that it amounts to by plain rules.
private final class FaultNotebook: ObservationSink {
  private struct State {
    var observations: [Observation] = []
    var current: [String: [String: String]] = [:]
    var openList: [String: [String: String]] = [:]
    var clock: ServerClock
  }

  private let state: Mutex<State>

  init(clock: ServerClock) { state = Mutex(State(clock: clock)) }

  func record(_ observations: [Observation]) {
    state.withLock { state in
      state.observations += observations
      for observation in observations {
        let (plural, uid, version) = (observation.resource, observation.uid ?? "", observation.resourceVersion ?? "")
        switch observation.kind {
        case .listed: state.openList[plural, default: [:]][uid] = version
        case .list:
          // What the watch told of meanwhile is younger than the list.
          let list = UInt64(version) ?? 0
          let younger = (state.current[plural] ?? [:]).filter { (UInt64($0.value) ?? 0) > list }
          state.current[plural] = (state.openList[plural] ?? [:]).merging(
            isOtherStore(state, observation) ? [:] : younger
          ) { $1 }
          state.openList[plural] = [:]
        case .added, .modified: state.current[plural, default: [:]][uid] = version
        case .deleted: state.current[plural]?[uid] = nil
        case .bookmark, .gap: break
        }
      }
    }
  }

  /// Whether the observer said so before the list.
  private func isOtherStore(_ state: State, _ list: Observation) -> Bool {
    state.observations.last { $0.resource == list.resource && ($0.kind == .gap || $0.kind == .list && $0 != list) }?
      .message?.contains("another store") ?? false
  }

  func clock(date: KubernetesTime, sent: Duration, received: Duration) {
    state.withLock { $0.clock.narrow(date: date, sent: sent, received: received) }
  }

  var observations: [Observation] { state.withLock { $0.observations } }
  var clock: ServerClock { state.withLock { $0.clock } }
  func current(_ plural: String) -> [String: String] { state.withLock { $0.current[plural] ?? [:] } }
}

/// An API server that goes wrong in ways that are drawn by a seed, while its objects are made, changed and deleted.
private struct FaultSchedule {
  let seed: UInt64
  private let draw: Draw
  let faults: Set<ServerFault>
  let share: Double
  let clockOffset: TimeInterval
  /// Before which write another store takes the place of the one; `nil` for never.
  let replacedAt: Int?
  let replacementGoesBack: Bool

  init(seed: UInt64) {
    self.seed = seed
    var draw = Draw(seed: seed)
    let count = Int.random(in: 1...5, using: &draw)
    faults = Set((0..<count).compactMap { _ in ServerFault.allCases.randomElement(using: &draw) })
    share = Double.random(in: 0.1...0.7, using: &draw)
    clockOffset = [0, 0, 3600, -3600, 3601.3, 86_400].randomElement(using: &draw) ?? 0
    replacedAt = draw.happens(0.2) ? Int.random(in: 5..<35, using: &draw) : nil
    replacementGoesBack = draw.happens(0.6)
    self.draw = draw
  }

  private static let writes = 40

  /// What is wrong with the recording; empty when nothing is.
  func problems() async throws -> [String] {
    var draw = draw
    let origin = ContinuousClock.now
    let startedAt = KubernetesTime(microseconds: Int64(Date().timeIntervalSince1970 * 1e6))
    let store = FaultyStore(clockOffset: clockOffset, &draw)
    let server = try FaultyServer(store, faults: faults, share: share, seed: draw.next())
    defer { server.stop() }
    let config = try Kubeconfig(text: KubeconfigText.leading(to: server.url), source: "test")
    let session = try CurlSession(name: "test")
    let client = APIClient(
      connection: try await APIConnection(kubeconfig: config, context: nil, environment: [:]), session: session,
      timeout: .milliseconds(300))
    let notebook = FaultNotebook(
      clock: ServerClock(runStart: startedAt, assumed: .seconds(50 * 365 * 86_400), skew: .milliseconds(5)))
    let observer = ClusterObserver(
      client: client, namespace: "default", resources: [.deployments, .pods], clock: RunClock(origin: origin, scale: 1),
      sink: notebook,
      tempo: ObserverTempo(
        relistInterval: .milliseconds(60), watchSeconds: 1, patience: .milliseconds(25),
        pace: RetryPace(first: .milliseconds(2), longest: .milliseconds(30)),
        budget: RetryBudget(atOnce: 20, perSecond: 500), partSize: 3))
    let task = Task { await observer.run(onReady: {}) }
    for number in 0..<Self.writes {
      if number == replacedAt { store.replace(goesBack: replacementGoesBack, &draw) }
      store.write(&draw)
      if faults.contains(.compaction), draw.happens(0.1) { store.compact() }
      try await Task.sleep(for: .microseconds(Int.random(in: 0...8000, using: &draw)))
    }
    server.heal()
    let deadline = ContinuousClock.now + .seconds(20)
    while ContinuousClock.now < deadline, !FaultyStore.plurals.allSatisfy({ store.current($0) == notebook.current($0) })
    {
      try await Task.sleep(for: .milliseconds(4))
    }
    // A watch that says nothing while lists go on is found out by two of them.
    try await Task.sleep(for: .milliseconds(250))
    await observer.listAll()
    task.cancel()
    await task.value
    await session.close()
    let end = origin.duration(to: .now)
    return FaultyStore.plurals.flatMap { plural in
      check(plural, store, notebook, origin: origin, end: end)
    }.map {
      "seed \(seed) (\(faults.map(\.rawValue).sorted().joined(separator: ", ")); share \(share); replaced \(replacedAt.map { "at \($0)" } ?? "never")\(replacementGoesBack ? ", back" : "")): \($0)"
    }
  }

  private func check(
    _ plural: String, _ store: FaultyStore, _ notebook: FaultNotebook, origin: ContinuousClock.Instant, end: Duration
  ) -> [String] {
    plural == "pods"
      ? check(Pod.self, store, notebook, origin: origin, end: end)
      : check(Deployment.self, store, notebook, origin: origin, end: end)
  }

  private func check<Object: KubernetesObject>(
    _ type: Object.Type, _ store: FaultyStore, _ notebook: FaultNotebook, origin: ContinuousClock.Instant, end: Duration
  ) -> [String] {
    let plural = Object.resource.plural
    let observations = notebook.observations.filter { $0.resource == plural }
    let history = ObjectHistory<Object>(observations, clock: notebook.clock, watchedUntil: end)
    var problems: [String] = []
    if notebook.current(plural) != store.current(plural) {
      problems.append("\(plural): the last state is not the server's")
    }
    let last = history.versions.compactMapValues { versions in
      versions.last.flatMap { $0.deleted ? nil : $0.object.metadata.resourceVersion }
    }
    if last != store.current(plural) {
      problems.append("\(plural): the history ends with \(last), the server with \(store.current(plural))")
    }
    let gaps = (history.gaps + history.silences).map(\.stretch)
    for change in store.changes where change.plural == plural {
      let at = origin.duration(to: change.at)
      // Told by the version of the object, or by its end.
      let told = (history.versions[change.uid] ?? []).filter { version in
        change.type == "DELETED" ? version.deleted : version.object.metadata.resourceVersion == String(change.revision)
      }
      let live = change.type == "DELETED" ? told : told.filter { !$0.deleted }
      if live.count > 1 { problems.append("\(plural) \(change.uid) \(change.revision) is told \(live.count) times") }
      if let version = live.first {
        // The time that the object bears was taken when its write began.
        let isInside = version.at.intersection(InstantBounds(origin.duration(to: change.began), at)) != nil
        if change.at > origin, !isInside {
          problems.append("\(change.type) \(change.uid) \(change.revision) was written at \(at), not in \(version.at)")
        }
      } else if !gaps.contains(where: { $0.earliest <= at && at <= $0.latest }),
        at > history.knownFrom ?? .zero
      {
        problems.append(
          "\(change.type) \(change.uid) \(change.revision) of \(at) is lost, and lies in no gap of \(gaps)")
      }
    }
    var events: Set<String> = []
    for observation in observations where [.added, .modified, .deleted].contains(observation.kind) {
      // What a watch of the new store brought before that was found comes again after the list that shows it.
      if replacedAt == nil, !events.insert("\(observation.uid ?? "") \(observation.resourceVersion ?? "")").inserted {
        problems.append("\(plural) \(observation.uid ?? "") \(observation.resourceVersion ?? "") came twice")
      }
    }
    let saysSo = observations.contains { $0.message?.contains("another store") ?? false }
    if replacedAt == nil, saysSo { problems.append("\(plural): another store is told of that never was") }
    let sawFirst = observations.contains { $0.uid?.hasPrefix("\(plural)-0-") ?? false }
    if replacedAt != nil, replacementGoesBack, sawFirst, !saysSo {
      problems.append("\(plural): another store is not told of")
    }
    return problems
  }
}

/// Whatever goes wrong between a cluster and its observer, nothing is lost that does not lie in a gap, nothing is told twice,
/// each change lies within its bounds, and in the end the recording knows what the server knows.
@Suite("Observing through faults that are drawn by seed", .serialized, .timeLimit(.minutes(10)))
struct FaultScheduleTests {
  private static let seeds = TestSeeds.first(300)

  @Test("three hundred schedules lose nothing, double nothing, and end with the state of the server")
  func schedules() async throws {
    let start = ContinuousClock.now
    var problems: [String] = []
    try await withThrowingTaskGroup(of: [String].self) { group in
      var running = 0
      for seed in Self.seeds {
        if running == 12 {
          problems += try await group.next() ?? []
          running -= 1
        }
        group.addTask { try await FaultSchedule(seed: seed).problems() }
        running += 1
      }
      for try await found in group { problems += found }
    }
    print("\(Self.seeds.count) fault schedules, seeds \(Self.seeds), in \(start.duration(to: .now))")
    #expect(problems.isEmpty, "\(problems.count) problems: \(problems.prefix(20).joined(separator: "\n"))")
  }
}
