import KubernetesClient
import KubernetesObjects
import RunTimeline

/// Keeps one resource of a namespace observed and reports every list, event and failed read.
struct ResourceObserver: Sendable {
  let client: APIClient
  let resource: ResourceType
  let namespace: String
  let clock: RunClock
  let sink: any ObservationSink
  /// Wall time after which a watch is opened anew, so that a dead connection is noticed.
  let watchSeconds: Int

  /// Observes until the task is cancelled; `onListed` is called after the first complete list.
  func run(onListed: @Sendable () -> Void) async {
    var state = WatchState()
    var next = WatchState.Next(step: .list, delay: .zero)
    while !Task.isCancelled {
      if next.delay > .zero { try? await Task.sleep(for: next.delay) }
      do {
        switch next.step {
        case .list:
          next = state.listed(version: try await list())
          onListed()
        case .watch(let version):
          try await watch(from: version, state: &state)
          next = state.closed()
        }
      } catch {
        if Task.isCancelled { return }
        next = state.failed(error)
        record(gap: error)
      }
    }
  }

  /// Reads the whole resource once more beside the watch; a failure is reported as a gap.
  func listAgain() async {
    do {
      try await list()
    } catch {
      if !Task.isCancelled { record(gap: error) }
    }
  }

  /// Reads the whole resource once and reports it; answers the version of the list.
  @discardableResult
  func list() async throws(KubernetesError) -> String {
    let (list, answer) = try await client.list(resource, namespace: namespace)
    let sent = clock.runTime(of: answer.sent)
    let received = clock.runTime(of: answer.received)
    if let date = answer.date { sink.clock(date: date, sent: sent, received: received) }
    var observations = (list.items ?? []).map { observation(.listed, of: $0, sent: sent, received: received) }
    let version = list.metadata.resourceVersion ?? ""
    observations.append(
      Observation(
        sent: sent, received: received, resource: resource.plural, kind: .list, resourceVersion: version))
    sink.record(observations)
    return version
  }

  private func watch(from version: String, state: inout WatchState) async throws(KubernetesError) {
    let stream = try await client.watch(resource, namespace: namespace, from: version, seconds: watchSeconds)
    let sent = clock.runTime(of: stream.sent)
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
      state.advanced(to: element.event.object["metadata", "resourceVersion"]?.string)
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

  private func record(gap error: KubernetesError) {
    let now = clock.runTime(of: .now)
    sink.record([
      Observation(sent: now, received: now, resource: resource.plural, kind: .gap, message: error.description)
    ])
  }
}
