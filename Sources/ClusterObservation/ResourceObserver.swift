import ClientRules
import Foundation
import KubernetesClient
import KubernetesObjects
import Logging
import RunTimeline
import Units

/// Keeps one resource of a namespace observed and reports every list, event and failed read, as far as they are about what
/// belongs to the workloads.
struct ResourceObserver: Sendable {
  let client: APIClient
  let resource: ResourceType
  let namespace: String
  let clock: RunClock
  let sink: any ObservationSink
  let tempo: ObserverTempo
  let budget: SharedBudget
  let scope: SharedScope
  /// Whether the run can do without it.
  let isOptional: Bool
  private let log: Logger?
  private let witness = WatchWitness()
  private let turn = ListTurn()

  init(
    client: APIClient, resource: ResourceType, namespace: String, clock: RunClock, sink: any ObservationSink,
    tempo: ObserverTempo, budget: SharedBudget, scope: SharedScope, isOptional: Bool, log: Logger?
  ) {
    self.client = client
    self.resource = resource
    self.namespace = namespace
    self.clock = clock
    self.sink = sink
    self.tempo = tempo
    self.budget = budget
    self.scope = scope
    self.isOptional = isOptional
    self.log = log.map { log in
      var log = log
      log[metadataKey: "resource"] = "\(resource.label)"
      return log
    }
  }

  /// Observes until the task is cancelled; `onListed` is called after the first complete list, or when there is none to come.
  func run(onListed: @Sendable () -> Void) async {
    scope.onChange(of: resource) { [witness] in witness.outgrow() }
    await scope.ready(for: resource)
    var state = WatchState(pace: tempo.pace)
    var next = WatchState.Next(step: .list, delay: .zero)
    while !Task.isCancelled {
      if next.delay > .zero { try? await Task.sleep(for: budget.wait(next.delay)) }
      if let version = witness.takeRestart() { next = state.listed(version: version) }
      do {
        switch next.step {
        case .list:
          let listing = try await list(besideWatch: false) { listing in
            witness.began(from: listing.version, objects: listing.objects, sent: listing.sent)
          }
          next = state.listed(version: listing.version)
          scope.listed(resource)
          onListed()
        case .watch(let version):
          next = try await watch(from: version, &state)
        }
      } catch {
        if Task.isCancelled { return }
        if isOptional, [.forbidden, .notFound].contains(error.code) {
          record(gap: "\(error.description); the run goes on without")
          scope.cannotRead(resource)
          onListed()
          return
        }
        next = state.failed(isExpired: error.code == .expired, retryAfter: error.retryAfter)
        if next.step == .list { witness.lose() }
        record(gap: error.description)
      }
    }
  }

  /// Watches until the watch ends; says what is to be done next.
  private func watch(from version: String, _ state: inout WatchState) async throws(KubernetesError) -> WatchState.Next {
    async let review: Void = reviewing()
    let outcome = await watch(from: version)
    await review
    let (seen, silence, isOutgrown) = witness.closed()
    if Task.isCancelled { return state.closed() }
    if let silence { record(gap: silence) }
    if let version = witness.takeRestart() { return state.listed(version: version) }
    if let seen { state.advanced(to: seen) }
    if silence != nil { return state.silent() }
    if isOutgrown { return state.closed() }
    try outcome.get()
    log?.info("watch closed by the server")
    return state.closed()
  }

  /// Reads once what is asked for since more belongs to the workloads.
  private func reviewing() async {
    if witness.isWidened { await listAgain(provesWatch: true) }
  }

  private var asked: ListSelection { scope.rule(of: resource).asked(withStrays: witness.strays) }

  /// Reads the whole resource once more beside the watch, unless its first list is still on its way. A failure is reported
  /// as a gap.
  ///
  /// - Parameter provesWatch: a watch that then does not bring what the list shows is ended and opened anew.
  func listAgain(provesWatch: Bool) async {
    guard !provesWatch || witness.takesLists else { return }
    do {
      let listing = try await list(besideWatch: provesWatch) { listing in
        if listing.standing == .isOfOtherStore {
          witness.restart(from: listing.version, objects: listing.objects, sent: listing.sent)
        }
      }
      guard provesWatch, listing.standing == .agrees,
        let lack = witness.lack(in: listing.objects, listVersion: listing.version)
      else { return }
      try await Task.sleep(for: tempo.patience)
      witness.endIfSilent(lack, because: lack.silence(of: resource.label, listed: listing.received.text))
    } catch let error as KubernetesError {
      if !Task.isCancelled { record(gap: error.description) }
    } catch {
      // The task was cancelled while it waited.
      return
    }
  }

