import Curl
import Doctor
import Foundation
import KubernetesClient
import KubernetesObjects
import LoadFacts
import LoadGeneration
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
    var view = SteadyWaitView(style: style)
    defer { view.end() }
    for watched in description.workloads.all {
      guard let autoscaler = watched.autoscaler else { continue }
      do {
        try await checkAutoscaler(autoscaler, of: watched, in: cluster)
      } catch {
        throw TargetCluster.refusal(of: error)
      }
    }
    let names = WorkloadNames(profile: profile)
    var waiting = SteadyWaiting(
      for: description.workloads.all, in: description.namespace, of: cluster.client, timeScale: cluster.timeScale,
      limit: limit)
    while let (wait, waited) = try await waiting.next(check: { workload, watched throws(HarnessError) in
      let problems = names.problems(in: workload, of: watched)
      guard problems.isEmpty else { throw HarnessError(.refused, problems) }
    }) {
      view.show(wait, waited: waited, limit: limit)
    }
  }

  /// Asks for every right that the run is going to use.
  ///
  /// - Throws: ``HarnessError`` with the status `refused`, naming what is missing and the rule that gives it.
  func checkRights(_ cluster: TargetCluster) async throws(HarnessError) {
    try await RightsCheck(
      client: cluster.client, cluster: cluster.description, actions: profile.actions,
      configs: profile.judgedConfigs,
      note: { StandardOutput.complain("note: \($0)") }
    ).check()
  }

  /// Examines the workloads, and refuses what makes a test of them tell nothing.
  ///
  /// A profile of an incident is meant to go wrong: there it is told, and the run goes on.
  ///
  /// - Parameters:
  ///   - despite: names of findings that the run goes on with.
  ///   - tell: told what is found and does not stop the run, and what could not be checked.
  /// - Throws: ``HarnessError`` with the status `refused` and a line for each blocking finding, as `doctor` prints it.
  func checkWorkloads(
    _ cluster: TargetCluster, despite: [String] = [],
    tell: (String) -> Void = { StandardOutput.complain("note: \($0)") }
  ) async throws(HarnessError) {
    let checks = Check.all.filter { $0.severity == .blocking && !Self.madeByRuns.contains($0.id) }
    let report: DoctorReport
    if cluster.isSimulated, case .simulated(let simulation)? = profile.cluster?.kind {
      report = manifestReport(simulation, namespace: cluster.description.namespace, checks: checks)
    } else {
      report = DoctorReport(
        diagnosis: Diagnosis(of: try await patient(in: cluster, facts: Facts(profile)), checks: checks), checks: checks)
      for line in report.uncheckedLines { tell(line) }
    }
    var refused: [String] = []
    for finding in report.diagnosis.findings where finding.severity == .blocking {
      if profile.incident != nil || despite.contains(finding.id) {
        tell(report.line(finding))
      } else {
        refused.append(report.line(finding))
      }
    }
    guard refused.isEmpty else { throw HarnessError(.refused, refused) }
  }

  /// What a run checks itself, each at its time: its rights, its target, and the descriptors that its workers need.
  private static let madeByRuns: Set<String> = ["right-missing", "target-unreachable", "descriptors-short"]

  /// What the manifests of a simulated cluster tell of the workloads.
  func manifestReport(
    _ simulation: Simulation, namespace: String, checks: [Check] = Check.all, rights: Facts.Rights? = nil
  ) -> DoctorReport {
    var facts = Facts(profile, simulation: simulation)
    facts.rights = rights
    let patient = Patient(
      origin: .manifests, objects: loaded.manifestDocuments.map(\.node),
      workloads: profile.cluster?.workloads.all.map(\.reference), namespace: namespace,
      facts: facts)
    return DoctorReport(
      diagnosis: Diagnosis(of: patient, checks: checks), checks: checks, documents: loaded.manifestDocuments)
  }

  /// The workloads of a cluster with what is around them.
  func patient(in cluster: TargetCluster, facts: Facts) async throws(HarnessError) -> Patient {
    try await LiveReading(client: cluster.client, cluster: cluster.description).patient(facts)
  }

  /// Which rights are missing that a run needs.
  func rights(in cluster: TargetCluster) async throws(HarnessError) -> Facts.Rights {
    let missing = try await RightsCheck(
      client: cluster.client, cluster: cluster.description, actions: profile.actions,
      configs: profile.judgedConfigs,
      note: { StandardOutput.complain("note: \($0)") }
    ).missing()
    return Facts.Rights(missing)
  }

  /// Whether the target answers, and with which certificate.
  func target(environment: [String: String]) async -> Facts.Target {
    var target = Facts.Target(url: profile.target.url)
    do throws(HarnessError) {
      let plan = try LoadPlanning(profile: profile, files: loaded.files, timeScale: 1, environment: environment)
        .plan(connectTo: nil)
      guard let shown = try await checkTarget(connectTo: nil, proxy: plan.proxy) else { return target }
      let days = (shown.expires - Date().timeIntervalSince1970) / 86_400
      target.certificate = Facts.Certificate(subject: shown.subject, days: days)
    } catch {
      target.problem = error.description
    }
    return target
  }

  /// Refuses an autoscaler that is not the one of the workload, or not the only one.
  private func checkAutoscaler(
    _ name: String, of watched: WatchedWorkload, in cluster: TargetCluster
  ) async throws {
    let description = cluster.description
    let autoscaler = try await cluster.client.get(
      HorizontalPodAutoscaler.self, namespace: description.namespace, name: name)
    let others = ListedAutoscalers(
      try await cluster.client.list(HorizontalPodAutoscaler.resource, namespace: description.namespace).items,
      workload: watched.reference)
    for note in others.notes { StandardOutput.complain("note: \(note)") }
    let problems = WorkloadNames(profile: profile).problems(in: [autoscaler] + others.readable, of: watched)
    guard problems.isEmpty else { throw HarnessError(.refused, problems) }
  }
}
