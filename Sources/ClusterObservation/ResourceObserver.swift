import ClientRules
import KubernetesClient
import KubernetesObjects
import Logging
import RunTimeline
import Units

/// Keeps one resource of a namespace observed and reports every list, event and failed read.
struct ResourceObserver: Sendable {
  let client: APIClient
  let resource: ResourceType
  let namespace: String
  let clock: RunClock
  let sink: any ObservationSink
  /// Wall time after which a watch is opened anew, so that a dead connection is noticed.
  let watchSeconds: Int
  /// Wall time that a watch has for bringing what a list beside it showed.
  let patience: Duration
  private let log: Logger?
  private let witness = WatchWitness()

  init(
    client: APIClient, resource: ResourceType, namespace: String, clock: RunClock, sink: any ObservationSink,
    watchSeconds: Int, patience: Duration, log: Logger?
  ) {
    self.client = client
    self.resource = resource
    self.namespace = namespace
    self.clock = clock
    self.sink = sink
    self.watchSeconds = watchSeconds
    self.patience = patience
    self.log = log.map { log in
      var log = log
      log[metadataKey: "resource"] = "\(resource.plural)"
      return log
    }
  }

  /// Observes until the task is cancelled; `onListed` is called after the first complete list.
  func run(onListed: @Sendable () -> Void) async {
    var state = WatchState()
    var next = WatchState.Next(step: .list, delay: .zero)
    while !Task.isCancelled {
      if next.delay > .zero { try? await Task.sleep(for: next.delay) }
      do {
        switch next.step {
        case .list:
          let listing = try await list()
          witness.began(from: listing.version, objects: listing.objects)
          next = state.listed(version: listing.version)
          onListed()
        case .watch(let version):
          let outcome = await watch(from: version)
          if Task.isCancelled { return }
          let (seen, silence) = witness.closed()
          if let seen { state.advanced(to: seen) }
          if let silence {
            record(gap: silence)
            next = state.silent()
          } else {
            try outcome.get()
            log?.info("watch closed by the server")
            next = state.closed()
          }
        }
      } catch {
        if Task.isCancelled { return }
        record(gap: error.description)
        next = state.failed(isExpired: error.code == .expired, retryAfter: error.retryAfter)
      }
    }
  }

  /// Reads the whole resource once more beside the watch, unless its first list is still on its way: two at a time could
  /// come in the wrong order. A failure is reported as a gap.
  ///
  /// - Parameter provesWatch: a watch that then does not bring what the list shows is ended and opened anew.
  func listAgain(provesWatch: Bool) async {
    guard !provesWatch || witness.hasBegun else { return }
    do {
      let listing = try await list()
      guard provesWatch, let lack = witness.lack(in: listing.objects, listVersion: listing.version) else { return }
      try await Task.sleep(for: patience)
      witness.endIfSilent(lack, because: lack.silence(of: resource.plural, listed: listing.received.text))
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
    let received: Duration
  }

  /// Reads the whole resource once and reports it.
  private func list() async throws(KubernetesError) -> Listing {
    let list = try await client.list(resource, namespace: namespace)
    let sent = clock.runTime(of: list.sent)
    let received = clock.runTime(of: list.received)
    for answer in list.answers {
      guard let date = answer.date else { continue }
      sink.clock(date: date, sent: clock.runTime(of: answer.sent), received: clock.runTime(of: answer.received))
    }
    var observations = list.items.map { observation(.listed, of: $0, sent: sent, received: received) }
    let objects = observations.compactMap { item in
      item.uid.map { ListedObject(uid: $0, version: item.resourceVersion.flatMap { UInt64($0) }) }
    }
    let version = list.resourceVersion
    observations.append(
      Observation(
        sent: sent, received: received, resource: resource.plural, kind: .list, resourceVersion: version))
    sink.record(observations)
    log?.info("listed", metadata: ["objects": "\(objects.count)", "version": "\(version)"])
    return Listing(version: version, objects: objects, received: received)
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

  private func read(from version: String) async throws(KubernetesError) {
    let stream = try await client.watch(resource, namespace: namespace, from: version, seconds: watchSeconds)
    let sent = clock.runTime(of: stream.sent)
    log?.info("watch opened", metadata: ["from": "\(version)"])
    var events = stream.makeAsyncIterator()
    while let element = try await events.next() {
      let received = clock.runTime(of: element.received)
      let kind: Observation.Kind? =
        switch element.event.type {
        case "ADDED": .added
        case "MODIFIED": .modified
        case "DELETED": .deleted
        case "BOOKMARK": .bookmark
        default: nil
        }
      let metadata = element.event.object["metadata"]
      witness.brought(
        element.event.type, uid: metadata?["uid"]?.string, version: metadata?["resourceVersion"]?.string)
      log?.trace(
        "event",
        metadata: [
          "type": "\(element.event.type)", "name": "\(metadata?["name"]?.string ?? "")",
          "version": "\(metadata?["resourceVersion"]?.string ?? "")",
        ])
      guard let kind else { continue }
      sink.record([observation(kind, of: element.event.object, sent: sent, received: received)])
    }
  }

  private func observation(
    _ kind: Observation.Kind, of object: JSONValue, sent: Duration, received: Duration
  ) -> Observation {
    let metadata = object["metadata"]
    return Observation(
      sent: sent, received: received, resource: resource.plural, kind: kind, name: metadata?["name"]?.string,
      uid: metadata?["uid"]?.string, resourceVersion: metadata?["resourceVersion"]?.string,
      object: kind == .bookmark ? nil : try? object.json())
  }

  private func record(gap message: String) {
    log?.warning("not observed", metadata: ["cause": "\(message)"])
    let now = clock.runTime(of: .now)
    sink.record([Observation(sent: now, received: now, resource: resource.plural, kind: .gap, message: message)])
  }
}
