import ClientRules
import ClusterObservation
import Foundation
import KubernetesClient
import KubernetesObjects
import RunRecording
import RunTimeline
import Units

/// What every recording of a run has, with load or without: one clock, one file, and an observer of the cluster that
/// writes into it.
struct ObservedRun: Sendable {
  let run: RunDescription
  let clock: RunClock
  let writer: RecordingWriter
  let progress: RunProgress
  /// `nil` for a run that looks at no cluster.
  let observer: ClusterObserver?

  /// How far the clocks of a real control plane and its nodes are taken to be apart at most.
  private static let assumedSkew = Duration.seconds(1)

  /// A server's clock may show anything: what its answers say is believed.
  private static let assumedOffset = Duration.seconds(50 * 365 * 86_400)

  /// Opens the recording and fixes run time zero, a moment from now.
  ///
  /// - Parameters:
  ///   - configs: ConfigMaps and Secrets that are watched by their names.
  ///   - describe: the row of the run, given the wall-clock time of run time zero.
  init(
    _ cluster: TargetCluster?, configs: [ConfigReference], timeScale: Double, output: RunOutput, collectsNews: Bool,
    describe: (KubernetesTime) -> RunDescription
  ) async throws(HarnessError) {
    // Everything has to be listed once before zero, so zero lies a few times as far ahead as that takes.
    let (listing, scope) = try await Self.firstLook(at: cluster)
    let lead = max(.milliseconds(300), listing * 3)
    let origin = ContinuousClock.now + lead
    let zero = KubernetesTime(microseconds: Int64((Date().timeIntervalSince1970 + lead.seconds) * 1e6))
    let clock = RunClock(origin: origin, scale: timeScale)
    let run = describe(zero)
    let writer = try Self.open(output, run: run)
    let progress = RunProgress(collectsNews: collectsNews)
    self.run = run
    self.clock = clock
    self.writer = writer
    self.progress = progress
    observer = cluster.map { cluster in
      ClusterObserver(
        client: cluster.client, namespace: cluster.description.namespace,
        resources: ClusterObserver.resources(of: cluster.description.workloads.kinds)
          + configs.map(\.resource), scope: scope, clock: clock,
        sink: RunSink(
          writer: writer, progress: progress, cluster: cluster.description,
          clock: ServerClock(
            runStart: zero, assumed: Self.assumedOffset, skew: cluster.isSimulated ? .zero : Self.assumedSkew)),
        tempo: ObserverTempo(relistInterval: ClusterObserver.relistInterval(timeScale: timeScale)),
        log: cluster.log.logger(.observer))
    }
  }

  /// Lists everything that is going to be observed: how long that takes, and what belongs to the workloads.
  private static func firstLook(
    at cluster: TargetCluster?
  ) async throws(HarnessError) -> (time: Duration, scope: ObservationScope?) {
    guard let cluster else { return (.zero, nil) }
    let start = ContinuousClock.now
    var scope = ObservationScope(of: cluster.description.workloads.all)
    for resource in ClusterObserver.resources(of: cluster.description.workloads.kinds) {
      do {
        let list = try await cluster.client.rawList(
          resource, namespace: cluster.description.namespace, scope.rule(of: resource).asked())
        for object in list.items { scope.see(object, of: resource) }
        scope.listed(resource)
      } catch  where ClusterObserver.optional.contains(resource) && [.forbidden, .notFound].contains(error.code) {
        scope.cannotRead(resource)
      } catch {
        throw TargetCluster.refusal(of: error)
      }
    }
    return (start.duration(to: .now), scope)
  }

  private static func open(_ output: RunOutput, run: RunDescription) throws(HarnessError) -> RecordingWriter {
    do {
      return try RecordingWriter(path: output.recording, run: run)
    } catch {
      throw HarnessError(.refused, "\(error)")
    }
  }
}
