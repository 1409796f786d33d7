import Discovery
import Doctor
import Expectations
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

  package init(_ options: InitOptions) {
    self.options = options
  }

  /// Writes the profile, and tells what was found, what is odd, and what is not known.
  ///
  /// - Throws: ``HarnessError`` when nothing could be found, measured or written.
  package func execute() async throws -> ExitStatus {
    _ = try options.givenCost()
    guard options.force || !FileManager.default.fileExists(atPath: options.output) else {
      throw HarnessError(
        .refused, "\(options.output): the file is there already; name another with --output, or add --force")
    }
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
    let first = try await find(question, in: namespace, of: cluster)
    try await cluster.awaitSteady(first.reference, in: namespace)
    let description = ClusterDescription(
      context: cluster.context, namespace: namespace, workload: first.reference,
      autoscaler: first.autoscaler?.metadata.name, serverVersion: cluster.serverVersion)
    let patient = try await LiveReading(client: cluster.client, cluster: description).patient(Facts(nil))
    let search = TargetSearch(patient.objects.map(\.json), namespace: namespace)
    for note in search.notes { tell("Note", note) }
    let target = try Self.found { () throws(DiscoveryProblem) in try search.find(question) }
    tell("Found", target.way)
    let report = DoctorReport(diagnosis: Diagnosis(of: patient))
    for finding in report.diagnosis.findings { tell("Odd", report.line(finding)) }
    for line in report.uncheckedLines where !line.contains("only a live cluster tells") { tell("", line) }

    let url = try url(of: target, in: cluster)
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

  private func find(
    _ question: TargetSearch.Question, in namespace: String, of cluster: SurveyedCluster
  ) async throws(HarnessError) -> DiscoveredTarget {
    let search = TargetSearch(try await cluster.objects(in: namespace), namespace: namespace)
    return try Self.found { () throws(DiscoveryProblem) in try search.find(question) }
  }

  private static func found<Value>(_ body: () throws(DiscoveryProblem) -> Value) throws(HarnessError) -> Value {
    do {
      return try body()
    } catch {
      throw HarnessError(.refused, error.description)
    }
  }

  /// Where requests go: the URL that was given, or the host of the Ingress.
  private func url(of target: DiscoveredTarget, in cluster: SurveyedCluster) throws(HarnessError) -> String {
    if let url = options.url { return url }
    if let (host, _) = options.hostAndPath {
      return "\(target.lead?.isSecure ?? false ? "https" : "http")://\(host)"
    }
    guard let url = target.url else {
      throw HarnessError(
        .usage,
        "\(target.reference.text): no Ingress with a host of its own leads to it: say where it is reached with --url, as in "
          + "--url http://web.example.com")
    }
    return url
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
    let isBeside = !options.output.contains("/")
    return path.hasPrefix("/") || isBeside ? path : FileManager.default.currentDirectoryPath + "/" + path
  }

  // MARK: With or without

  private func request(
    url: String, path: String, target: DiscoveredTarget?
  ) throws(HarnessError) -> ProfileRequest {
    guard path.hasPrefix("/") else { throw HarnessError(.usage, "--path \(path): a path begins with /") }
    var plain = url
    while plain.hasSuffix("/") { plain.removeLast() }
    var authority = options.authority
    if let named = authority, !named.hasPrefix("/") {
      authority = FileManager.default.currentDirectoryPath + "/" + named
    }
    return ProfileRequest(
      name: options.name, day: String(Date().kubernetesTime.description.prefix(10)), url: plain,
      connectTo: options.connectTo, path: path, verifiesCertificate: options.verifiesCertificate, authority: authority)
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
    let profile = try Self.checked(written.text, source: options.output)
    if let cluster, let target { try await tellMissingRights(profile, target, in: cluster) }
    do {
      try written.text.write(toFile: options.output, atomically: true, encoding: .utf8)
    } catch {
      throw HarnessError(.defect, "\(options.output): the profile cannot be written: \(FileProblem.reason(of: error))")
    }
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

  /// The profile as `validate` reads it.
  private static func checked(_ text: String, source: String) throws(HarnessError) -> Profile {
    do {
      let profile = try ProfileReader.read(text: text, source: source)
      let impossible = ExpectationPlan.problems(profile)
      guard impossible.isEmpty else {
        throw HarnessError(.defect, impossible.map { "the profile would not be valid: \($0)" })
      }
      return profile
    } catch let error as ProfileProblems {
      throw HarnessError(.invalidInput, error.problems.map { "the profile would not be valid: \($0)" })
    } catch let error as HarnessError {
      throw error
    } catch {
      throw HarnessError(.defect, "\(error)")
    }
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
    guard options.allowsLoad || InitOptions.isLoopback(reached.connectTo ?? reached.url) else {
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
    return try await probe.run()
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
