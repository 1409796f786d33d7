package import ClientRules
package import KubernetesClient
package import KubernetesObjects
package import Logging
package import RunTimeline

/// Watches everything about the workloads of a namespace that their verdicts need, on the clock of the run.
///
/// Each resource is listed, then watched from the version of the list, and listed again slowly, which proves that
/// the watch has not gone silent and bounds when changes came.
package struct ClusterObserver: Sendable {
  /// What is watched for workloads of some kinds, in the order in which it is asked for.
  package static func resources(of kinds: [WorkloadKind]) -> [ResourceType] {
    let own = kinds.map(\.resource)
    let haveReplicaSets = kinds.contains { $0.type.podOwnership == .byReplicaSets }
    let between: [ResourceType] = haveReplicaSets && !own.contains(.replicaSets) ? [.replicaSets] : []
    return [.horizontalPodAutoscalers] + own + between + [.pods] + optional + [.endpointSlices, .events]
  }

  /// What a run can do without. Without Services all slices of the namespace are asked for.
  package static let optional: [ResourceType] = [
    .services, .ingresses, .podDisruptionBudgets, .resourceQuotas, .limitRanges,
  ]

  /// Wall time between two proving lists of a resource: 30 s of run time, and no less than a second.
  package static func relistInterval(timeScale: Double) -> Duration { max(.seconds(30) / timeScale, .seconds(1)) }

  private let observers: [ResourceObserver]
  private let tempo: ObserverTempo

  /// - Parameters:
  ///   - resources: what is watched; also ConfigMaps and Secrets by their names, of which a run can do without.
  ///   - scope: what belongs to the workloads, as far as that is known; `nil` for everything in the namespace.
  ///   - log: who is told of lists, watches, events and what could not be observed.
  package init(
    client: APIClient, namespace: String, resources: [ResourceType], scope: ObservationScope? = nil, clock: RunClock,
    sink: any ObservationSink, tempo: ObserverTempo = ObserverTempo(), log: Logger? = nil
  ) {
    self.tempo = tempo
    let budget = SharedBudget(tempo.budget)
    let shared = SharedScope(scope, observed: resources)
    observers = resources.map {
      ResourceObserver(
        client: client, resource: $0, namespace: namespace, clock: clock, sink: sink, tempo: tempo, budget: budget,
        scope: shared, isOptional: $0.metadataOf != nil || Self.optional.contains($0), log: log)
    }
  }

  /// Observes until the task is cancelled. `onReady` is called once, when every resource has been listed.
  package func run(onReady: @escaping @Sendable () -> Void) async {
    let pending = Countdown(observers.count, onZero: onReady)
    await withTaskGroup(of: Void.self) { group in
      for observer in observers {
        let first = Once { pending.countDown() }
        group.addTask { await observer.run(onListed: { first.call() }) }
      }
      group.addTask { await relist() }
    }
  }

  /// Reads every resource once more, so that what is known reaches to this moment.
  ///
  /// A failed read leaves a gap in the recording and is no error here.
  package func listAll() async { await listAll(provingWatches: false) }

  private func listAll(provingWatches: Bool) async {
    await withTaskGroup(of: Void.self) { group in
      for observer in observers {
        group.addTask { await observer.listAgain(provesWatch: provingWatches) }
      }
    }
  }

  private func relist() async {
    while !Task.isCancelled {
      do {
        try await Task.sleep(for: tempo.relistInterval)
      } catch {
        return
      }
      await listAll(provingWatches: true)
    }
  }
}
