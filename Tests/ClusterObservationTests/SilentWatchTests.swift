import ClusterObservation
import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import RunTimeline
import Synchronization
import TestServers
import Testing

/// An API server whose first watch of Deployments says one word and then nothing more, as one behind a dead connection,
/// while lists go on to show how things stand: 3 replicas, then 5, then 3 again.
private final class ForgetfulServer: Sendable {
  private let server: ScriptedServer

  init() throws {
    let watches = Mutex(0)
    let lists = Mutex(0)
    server = try ScriptedServer { connection in
      while let head = connection.readRequestHead() {
        let line = String(head.prefix { $0 != "\r" })
        let isDeployments = line.contains("/deployments")
        guard line.contains("watch=true") else {
          let count =
            isDeployments
            ? lists.withLock {
              $0 += 1; return $0
            } : 0
          let body = isDeployments ? Self.list(count == 1 ? (10, 1) : (30, 3)) : Self.emptyList
          connection.write(
            "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
          continue
        }
        connection.write("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
        if isDeployments {
          let isFirst = watches.withLock {
            $0 += 1; return $0 == 1
          }
          connection.write(isFirst ? Self.bookmark(11) : Self.event(5, 20, 2) + Self.event(3, 30, 3))
        }
        connection.awaitClose()
        return
      }
    }
  }

  var url: String { server.url }

  private static let emptyList = #"{"metadata": {"resourceVersion": "10"}, "items": []}"#

  private static func deployment(_ replicas: Int, _ version: Int, _ generation: Int) -> String {
    #"{"metadata": {"name": "web", "uid": "d", "resourceVersion": "\#(version)", "generation": \#(generation)}, "#
      + #""spec": {"replicas": \#(replicas), "selector": {}, "template": {"spec": {}}}, "#
      + #""status": {"replicas": \#(replicas), "availableReplicas": \#(replicas)}}"#
  }

  private static func list(_ state: (version: Int, generation: Int)) -> String {
    #"{"metadata": {"resourceVersion": "\#(state.version)"}, "items": [\#(deployment(3, state.version, state.generation))]}"#
  }

  private static func bookmark(_ version: Int) -> String {
    #"{"type": "BOOKMARK", "object": {"metadata": {"resourceVersion": "\#(version)"}}}"# + "\n"
  }

  private static func event(_ replicas: Int, _ version: Int, _ generation: Int) -> String {
    #"{"type": "MODIFIED", "object": \#(deployment(replicas, version, generation))}"# + "\n"
  }
}

@Suite("A watch that dies without a word", .timeLimit(.minutes(10)))
struct SilentWatchTests {
  @Test("is found by the next list, recorded with its cause, and opened anew, so that nothing is lost")
  func reopened() async throws {
    let server = try ForgetfulServer()
    let config = try Kubeconfig(text: KubeconfigText.leading(to: server.url), source: "test")
    let client = APIClient(
      connection: try await APIConnection(kubeconfig: config, context: nil, environment: [:]),
      session: try CurlSession(name: "test"))
    let notebook = Notebook()
    let observer = ClusterObserver(
      client: client, namespace: "default", resources: ClusterObserver.resources(of: [.deployment]),
      clock: RunClock(origin: .now, scale: 1),
      sink: notebook,
      // A list that came before the first word of the watch that is opened anew would end the gap, and nobody would know
      // what lay in it: between two of them there is time for that on a slow machine too.
      tempo: ObserverTempo(relistInterval: .seconds(4), patience: .milliseconds(50)))
    let task = Task { await observer.run(onReady: {}) }

    try await notebook.await { $0.kind == .modified && $0.resourceVersion == "30" }
    task.cancel()
    await task.value

    let gap = try #require(notebook.observations.first { $0.kind == .gap && $0.resource == "deployments" })
    #expect(
      gap.message?.hasPrefix("the watch of deployments was silent: it did not bring version 30") ?? false,
      "\(gap.message ?? "")")
    let whole = history(notebook.observations)
    #expect(whole.wantedReplicas.segments.contains { $0.range?.contains(5) ?? false }, "the 5 came after all")
    #expect(whole.observationGaps["deployments"] == [], "nothing was lost: \(whole.observationGaps)")
    // Without the watch that was opened anew, what lay between the lists would be unknown.
    let untilGap = Array(notebook.observations.prefix { !($0.kind == .gap && $0.resource == "deployments") })
    let shown = try #require(
      untilGap.first { $0.kind == .listed && $0.resource == "deployments" && $0.resourceVersion == "30" })
    // The same list once more, so much later that no watch takes so long, even where the machine is as slow as here.
    let later = Duration.seconds(10) + (shown.received - shown.sent) * 4
    let again = untilGap.filter { $0.resource == "deployments" && $0.received == shown.received }.map { observation in
      var repeated = observation
      repeated.sent += later
      repeated.received += later
      return repeated
    }
    // The bookmark may have come after that list was sent for, but not after it was read.
    let unseen = shown.received - .nanoseconds(1)
    #expect(history(untilGap + again).wantedReplicas.range(at: unseen) == nil)
  }

  private func history(_ observations: [Observation]) -> ClusterHistory {
    ClusterHistory(
      of: WatchedWorkload(WorkloadReference(.deployment, "web")),
      observations: observations,
      clock: ServerClock(runStart: KubernetesTime(seconds: 1_800_000_000)))
  }
}
