import KubernetesObjects
import RunTimeline
import Units

/// A change of the wanted count that somebody else than the autoscaler made.
struct OtherScaling: Equatable {
  let at: InstantBounds
  let from: Int
  let to: Int
  /// The name in the managed fields.
  let author: String

  /// `3 -> 10 wanted by kubectl, not by the autoscaler`.
  var sentence: String { "\(from) -> \(to) wanted by \(author), not by the autoscaler" }

  static func all(in versions: [ObjectVersion<Workload>]) -> [OtherScaling] {
    versions.rescales.compactMap { before, after in
      guard case .other(let name) = ObservedChange.author(of: after.object, after: before.object) else { return nil }
      return OtherScaling(at: after.at, from: before.object.wanted, to: after.object.wanted, author: name)
    }
  }
}
