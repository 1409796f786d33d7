import Curl
import Foundation
import KubernetesClient
import KubernetesObjects
import LoadFacts
import Profiles
import RunTimeline
import Units

/// What is checked before any load is sent, so that a run does not end in the middle for a reason known before.
struct Preflight {
  let loaded: LoadedProfile

  private var profile: Profile { loaded.profile }

  /// Whether the target answers at all: one request to each address of ``Target/connectTo``, whatever the status.
  ///
  /// - Parameter proxy: the one that the load goes through.
  /// - Returns: the certificate that the first one showed; `nil` without TLS.
  func checkTarget(connectTo: String?, proxy: Proxy? = nil) async throws(HarnessError) -> ServerCertificate? {
    let target = profile.target
    var destinations: [String?] = target.connectTo
    if destinations.isEmpty { destinations = [connectTo] }
    var certificate: ServerCertificate?
    for destination in destinations {
      do {
        let shown = try await ask(destination, proxy: proxy)
        certificate = certificate ?? shown
      } catch let error as HarnessError {
        throw error
      } catch let error as CurlError where error.failure == .tlsNoAuthorities {
        let field = target.tls.caFile == nil ? "target.url" : "target.tls.ca"
        throw HarnessError(
          .refused, "\(loaded.targetPlace): \(field): the certificate of \(target.url) cannot be checked: \(error)")
      } catch {
        let connecting =
          destination.map { " (connecting to \($0))" } ?? proxy.map { " (through the proxy \($0))" } ?? ""
        throw HarnessError(
          .unreachable, "\(loaded.targetPlace): target.url: \(target.url)\(connecting) does not answer: \(error)")
      }
    }
    return certificate
  }

  private func ask(_ destination: String?, proxy: Proxy?) async throws -> ServerCertificate? {
    let session = try CurlSession(name: "preflight")
    let outcome: Result<ServerCertificate?, any Error>
    do {
      outcome = .success(try await ask(destination, proxy: proxy, over: session))
    } catch {
      outcome = .failure(error)
    }
    await session.close()
    return try outcome.get()
  }

  private func ask(_ destination: String?, proxy: Proxy?, over session: CurlSession) async throws -> ServerCertificate?
  {
    let target = profile.target
    let request = CurlRequest(
      method: "GET", url: target.url + "/", headers: [("User-Agent", "scaleproof-preflight")],
      timeout: target.connectTimeout + .seconds(5), connectTimeout: target.connectTimeout,
      tls: LoadPlanning.tls(target.tls), connectTo: destination, proxy: proxy,
      httpVersion: LoadPlanning.version(target.http),
      keepsCertificate: true)
    let response = try await session.perform(request)
    if let proxy, response.status == 407 {
      throw HarnessError(
        .refused,
        "\(loaded.targetPlace): target.url: the proxy \(proxy) wants credentials (407): write them into the variable that names "
          + "it, as in http://USER:PASSWORD@HOST:PORT")
    }
    if target.http == .http2, response.httpVersion != .http2 {
      throw HarnessError(
        .refused,
        "\(loaded.targetPlace): target.http: the target does not speak HTTP/2: it answered in HTTP/1.1; write "
          + "http: \"1.1\", or switch HTTP/2 on at the target")
    }
    if target.http == .http2ClearText {
      // Some versions of libcurl fail at the second request of a connection, so that only asking twice shows it.
      do {
        _ = try await session.perform(request)
      } catch {
        throw HarnessError(
          .refused,
          "\(loaded.targetPlace): target.http: libcurl \(CurlGlobal.version.libcurl) cannot use a connection of HTTP/2 "
            + "without TLS twice (\(error)): write http: \"1.1\", or use https with http: \"2\", or a newer libcurl")
      }
    }
    return response.certificate
  }

  /// Waits until the workload is as it wants to be, so that what happens later is the run's doing.
  ///
  /// - Throws: ``HarnessError`` when the workload or its autoscaler is missing, or not steady within `limit` of run time.
  func awaitSteadyWorkload(
    _ cluster: TargetCluster, limit: Duration = .seconds(300), style: LiveView.Style = .silent
  ) async throws(HarnessError) {
    let description = cluster.description
    let start = ContinuousClock.now
    var view = SteadyWaitView(style: style)
    defer { view.end() }
    do {
      for watched in description.workloads.all {
        guard let autoscaler = watched.autoscaler else { continue }
        try await checkAutoscaler(autoscaler, of: watched, in: cluster)
      }
      // All of them have to be at rest at once: what one does may touch another.
      while true {
        var waiting: SteadyWait?
        for watched in description.workloads.all {
          let workload = try await cluster.client.workload(watched.reference, namespace: description.namespace)
          let problems = WorkloadNames(profile: profile).problems(in: workload, of: watched)
          guard problems.isEmpty else { throw HarnessError(.refused, problems) }
          let wait = SteadyWait(workload)
          if !wait.isSteady, waiting == nil { waiting = wait }
        }
        guard let wait = waiting else { return }
        let waited = start.duration(to: .now) * cluster.timeScale
        if waited > limit {
          // Who may not read them is told what is known without.
          let listed = try? await cluster.client.list(Event.resource, namespace: description.namespace)
          let events = (listed?.objects.items ?? []).compactMap { try? $0.decoded(as: Event.self) }
          throw HarnessError(.refused, wait.refusal(limit: limit, events: events))
        }
        view.show(wait, waited: waited, limit: limit)
        try await Task.sleep(for: max(.seconds(1) / cluster.timeScale, .milliseconds(20)))
      }
    } catch {
      throw TargetCluster.refusal(of: error)
    }
  }

  /// Asks for every right that the run is going to use.
  ///
  /// - Throws: ``HarnessError`` with the status `refused`, naming what is missing and the rule that gives it.
  func checkRights(_ cluster: TargetCluster) async throws(HarnessError) {
    try await RightsCheck(
      client: cluster.client, cluster: cluster.description, actions: profile.actions,
      note: { StandardOutput.complain("note: \($0)") }
    ).check()
  }

  /// Refuses an autoscaler that is not the one of the workload, or not the only one.
  private func checkAutoscaler(
    _ name: String, of watched: WatchedWorkload, in cluster: TargetCluster
  ) async throws {
    let description = cluster.description
    let autoscaler = try await cluster.client.get(
      HorizontalPodAutoscaler.self, namespace: description.namespace, name: name)
    let others = ListedAutoscalers(
      try await cluster.client.list(HorizontalPodAutoscaler.resource, namespace: description.namespace).objects.items
        ?? [],
      workload: watched.reference)
    for note in others.notes { StandardOutput.complain("note: \(note)") }
    let problems = WorkloadNames(profile: profile).problems(in: [autoscaler] + others.readable, of: watched)
    guard problems.isEmpty else { throw HarnessError(.refused, problems) }
  }
}
