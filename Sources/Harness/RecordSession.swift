import Foundation
import Glibc
import KubernetesClient
import KubernetesObjects
import Profiles
import RunTimeline
import Synchronization
import Units

/// A recording of a cluster that no load is sent to, for incidents: what `run` observes, until a time or Ctrl-C.
package struct RecordSession: Sendable {
  let options: RecordOptions
  let version: ProgramVersion

  /// The longest recording, which is also that of one without a length.
  package static let longest = Duration.seconds(24 * 3600)
  static let phase = "recording"

  package init(_ options: RecordOptions, version: ProgramVersion) {
    self.options = options
    self.version = version
  }

  /// Records, judges what there is to judge, and reports; answers how the program should end.
  ///
  /// - Throws: ``HarnessError`` when the recording was refused or failed.
  package func execute() async throws -> ExitStatus {
    do {
      return try await recordAndConclude()
    } catch let error as HarnessError {
      if options.jsonLines { JSONLines.write(JSONLines.endLine(of: error)) }
      throw error
    }
  }

  private func recordAndConclude() async throws -> ExitStatus {
    let environment = ProcessInfo.processInfo.environment
    let stop = RecordStop()
    let recordingBegan = Atomic<Bool>(false)
    let interruption = Interruption {
      // Before it began there is nothing to save, and other threads are at work.
      if !recordingBegan.load(ordering: .relaxed) {
        CredentialCommands.endAll()
        _exit(ExitStatus.interrupted.rawValue)
      }
      stop.stop()
    }
    if let problem = options.problem { throw HarnessError(.usage, problem) }
    let workload = try ImportedCluster.reference(options.workload)
    var reference = ClusterReference(
      kind: .context(options.context), namespace: options.namespace, workload: workload,
      autoscaler: options.autoscaler)
    let judging = try RecordedExpectations(profile: options.profile)
    let cluster = try await TargetCluster.open(
      reference, loaded: try LoadedProfile(withoutLoad: judging.document(reference, length: options.length)),
      options: RunOptions(
        profile: "", context: options.context, kubeconfig: options.kubeconfig, log: options.log),
      environment: environment)
    do {
      reference.namespace = cluster.description.namespace
      let judged = try LoadedProfile(withoutLoad: judging.document(reference, length: options.length)).profile
      try await RightsCheck(
        client: cluster.client, cluster: cluster.description, actions: [], configs: judged.judgedConfigs,
        note: { StandardOutput.complain("note: \($0)") }
      ).check()
      reference.autoscaler = try await autoscaler(of: cluster)
      let watched = cluster.watching(autoscaler: reference.autoscaler)
      let loaded = try LoadedProfile(withoutLoad: judging.document(reference, length: options.length))
      for note in judging.notes { StandardOutput.complain("note: \(note)") }
      let output = try RunOutput.create(requested: options.output, profile: loaded.profile.name, at: Date())
      let recorder = try await ClusterRecorder(
        loaded: loaded, cluster: watched, length: options.length, output: output,
        style: LiveView.style(quiet: options.quiet, jsonLines: options.jsonLines, log: options.log), version: version)
      recordingBegan.store(true, ordering: .relaxed)
      let isCutShort = try await recorder.record(until: stop, interruption: interruption)
      await cluster.close()
      let status = try RunConclusion(
        output: output, profile: loaded.profile, version: version, quiet: options.quiet, jsonLines: options.jsonLines
      ).execute(interrupted: isCutShort)
      if !options.quiet, !options.jsonLines, watched.description.autoscaler != nil {
        StandardOutput.line("Decisions  scaleproof explain \(output.recording)")
      }
      return status
    } catch {
      await cluster.close()
      throw error
    }
  }

  /// Checks that the workload is there, and finds its autoscaler where none is named.
  private func autoscaler(of cluster: TargetCluster) async throws(HarnessError) -> String? {
    let description = cluster.description
    do {
      _ = try await cluster.client.workload(description.workload, namespace: description.namespace)
      if let name = description.autoscaler {
        let named = try await cluster.client.get(
          HorizontalPodAutoscaler.self, namespace: description.namespace, name: name)
        // An incident may be just that, so it is told and recorded.
        if let problem = named.misdirection(from: description.workload) {
          StandardOutput.complain("warning: --hpa: \(problem)")
        }
        return name
      }
      let listed = ListedAutoscalers(
        try await cluster.client.list(HorizontalPodAutoscaler.resource, namespace: description.namespace).items,
        workload: description.workload)
      for note in listed.notes { StandardOutput.complain("note: \(note)") }
      let names = listed.readable.filter { $0.scales(description.workload) }
        .compactMap(\.metadata.name).sorted()
      guard names.count <= 1 else {
        throw HarnessError(
          .refused,
          "several autoscalers scale \(description.workload.text), and the controller stops all of them "
            + "(AmbiguousSelector); choose one with --hpa: \(names.joined(separator: ", "))")
      }
      if names.isEmpty {
        StandardOutput.complain(
          "note: no HorizontalPodAutoscaler scales \(description.workload.text); the workload is recorded without"
        )
      }
      return names.first
    } catch {
      throw TargetCluster.refusal(of: error)
    }
  }
}
