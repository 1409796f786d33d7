import KubernetesObjects
import Profiles
import RunTimeline
import Units

/// What was seen of the cluster in a window.
struct JudgedCluster {
  let run: RunView
  let cluster: ClusterHistory
  let stretch: RunView.Stretch
  /// What of the window can have been seen: of the whole run, what was watched of it.
  let watched: InstantBounds

  var window: InstantBounds { stretch.hull }

  /// How much of the window was seen of a resource.
  ///
  /// - Parameter unknown: the first stretch in which something may have been missed.
  func sight(of resource: ResourceType, unknown: InstantBounds?) -> Sight {
    Sight(judged: self, resource: resource.label, unknown: unknown)
  }

  /// The same of an object by a count that it bears, where changes of its spec are asked for: its generation counts those that
  /// nobody saw.
  ///
  /// - Parameter part: what of the window can have been seen of it; `nil` for what was watched of the workload.
  func sight<Object>(
    ofSpecs versions: [ObjectVersion<Object>], _ resource: ResourceType, counting envelope: CountEnvelope,
    in part: InstantBounds? = nil
  ) -> Sight {
    sight(
      of: resource,
      unknown: envelope.unknown(in: part ?? watched) { gap in
        envelope.surrounds(gap) && cluster.hasSameSpec(versions, of: resource, over: gap)
      })
  }

  /// The same of what became of the workload's pods.
  var sightOfPods: Sight {
    sight(of: Pod.resource, unknown: PodCoverage(cluster: cluster).unknown(from: watched.earliest, to: watched.latest))
  }

  struct Sight {
    fileprivate let judged: JudgedCluster
    fileprivate let resource: String
    fileprivate let unknown: InstantBounds?

    /// Whether nothing of the window can have been missed.
    var isWhole: Bool { unknown == nil && judged.stretch.unfinished == nil }

    /// Why that which was seen does not let anything pass; `nil` when it was seen as a whole.
    ///
    /// - Parameter finding: what was found by then, where that is worth telling.
    func objection(finding: String? = nil) -> Opinion? {
      if let unfinished = judged.stretch.unfinished {
        return .inconclusive(unfinished, finding: finding.map { "\($0) so far" })
      }
      return unknown.map {
        .unknown($0.earliest, $0.latest, judged.run, resource: resource, window: judged.window, evidence: [])
      }
    }

    var gaps: [Evidence] { CountEvidence.gaps(judged.run, resource: resource, in: judged.window) }
  }
}

extension RunView {
  /// Judges what was seen of the cluster in a window by the rules of a kind, where there are both.
  ///
  /// - Parameter count: what the kind looks at.
  func judging(
    _ during: Window, watching count: (ClusterHistory) -> CountEnvelope, _ rules: (JudgedCluster) -> Opinion
  ) -> Opinion {
    guard let cluster = timeline.cluster else { return .inconclusive("no cluster was watched") }
    let envelope = count(cluster)
    switch stretch(during, watching: envelope) {
    case .missing(let reason): return .inconclusive(reason)
    case .known(let stretch):
      let watched = during == .run ? watchedPart(of: stretch.hull, by: envelope) : stretch.hull
      return rules(JudgedCluster(run: self, cluster: cluster, stretch: stretch, watched: watched))
    }
  }

  /// The same by a count of replicas, where anything was seen of it.
  func judging(
    _ during: Window, counting count: Expectation.ReplicaCount, _ rules: (JudgedCluster, CountEnvelope) -> Opinion
  ) -> Opinion {
    let (known, reason) = envelope(count)
    return judging(during, watching: { _ in known ?? .unknown }) { judged in
      known.map { rules(judged, $0) } ?? .inconclusive(reason)
    }
  }
}

extension CountEnvelope {
  /// The first stretch of a window in which nothing is known.
  ///
  /// - Parameter isBridged: whether something else tells that nothing happened in it.
  func unknown(in window: InstantBounds, unless isBridged: (InstantBounds) -> Bool = { _ in false }) -> InstantBounds? {
    pieces(from: window.earliest, to: window.latest).lazy.filter { $0.range == nil }
      .map { InstantBounds($0.from, $0.to) }.first { !isBridged($0) }
  }

  /// Whether it is known before a stretch and after it.
  func surrounds(_ stretch: InstantBounds) -> Bool {
    stretch.latest < end && stretch.earliest > segments.first?.start ?? .farFuture
  }
}