  private struct Listing {
    let version: String
    let objects: [ListedObject]
    let sent: Duration
    let received: Duration
    let standing: Standing
    /// By which its objects were chosen.
    let rule: ObjectRule

    /// How it stands to what was told before.
    enum Standing {
      case agrees
      /// It comes from another store.
      case isOfOtherStore
      /// It came when no watch goes on beside it any more, and is not told of.
      case isUntold
    }
  }

  /// Reads the whole resource once and reports it.
  ///
  /// - Parameters:
  ///   - besideWatch: whether a watch is open, or goes on from where it was. If that is over when the list comes in, it is not
  ///     told of: the one that a watch then goes on from is.
  ///   - take: told of the list before another one can be asked for.
  private func list(besideWatch: Bool, _ take: (Listing) -> Void) async throws(KubernetesError) -> Listing {
    await turn.take()
    do throws(KubernetesError) {
      let listing = try await readList(besideWatch: besideWatch)
      take(listing)
      // What was found to belong to the workloads while it was read is in no list yet.
      if scope.rule(of: resource) != listing.rule { witness.outgrow() }
      await turn.give()
      return listing
    } catch {
      await turn.give()
      throw error
    }
  }

  private func readList(besideWatch: Bool) async throws(KubernetesError) -> Listing {
    let (list, told) = try await askForList()
    let version = list.resourceVersion
    guard !version.isEmpty else {
      throw KubernetesError(
        .malformed, attempt: "cannot list \(resource.label)",
        cause: "the list bears no resourceVersion, so that no watch can go on from it",
        hint: "is this a Kubernetes API server?")
    }
    let sent = clock.runTime(of: list.sent)
    let received = clock.runTime(of: list.received)
    for answer in list.answers {
      guard let date = answer.date else { continue }
      sink.clock(date: date, sent: clock.runTime(of: answer.sent), received: clock.runTime(of: answer.received))
    }
    scope.see(list.items, of: resource)
    let rule = scope.rule(of: resource)
    let items = list.items.filter { follows($0, by: rule) }
    var observations = items.map { observation(.listed, of: $0, sent: sent, received: received) }
    let objects = observations.compactMap { item in
      item.uid.map { ListedObject(uid: $0, version: item.resourceVersion.flatMap { UInt64($0) }) }
    }
    observations.append(
      Observation(sent: sent, received: received, resource: resource.label, kind: .list, resourceVersion: version))
    let standing = standing(of: objects, version: version, besideWatch: besideWatch, told: told, sent: sent)
    if standing != .isUntold {
      sink.record(observations)
      log?.info("listed", metadata: ["objects": "\(objects.count)", "version": "\(version)"])
    }
    return Listing(
      version: version, objects: objects, sent: sent, received: received, standing: standing, rule: rule)
  }

  /// Asks for a list anew until nothing more was found meanwhile that is to be asked for.
  ///
  /// - Returns: with it the newest revision that had been told of when it was asked for.
  private func askForList() async throws(KubernetesError) -> (list: CompleteList<RawObject>, told: UInt64?) {
    while true {
      let (asked, told) = (asked, witness.told)
      let list = try await client.rawList(resource, namespace: namespace, asked, partSize: tempo.partSize)
      if asked == self.asked { return (list, told) }
    }
  }

  /// How a list stands to what was told before; reports what it shows to be missing of that.
  private func standing(
    of objects: [ListedObject], version: String, besideWatch: Bool, told: UInt64?, sent: Duration
  ) -> Listing.Standing {
    if besideWatch, !witness.takesLists { return .isUntold }
    if let (count, since) = witness.widen(by: objects, told: told) {
      record(gap: resource.unaskedBefore(count), since: since)
    }
    guard let (difference, since) = witness.otherStore(in: objects, listVersion: version, told: told, sent: sent) else {
      return .agrees
    }
    record(
      gap:
        "\(resource.label) come from another store, of another server or an earlier state, or their watch has lost "
        + "changes: \(difference)", since: since)
    return .isOfOtherStore
  }

  /// Watches until the server closes the watch, it breaks, or it is ended since it was found silent.
  private func watch(from version: String) async -> Result<Void, KubernetesError> {
    let task = Task { () async -> Result<Void, KubernetesError> in
      do throws(KubernetesError) {
        try await read(from: version)
        return .success(())
      } catch {
        return .failure(error)
      }
    }
    witness.opened(end: { task.cancel() })
    return await withTaskCancellationHandler {
      await task.value
    } onCancel: {
      task.cancel()
    }
  }

  private struct OpenWatch {
    let version: String
    let asked: ListSelection
    let sent: Duration
  }

