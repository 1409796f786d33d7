import Arrivals
import Foundation
import KubernetesObjects
import RunTimeline

/// What an observer may have missed of a run.
enum ObservationLoss: Equatable {
  case nothing
  /// Nothing was heard of some resources, and that is known.
  case gap(resources: [String], from: Double, to: Double)
  /// A watch said nothing more, unnoticed until the resource was listed again.
  case silence(resource: String, from: Double, to: Double)
  /// Single rows of a resource are lost.
  case rows(resource: String, share: Double)
  case noManagedFields
  /// The server's clock is known to so many seconds.
  case clock(Double)
  case noPods
  case noEvents
  /// Recording began this late.
  case start(at: Double)

  static func random(_ random: inout SplitMix64, end: Double) -> ObservationLoss {
    func instant() -> Double { 10 + random.nextUnit() * (end - 30) }
    let resource = ["deployments", "horizontalpodautoscalers", "pods"].randomElement(using: &random) ?? "deployments"
    switch Int.random(in: 0..<16, using: &random) {
    case 0..<6: return .nothing
    case 6:
      let from = instant()
      return .gap(resources: [resource], from: from, to: from + 2 + 60 * random.nextUnit())
    case 7:
      let from = instant()
      return .gap(
        resources: ["deployments", "horizontalpodautoscalers", "pods", "replicasets", "events"], from: from,
        to: from + 2 + 60 * random.nextUnit())
    case 8:
      let from = instant()
      return .silence(resource: resource, from: from, to: from + 5 + 60 * random.nextUnit())
    case 9:
      // Counts and generations show lost lines of pods and of the workload. One status of the autoscaler that is lost
      // without a word leaves no trace: nothing tells a sync that found other metrics from one that did nothing.
      let lossy = resource == "horizontalpodautoscalers" ? "pods" : resource
      return .rows(resource: lossy, share: 0.02 + 0.1 * random.nextUnit())
    case 10, 11: return .noManagedFields
    case 12: return .clock([0.3, 1.5, 3600].randomElement(using: &random) ?? 1.5)
    case 13: return .noPods
    case 14: return .noEvents
    default: return .start(at: instant() / 2)
    }
  }
}

/// One line of what a watch would have said.
struct WatchedRow {
  var at: Double
  var resource: String
  var kind: Observation.Kind
  var name: String
  var version: Int
  var object: String
}

extension ObservationLoss {
  /// The observations that are left of a run.
  func observations(of rows: [WatchedRow], end: Double, random: inout SplitMix64) -> [Observation] {
    var start = 0.0
    var rows = rows.sorted { ($0.at, $0.version) < ($1.at, $1.version) }
    switch self {
    case .noPods: rows.removeAll { ["pods", "replicasets"].contains($0.resource) }
    case .noEvents: rows.removeAll { $0.resource == "events" }
    case .noManagedFields:
      for index in rows.indices { rows[index].object = Self.withoutManagedFields(rows[index].object) }
    case .rows(let resource, let share):
      rows = rows.filter { row in row.at < 0.2 || row.resource != resource || random.nextUnit() >= share }
    case .start(let at): start = at
    default: break
    }
    var observations: [Observation] = []
    for resource in Set(rows.map(\.resource)).sorted() {
      let own = rows.filter { $0.resource == resource }
      observations += list(own, resource, sent: start, at: start + 0.1)
      var hidden = start...(start + 0.1)
      switch self {
      case .gap(let resources, let from, let to) where resources.contains(resource) && to < end:
        observations.append(
          Observation(
            sent: .seconds(from), received: .seconds(from), resource: resource, kind: .gap, message: "refused"))
        observations += list(own, resource, sent: to, at: to + 0.05)
        hidden = from...(to + 0.05)
      case .silence(resource, let from, let to) where to < end:
        observations += list(own, resource, sent: to, at: to + 0.05)
        hidden = from...(to + 0.05)
      default: break
      }
      for row in own where row.at > start + 0.1 && !hidden.contains(row.at) {
        observations.append(observation(row, kind: row.kind, sent: start, at: row.at))
      }
      observations.append(
        Observation(sent: .seconds(start), received: .seconds(end), resource: resource, kind: .bookmark))
    }
    return observations.enumerated().sorted { ($0.element.received, $0.offset) < ($1.element.received, $1.offset) }
      .map(\.element)
  }

  private func observation(_ row: WatchedRow, kind: Observation.Kind, sent: Double, at: Double) -> Observation {
    Observation(
      sent: .seconds(sent), received: .seconds(at), resource: row.resource, kind: kind, name: row.name,
      uid: "uid-\(row.resource)-\(row.name)", resourceVersion: "\(row.version)", object: Data(row.object.utf8))
  }

  /// What a list shows at an instant: the newest version of each object that is there.
  private func list(_ rows: [WatchedRow], _ resource: String, sent: Double, at: Double) -> [Observation] {
    var newest: [String: WatchedRow] = [:]
    var order: [String] = []
    for row in rows where row.at <= at {
      if newest.updateValue(row, forKey: row.name) == nil { order.append(row.name) }
    }
    let there = order.compactMap { newest[$0] }.filter { $0.kind != .deleted }
    let version = rows.last { $0.at <= at }?.version ?? 1
    return there.map { observation($0, kind: .listed, sent: sent, at: at) }
      + [
        Observation(
          sent: .seconds(sent), received: .seconds(at), resource: resource, kind: .list, resourceVersion: "\(version)")
      ]
  }

  private static func withoutManagedFields(_ text: String) -> String {
    guard let start = text.range(of: #","managedFields":["#),
      let end = text.range(of: "]", range: start.upperBound..<text.endIndex)
    else { return text }
    return text.replacingCharacters(in: start.lowerBound..<end.upperBound, with: "")
  }
}
