import RunTimeline
import Units

/// When a Service through which requests come certainly had no endpoint though pods of the workload were ready: for want of pods it is not.
enum EmptyService {
  /// Endpoints follow their pods a little later.
  private static let delay = Duration.seconds(1)

  static func all(in cluster: ClusterHistory) -> [EndpointsDip] {
    cluster.services.filter(\.mayBeRouted).flatMap { service in
      let empty = service.ready.combined(with: cluster.readyReplicas) { endpoints, pods in
        endpoints.upperBound == 0 && pods.lowerBound > 0 ? 1...1 : 0...0
      }
      return empty.pieces(from: .zero, to: max(empty.end, .zero))
        .filter { $0.range == 1...1 && $0.to - $0.from > delay && service.isAsked(from: $0.from, to: $0.to) }
        .map { EndpointsDip(service.service, 0...0, at: InstantBounds($0.from, $0.to), isStretch: true) }
    }
  }
}

extension ServiceEndpoints {
  /// Whether somebody counted on its endpoints over all of a stretch.
  fileprivate func isAsked(from: Duration, to: Duration) -> Bool {
    terms.contains { term in
      term.begin.map { $0.latest <= from } ?? true && term.end.map { to <= $0.earliest } ?? true
    }
  }
}