  private func read(from version: String) async throws(KubernetesError) {
    let asked = asked
    let stream = try await client.watch(
      resource, namespace: namespace, asked, from: version,
      seconds: Int.random(in: tempo.watchSeconds...tempo.watchSeconds * 2))
    let watch = OpenWatch(version: version, asked: asked, sent: clock.runTime(of: stream.sent))
    log?.info("watch opened", metadata: ["from": "\(version)"])
    var events = stream.makeAsyncIterator()
    while let element = try await events.next() {
      guard try await take(element, of: watch) else { return }
    }
  }

  /// Takes in what a watch has brought.
  ///
  /// - Returns: whether the watch goes on; not where it is to be opened anew, and asked for something else.
  private func take(_ event: WatchStream.Element, of watch: OpenWatch) async throws(KubernetesError) -> Bool {
    let kind = Self.kind(of: event.type)
    let traits = ObservedJSON(event.object)
    let metadata = event.object.metadata
    let uid = metadata?.string("uid")
    let told = metadata?.string("resourceVersion")
    guard WatchProgress.follows(event.type, version: told, from: watch.version) else {
      throw KubernetesError(
        .expired, attempt: "cannot watch \(resource.label) from version \(watch.version)",
        cause: "the watch brings what is older, so that it is of another store")
    }
    let isBookmark = kind == .bookmark
    if kind != nil, !isBookmark { scope.see([event.object], of: resource) }
    let isTaken = !isBookmark && scope.rule(of: resource).takes(traits)
    let isFollowed = isBookmark || isTaken || uid.map(witness.follows) ?? false
    if kind == .deleted, isFollowed, watch.asked.labels != nil, let uid, !(metadata?.has("deletionTimestamp") ?? false),
      let labels = try await labelsIfThere(uid, named: traits.name ?? "")
    {
      // The watch is opened anew from before it, and asked for more, so that it comes as the change that it was.
      witness.stray(uid, labels: labels)
      return false
    }
    guard witness.brought(event.type, uid: uid, version: told, isFollowed: isFollowed) else { return false }
    guard isFollowed, let kind else { return true }
    log?.trace(
      "event", metadata: ["type": "\(event.type)", "name": "\(traits.name ?? "")", "version": "\(told ?? "")"])
    sink.record([
      observation(kind, of: event.object, sent: watch.sent, received: clock.runTime(of: event.received))
    ])
    guard let uid, kind == .deleted || isTaken, witness.settle(uid) else { return true }
    return asked == watch.asked
  }

  private static func kind(of type: String) -> Observation.Kind? {
    switch type {
    case "ADDED": .added
    case "MODIFIED": .modified
    case "DELETED": .deleted
    case "BOOKMARK": .bookmark
    default: nil
    }
  }

  /// Whether an object is one of those that are observed.
  private func follows(_ object: RawObject, by rule: ObjectRule) -> Bool {
    rule.takes(ObservedJSON(object)) || object.uid.map(witness.follows) ?? false
  }

  /// The labels of an object of which a watch told that it is gone, though nobody deleted it: it may only be that no selector
  /// takes it any more, as when somebody takes a pod out of its Service to look at it.
  ///
  /// - Returns: `nil` where it is gone.
  private func labelsIfThere(_ uid: String, named name: String) async throws(KubernetesError) -> [String: String]? {
    let found = try await client.rawList(resource, namespace: namespace, ListSelection(name: name)).items
    guard let object = found.first(where: { $0.uid == uid }) else { return nil }
    return ObservedJSON(object).labels ?? [:]
  }

  private func observation(
    _ kind: Observation.Kind, of object: RawObject, sent: Duration, received: Duration
  ) -> Observation {
    let metadata = object.metadata
    return Observation(
      sent: sent, received: received, resource: resource.label, kind: kind, name: metadata?.string("name"),
      uid: metadata?.string("uid"), resourceVersion: metadata?.string("resourceVersion"),
      object: kind == .bookmark ? nil : kept(object))
  }

  /// What is recorded of an object: of one of which only the metadata are asked for never more, whatever the server sends.
  private func kept(_ object: RawObject) -> Data? {
    guard resource.metadataOf != nil else { return object.data }
    return object.metadata.map { Data("{\"metadata\":".utf8) + $0.data + Data("}".utf8) }
  }

  /// - Parameter since: from when on what was told is in doubt; `nil` for since when the watch may have missed something.
  private func record(gap message: String, since: Duration? = nil) {
    log?.warning("not observed", metadata: ["cause": "\(message)"])
    let now = clock.runTime(of: .now)
    sink.record([
      Observation(
        sent: since ?? witness.certain ?? now, received: now, resource: resource.label, kind: .gap, message: message)
    ])
  }
}
