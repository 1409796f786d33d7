import Curl
import Discovery
import Doctor
import Foundation
import Glibc
import KubernetesClient
import KubernetesObjects
import Profiles
import Redaction
import RunTimeline
import Units

/// Finds what is behind a host, probes it, and writes a profile for it.
package struct InitSession: Sendable {
  let options: InitOptions
  private var output: NewProfile { NewProfile(path: options.output, force: options.force) }

  package init(_ options: InitOptions) {
    self.options = options
  }

  /// Writes the profile, and tells what was found, what is odd, and what is not known.
  ///
  /// - Throws: ``HarnessError`` when nothing could be found, measured or written.
  package func execute() async throws -> ExitStatus {
    _ = try options.givenCost()
    try output.checkPlace()
    let interruption = Interruption {
      CredentialCommands.endAll()
      _exit(ExitStatus.interrupted.rawValue)
    }
    defer { withExtendedLifetime(interruption) {} }
    let environment = ProcessInfo.processInfo.environment
    guard options.subject != .address else {
      let request = try request(url: options.url ?? "", path: options.path ?? "/", target: nil)
      try await finish(request, environment: environment)
      return .passed
    }
    let cluster = try await SurveyedCluster.open(options, environment: environment)
    do {
      try await cluster.refuseFastClock()
      try await survey(cluster, environment: environment)
      await cluster.close()
      return .passed
    } catch {
      await cluster.close()
      throw error
    }
  }

  // MARK: With a cluster

  private func survey(_ cluster: SurveyedCluster, environment: [String: String]) async throws {
    let (question, namespace) = try await question(in: cluster)
    let first = try Self.find(
      question, by: TargetSearch(try await cluster.objects(in: namespace), namespace: namespace))
    try await cluster.awaitSteady(first.reference, in: namespace)
    let description = ClusterDescription(
      context: cluster.context, namespace: namespace, workload: first.reference,
      autoscaler: first.autoscaler?.metadata.name, serverVersion: cluster.serverVersion)
    let patient = try await LiveReading(client: cluster.client, cluster: description).patient(Facts(nil))
    let search = TargetSearch(patient.objects.map(\.json), namespace: namespace)
    for note in search.notes { tell("Note", note) }
    let target = try Self.find(question, by: search)
    tell("Found", target.way)
    let checks = Check.all.filter { check in !check.needs.contains(where: Self.comesLater) }
    let report = DoctorReport(diagnosis: Diagnosis(of: patient, checks: checks), checks: checks)
    for finding in report.diagnosis.findings { tell("Odd", report.line(finding)) }
    for line in report.uncheckedLines { tell("", line) }

    let url = try url(of: target)
    var request = try request(url: url, path: options.path ?? target.lead?.plainPath ?? "/", target: target)
    request.findings = Self.summary(of: report.diagnosis.findings)
    request.serverVersion = cluster.serverVersion
    request.place =
      cluster.simulated == nil
      ? .context(cluster.contextName(asked: options.context))
      : .manifests(options.manifests.map(relative), timeScale: cluster.timeScale)
    try await finish(request, target: target, cluster: cluster, environment: environment)
  }

  /// What is asked, and in which namespace: a host's own where only one has it.
  private func question(
    in cluster: SurveyedCluster
  ) async throws(HarnessError) -> (TargetSearch.Question, namespace: String) {
    guard let (host, path) = options.hostAndPath else {
      guard case .workload(let text) = options.subject else { throw HarnessError(.defect, "nothing is asked for") }
      return (.workload(try ImportedCluster.reference(text)), cluster.namespace)
    }
    let question = TargetSearch.Question.host(host, path: path)
    guard options.namespace == nil, let namespaces = await cluster.namespaces(of: host), !namespaces.isEmpty,
      !namespaces.contains(cluster.namespace)
    else { return (question, cluster.namespace) }
    guard namespaces.count == 1 else {
      throw HarnessError(
        .refused,
        "\(host) has Ingresses in the namespaces \(namespaces.joined(separator: ", ")): choose with --namespace")
    }
    return (question, namespaces[0])
  }

  private static func find(
    _ question: TargetSearch.Question, by search: TargetSearch
  ) throws(HarnessError) -> DiscoveredTarget {
    do {
      return try search.find(question)
    } catch {
      throw HarnessError(.refused, error.description)
    }
  }

  /// Where requests go: the URL that was given, or the host of the Ingress.
  private func url(of target: DiscoveredTarget) throws(HarnessError) -> String {
    if let url = options.url { return url }
    if let (host, _) = options.hostAndPath, let lead = target.lead { return lead.url(host: host) }
    guard let url = target.url else {
      throw HarnessError(
        .usage,
        "\(target.reference.text): no Ingress with a host of its own leads to it: say where it is reached with --url, as in "
          + "--url http://web.example.com")
    }
    return url
  }

  /// Whether a check needs what is there only with the profile: the probe finds out of the target, and rights are asked for
  /// when it is known which the profile needs.
  private static func comesLater(_ need: Need) -> Bool {
    switch need {
    case .rights, .target, .certificate, .machine, .load: true
    case .kind, .present, .cluster, .metrics, .servedMetrics, .clock, .startTime: false
    }
  }

  /// The weightiest findings by name, each once; pieces of advice are left to `doctor`.
  private static func summary(of findings: [Finding]) -> [String] {
    var names: [String] = []
    for finding in findings where finding.severity != .advice {
      let name = "\(finding.severity.rawValue) \(finding.id)"
      if !names.contains(name) { names.append(name) }
    }
    return names
  }

  /// A path of manifests as the profile names it: from its own folder, where both are relative to the same one.
  private func relative(_ path: String) -> String {
    options.output.contains("/") ? Self.absolute(path) : path
  }

  private static func absolute(_ path: String) -> String {
    LoadedProfile.resolved(path, in: FileManager.default.currentDirectoryPath)
  }

  // MARK: With or without

  private func request(
    url: String, path: String, target: DiscoveredTarget?
  ) throws(HarnessError) -> ProfileRequest {
    guard path.hasPrefix("/") else { throw HarnessError(.usage, "--path \(path): a path begins with /") }
    var plain = url
    while plain.hasSuffix("/") { plain.removeLast() }
    return ProfileRequest(
      name: output.name, day: String(Date().kubernetesTime.description.prefix(10)), url: plain,
      connectTo: options.connectTo, path: path, verifiesCertificate: options.verifiesCertificate,
      authority: options.authority.map(Self.absolute))
  }

  private func finish(
    _ request: ProfileRequest, target: DiscoveredTarget? = nil, cluster: SurveyedCluster? = nil,
    environment: [String: String]
  ) async throws {
    var figures = try await figures(request, target: target, cluster: cluster, environment: environment)
    if let given = try options.givenCost() {
      figures.cost = ProbeFigures.Cost(best: given, bounds: given * 0.95...given * 1.05)
      figures.costSource = "given by --cpu-per-request"
    }
    let written = DiscoveredProfile(request, target: target, figures: figures)
    let profile = try output.read(written.text)
    if let cluster, let target { try await tellMissingRights(profile, target, in: cluster) }
    try output.write(written.text)
    for omission in written.omissions { tell("Left out", omission) }
    let schedule = RunSchedule(profile: profile)
    tell(
      "Profile",
      "\(options.output): \(schedule.loadEnd.text) in \(schedule.phases.count) phases, \(profile.expectations.count) "
        + "expectations")
    var command = ["scaleproof", "run", options.output]
    if let kubeconfig = options.kubeconfig { command += ["--kubeconfig", kubeconfig] }
    tell("Run it", command.joined(separator: " "))
  }

  private func figures(
    _ request: ProfileRequest, target: DiscoveredTarget?, cluster: SurveyedCluster?, environment: [String: String]
  ) async throws -> ProbeFigures {
    guard case .upTo(let most) = options.probe else {
      return try await unprobed(target: target, cluster: cluster)
    }
    var reached = request
    if let simulated = cluster?.simulated { reached.connectTo = simulated.ingressAddress(of: request.url) }
    var probe = LoadProbe(request: reached, most: most, environment: environment)
    guard options.allowsLoad || ProxyEnvironment.leadsToThisMachine(reached.connectTo ?? reached.url) else {
      throw HarnessError(
        .usage,
        "\(reached.connectTo ?? reached.url) is not this machine, and a probe would send it load (\(probe.announcement)): "
          + "allow it with --yes, or leave it out with --no-probe")
    }
    if let target, let cluster {
      let room = target.probeRoom
      probe.use = podUse(of: target, in: cluster, container: room.container)
      probe.room = room.milli
      probe.timeScale = cluster.timeScale
    }
    tell("Probe", "\(probe.announcement) (--no-probe leaves it out)")
    let figures = try await probe.run()
    if let failures = figures.answers?.failureText {
      tell("Odd", "\(failures); look at what answers so before you trust the profile, which expects hardly any to fail")
    }
    return figures
  }

  /// What is known without a request.
  private func unprobed(target: DiscoveredTarget?, cluster: SurveyedCluster?) async throws -> ProbeFigures {
    var figures = ProbeFigures(
      costSource: "what a request costs is not known without a probe (--no-probe): say it with --cpu-per-request")
    guard let target, let cluster else { return figures }
    let use = podUse(of: target, in: cluster, container: target.probeRoom.container)
    let samples = try? await use.samples(
      after: nil, limit: .seconds(60 / cluster.timeScale), timeScale: cluster.timeScale
    ) { $0.count == 2 }
    if let first = samples?.first, let last = samples?.last {
      figures.idle = last.milli
      figures.metricsWindow = last.window
      if last.ended > first.ended { figures.metricsResolution = last.ended.seconds - first.ended.seconds }
    }
    return figures
  }

  private func podUse(of target: DiscoveredTarget, in cluster: SurveyedCluster, container: String?) -> PodUse {
    PodUse(
      client: cluster.client, namespace: target.namespace, selector: target.workload.selector,
      pods: Set(target.pods.filter(\.isReady).compactMap(\.metadata.name)), container: container)
  }

  /// Names the rights that a run of the profile will need and does not have.
  private func tellMissingRights(
    _ profile: Profile, _ target: DiscoveredTarget, in cluster: SurveyedCluster
  ) async throws {
    let description = ClusterDescription(
      context: cluster.context, namespace: target.namespace, workload: target.reference,
      autoscaler: target.autoscaler?.metadata.name, serverVersion: cluster.serverVersion)
    let missing = try await RightsCheck(
      client: cluster.client, cluster: description, actions: profile.actions,
      note: { StandardOutput.complain("note: \($0)") }
    ).missing()
    for right in missing { tell("Odd", "blocking  right-missing  \(right.line)") }
  }

  private func tell(_ title: String, _ words: String) {
    let line = title.padding(toLength: 10, withPad: " ", startingAt: 0) + " " + words
    StandardOutput.line(TerminalText.plain(SecretText.redacted(message: line)))
  }
}
