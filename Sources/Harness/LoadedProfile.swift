import Expectations
import Foundation
import Profiles
import SimulatedCluster

/// A profile with the manifests that it names, both with the changes of the command line made.
struct LoadedProfile: Sendable {
  private(set) var profile: Profile
  /// The text to record: changed as asked, without secrets.
  let recordedText: String
  /// `FILE:LINE` of the target's URL, for messages.
  let targetPlace: String
  /// Tables and bodies that requests are made of.
  let files: RequestFiles
  /// The objects of the simulated cluster; empty for a real one.
  let manifests: [ClusterManifest]
  /// The same with the places of their fields.
  let manifestDocuments: [Manifest]
  /// What in the manifests is not run as it is written, one line each.
  let manifestNotes: [String]
  let incidentCheck: IncidentCheck

  /// Reads and checks everything that a run needs from files.
  ///
  /// - Parameters:
  ///   - changes: `PATH=VALUE`, each.
  ///   - fixed: whether what the profile names as the fix of its incident is changed before.
  ///   - context: a context named on the command line takes the place of the simulated cluster, so that its
  ///     manifests are not read.
  /// - Throws: ``HarnessError`` with every problem, one a line.
  init(
    path: String, changes asked: [String], fixed: Bool = false, context: String? = nil
  ) throws(HarnessError) {
    let changes = try (fixed ? Self.fix(of: path) : []) + asked
    incidentCheck = IncidentCheck(isFixed: fixed)
    let forManifests = changes.filter { $0.hasPrefix(ManifestOverride.prefix) }
    let text = try Self.text(of: path, what: "the profile")
    var profile: Profile
    (profile, recordedText) = try Self.profile(text, source: path, changes: changes)
    targetPlace = Self.place(of: profile.target.url, in: text, source: path)
    let impossible = ExpectationPlan.problems(profile)
    guard impossible.isEmpty else { throw HarnessError(.invalidInput, impossible.map(\.description)) }
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    profile.target.tls = try CertificateFiles.found(profile.target.tls, folder: folder)
    let applied = try AppliedManifests(of: profile, folder: folder) {
      Self.place(of: $0, in: text, source: path)
    }
    profile.actions = applied.actions
    self.profile = profile
    files = try RequestFiles(of: profile, folder: folder)
    let unfit = profile.dataProblems(tables: files.tables, timeScale: context == nil ? nil : 1)
    guard unfit.isEmpty else { throw HarnessError(.invalidInput, unfit.map(\.description)) }
    guard case .simulated(let simulation)? = profile.cluster?.kind, context == nil else {
      manifests = []
      manifestDocuments = []
      manifestNotes = []
      if let change = forManifests.first {
        throw HarnessError(
          .invalidInput, "--set \(change): a real cluster's objects are not changed; apply the manifest with kubectl")
      }
      return
    }
    guard profile.target.connectTo.isEmpty else {
      throw HarnessError(
        .invalidInput,
        "\(targetPlace): target.connectTo: the load would go to \(profile.target.connectTo[0]) and not to the simulated "
          + "cluster; remove connectTo, or watch a real cluster: name its context in place of simulated, or with "
          + "--context")
    }
    for path in simulation.manifests {
      let file = Self.resolved(path, in: folder)
      guard !FileManager.default.fileExists(atPath: file) else { continue }
      throw HarnessError(
        .invalidInput,
        "\(Self.place(of: path, in: text, source: profile.source)): cluster.simulated.manifests: no such file or folder: "
          + "\(file); paths are relative to the profile")
    }
    let loaded = try ManifestLoading.read(
      simulation.manifests.map { Self.resolved($0, in: folder) }, changes: forManifests,
      metrics: Set(simulation.metrics.keys))
    manifests = loaded.objects
    manifestDocuments = loaded.documents
    manifestNotes = loaded.notes + applied.notes + Self.redirectNotes(profile.target.url, at: targetPlace, manifests)
    let problems =
      WorkloadNames(profile: profile).problems(in: manifests)
      + SimulatedVersions(profile: profile, manifests: manifests).problems
    guard problems.isEmpty else { throw HarnessError(.invalidInput, problems) }
  }

  /// Says when the load would only be told to come over TLS, which counts as an answer like others.
  private static func redirectNotes(_ url: String, at place: String, _ manifests: [ClusterManifest]) -> [String] {
    guard url.hasPrefix("http://") else { return [] }
    let host = String(url.dropFirst(7))
    guard let cause = SimulationNotes.redirectToTLS(host: host, manifests.map(\.object)) else { return [] }
    return [
      "\(place): target.url: \(cause), so that it answers each request with 308 and no pod has it: write https://\(host)"
    ]
  }

