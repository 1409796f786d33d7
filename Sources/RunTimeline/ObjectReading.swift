import Foundation
import KubernetesObjects
import Units

/// Reads the objects of one resource from observations, and knows over which time each of them is unknown, since a version of
/// it could not be read.
struct ObjectReading: Sendable {
  /// Names by uid, also of objects of which no version could be read.
  var names: [String: String] = [:]
  /// Stretches over which one object is unknown; by uid.
  private(set) var gaps: [String: [ObservationGap]] = [:]
  /// Since when a version of an object could not be read, and why.
  private var open: [String: (since: Duration, cause: String)] = [:]
  private let decoder = JSONDecoder()

  /// Which object an observation tells of; `nil` where it does not say.
  mutating func identify(_ observation: Observation) -> String? {
    let metadata =
      observation.uid == nil
      ? observation.object.flatMap { try? decoder.decode(ObjectHead.self, from: $0).metadata } : nil
    guard let uid = observation.uid ?? metadata?.uid else { return nil }
    if names[uid] == nil { names[uid] = observation.name ?? metadata?.name }
    return uid
  }

  /// - Parameter since: from when on the object is unknown if this version of it cannot be read.
  mutating func read<Object: KubernetesObject>(
    _ observation: Observation, uid: String, unknownFrom since: Duration
  ) -> Object? {
    let cause: String
    if let data = observation.object {
      do {
        let object = try decoder.decode(Object.self, from: data)
        end(uid, at: observation.received)
        return object
      } catch {
        cause = "cannot be read: \(DecodingProblem.text(error))"
      }
    } else {
      cause = "was recorded without its text"
    }
    let name = names[uid] ?? observation.name ?? uid
    let version = observation.resourceVersion.map { " of version \($0)" } ?? ""
    let text = "\(Object.resource.kind) \(name)\(version) \(cause)"
    open[uid] = open[uid] ?? (min(since, observation.received), text)
    return nil
  }

  /// Uids of the objects that are unknown now.
  var unknown: [String] { Array(open.keys) }

  /// A version can be read again, or the object is gone.
  mutating func end(_ uid: String, at end: Duration) {
    guard let gap = open.removeValue(forKey: uid) else { return }
    gaps[uid, default: []].append(ObservationGap(InstantBounds(gap.since, end), cause: gap.cause))
  }
}
