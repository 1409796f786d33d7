import Arrivals
import Expectations
import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import Units

/// What was observed of a real control plane, bent in one place.
struct EditedObservations {
  let name: String
  private(set) var observations: [Observation]

  /// What a judge of the autoscaler reads.
  private static let resources: Set<String> = [
    Deployment.resource.plural, HorizontalPodAutoscaler.resource.plural, Pod.resource.plural,
    ReplicaSet.resource.plural,
  ]

  /// - Parameter end: leaves out what came later.
  init(_ name: String, until end: Duration = .seconds(86_400)) throws {
    self.name = name
    observations = try Recordings.log(name).observations.filter {
      Self.resources.contains($0.resource) && $0.received <= end
    }
  }

  /// - Parameter phases: names with their starts in seconds.
  func timeline(phases: [(String, Double)] = [], actions: [ActionSpan] = []) throws -> Timeline {
    let whole = try Recordings.log(name)
    return Recordings.timeline(
      name, log: whole, phases: phases, actions: actions, observations: observations,
      end: observations.map(\.received).max() ?? whole.end)
  }

  /// Lets a rescale go to another count: in the workload and in what the autoscaler says, until the count changes again.
  mutating func divert(_ rescale: ObservedChange, to other: Int, until end: Duration) throws {
    let start = rescale.at.earliest - .seconds(1)
    for index in observations.indices
    where observations[index].received >= start && observations[index].received < end {
      guard let object = observations[index].object else { continue }
      var value = try JSONValue(json: object)
      switch observations[index].resource {
      case Deployment.resource.plural where value["spec", "replicas"]?.int == rescale.to:
        value["spec"]?["replicas"] = .integer(Int64(other))
      case HorizontalPodAutoscaler.resource.plural:
        for key in ["desiredReplicas", "currentReplicas"] where value["status", key]?.int == rescale.to {
          value["status"]?[key] = .integer(Int64(other))
        }
      default: continue
      }
      observations[index].object = try value.json()
    }
  }

  mutating func stripManagedFields() throws {
    // Nothing is read from those of pods.
    let read = [Deployment.resource.plural, HorizontalPodAutoscaler.resource.plural]
    for index in observations.indices where read.contains(observations[index].resource) {
      guard let object = observations[index].object else { continue }
      var value = try JSONValue(json: object)
      value["metadata"]?["managedFields"] = nil
      observations[index].object = try value.json()
    }
  }

  /// Loses some of what the watches said.
  mutating func drop(share: Double, _ random: inout SplitMix64) {
    observations = observations.filter { observation in
      [.list, .listed].contains(observation.kind) || random.nextUnit() >= share
    }
  }

  /// Loses one line of a watch; says which.
  mutating func dropOne(of resource: String, _ random: inout SplitMix64) -> String? {
    let lines = observations.indices.filter {
      observations[$0].resource == resource && [.added, .modified, .deleted].contains(observations[$0].kind)
    }
    guard let index = lines.randomElement(using: &random) else { return nil }
    let lost = observations.remove(at: index)
    return "\(lost.received.seconds) s (\(lost.kind) \(lost.name ?? ""))"
  }

  /// Loses all that a watch said for 5 to 105 s; says when.
  mutating func dropStretch(of resource: String, _ random: inout SplitMix64) -> String {
    let end = observations.map(\.received).max() ?? .zero
    let length = Duration.seconds(5 + 100 * random.nextUnit())
    let start = end * random.nextUnit()
    observations.removeAll {
      $0.resource == resource && [.added, .modified, .deleted].contains($0.kind) && $0.received >= start
        && $0.received < start + length
    }
    return "from \(start.text) for \(length.text)"
  }

  /// Lets what is read arrive later, by up to some time, in the order in which it came.
  mutating func delay(upTo most: Duration, _ random: inout SplitMix64) {
    let end = observations.map(\.received).max() ?? .zero
    var latest: [String: Duration] = [:]
    for index in observations.indices {
      let resource = observations[index].resource
      let received = min(observations[index].received + most * random.nextUnit(), end)
      observations[index].received = max(received, latest[resource] ?? .zero)
      latest[resource] = observations[index].received
    }
    observations.sort { $0.received < $1.received }
  }

  mutating func duplicate(share: Double, _ random: inout SplitMix64) {
    observations = observations.flatMap { observation in
      random.nextUnit() < share ? [observation, observation] : [observation]
    }
  }

  /// Lets neighbours arrive in the other order, each at the time of the other.
  mutating func swapNeighbours(share: Double, _ random: inout SplitMix64) {
    for index in observations.indices.dropLast() where random.nextUnit() < share {
      guard ![.list, .listed].contains(observations[index].kind),
        ![.list, .listed].contains(observations[index + 1].kind)
      else { continue }
      observations.swapAt(index, index + 1)
      let received = observations[index].received
      observations[index].received = observations[index + 1].received
      observations[index + 1].received = received
    }
  }

  /// Lets the watch of a resource say nothing for a while, during which the resource is listed; says when.
  mutating func holdBack(_ resource: String, _ random: inout SplitMix64) -> String {
    let listed = observations.filter { $0.kind == .list }.map(\.received).max() ?? .zero
    let end = observations.map(\.received).max() ?? .zero
    let length = Duration.seconds(1 + 60 * random.nextUnit())
    let start = listed + .seconds(2) + (end - listed - length) * random.nextUnit()
    let list = start + length * random.nextUnit()
    observations = observations.heldBack(resource, from: start, until: start + length, listed: [list])
    return "\(resource) from \(start.text) for \(length.text), list at \(list.text)"
  }

  /// Cuts the text of some objects short.
  mutating func damage(share: Double, _ random: inout SplitMix64) {
    for index in observations.indices where random.nextUnit() < share {
      guard let object = observations[index].object else { continue }
      observations[index].object = object.prefix(Int(Double(object.count) * random.nextUnit()))
    }
  }
}