  /// The profile with all changes that are none of manifests, and its text as it is recorded.
  private static func profile(
    _ text: String, source: String, changes: [String]
  ) throws(HarnessError) -> (Profile, recordedText: String) {
    do {
      var document = try ProfileDocument(text: text, source: source)
      for change in changes where !change.hasPrefix(ManifestOverride.prefix) { try document.apply(set: change) }
      return (try document.profile(), document.redactedText)
    } catch {
      throw HarnessError(.invalidInput, error.problems.map(\.description))
    }
  }

  /// What the profile names as the fix of its incident.
  private static func fix(of path: String) throws(HarnessError) -> [String] {
    do {
      let incident = try ProfileReader.read(text: text(of: path, what: "the profile"), source: path).incident
      if let incident { return incident.fix.changes }
    } catch let error as ProfileProblems {
      throw HarnessError(.invalidInput, error.problems.map(\.description))
    } catch let error as HarnessError {
      throw error
    } catch {
      throw HarnessError(.invalidInput, "\(path): \(error)")
    }
    throw HarnessError(
      .usage, "\(path): --fixed: the profile is of no incident, so that it names no fix; change fields with --set")
  }

  /// A profile for a recording that sends no load, and so reads no files and asks for no manifests.
  init(withoutLoad document: ProfileDocument) throws(HarnessError) {
    do {
      profile = try document.profile()
    } catch {
      throw HarnessError(.invalidInput, error.problems.map(\.description))
    }
    recordedText = document.redactedText
    incidentCheck = IncidentCheck(isFixed: false)
    targetPlace = document.source
    files = try RequestFiles(of: profile, folder: ".")
    manifests = []
    manifestDocuments = []
    manifestNotes = []
  }

  /// The profile of a recording, or another for it, whose cluster is simulated with the objects that were recorded.
  ///
  /// - Parameters:
  ///   - folder: where files that requests are made of are looked for.
  ///   - timeScale: that of the recording, so that what was counted on the wall means the same.
  init(
    text: String, source: String, folder: String, objects: RecordedObjects, timeScale: Double, changes: [String]
  ) throws(HarnessError) {
    var profile: Profile
    (profile, recordedText) = try Self.profile(text, source: source, changes: changes)
    guard var reference = profile.cluster else {
      throw HarnessError(.refused, "\(source): cluster: no cluster was watched, so that there is none to simulate")
    }
    if case .simulated(var simulation) = reference.kind {
      simulation.timeScale = timeScale
      reference.kind = .simulated(simulation)
    } else {
      reference.kind = .simulated(Simulation(manifests: [], timeScale: timeScale))
    }
    profile.cluster = reference
    let applied = try AppliedManifests(of: profile, folder: folder) { Self.place(of: $0, in: text, source: source) }
    profile.actions = applied.actions
    // Nothing is sent.
    profile.target.connectTo = []
    for index in profile.requests.indices { profile.requests[index].checks = ResponseChecks() }
    targetPlace = source
    files = try RequestFiles(of: profile, folder: folder)
    let loaded = try ManifestLoading.checked(
      try objects.manifests(for: profile.target.url), changes: changes.filter { $0.hasPrefix(ManifestOverride.prefix) },
      areRecorded: true)
    self.profile = profile
    manifests = loaded.objects
    manifestDocuments = loaded.documents
    manifestNotes = loaded.notes + applied.notes + [objects.note]
    incidentCheck = IncidentCheck(isFixed: false)
  }

  /// The same with other values of what its simulated cluster is like.
  func simulating(_ change: (inout Simulation) -> Void) -> LoadedProfile {
    guard case .simulated(var simulation)? = profile.cluster?.kind else { return self }
    var loaded = self
    change(&simulation)
    loaded.profile.cluster?.kind = .simulated(simulation)
    return loaded
  }

  static func resolved(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : folder + "/" + path
  }

  /// `FILE:LINE` of the first line that holds a text; the file alone where it comes from the command line.
  static func place(of word: String, in text: String, source: String) -> String {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.firstIndex { $0.contains(word) }.map { "\(source):\($0 + 1)" } ?? source
  }

  static func text(of path: String, what: String) throws(HarnessError) -> String {
    do {
      return try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      let cause = FileManager.default.fileExists(atPath: path) ? "it cannot be read as text" : "no such file"
      throw HarnessError(.invalidInput, "\(path): \(what) cannot be read: \(cause)")
    }
  }
}
