import Arrivals
import Foundation
import KubernetesObjects
import Synchronization

/// Numbers by a seed.
struct Draw: RandomNumberGenerator, Sendable {
  private var numbers: SplitMix64

  init(seed: UInt64) {
    // The seeds themselves are next to each other.
    var first = SplitMix64(seed: seed)
    numbers = SplitMix64(seed: first.next() ^ (seed << 32))
  }

  mutating func next() -> UInt64 { numbers.next() }

  mutating func happens(_ share: Double) -> Bool { Double.random(in: 0..<1, using: &self) < share }
}

/// The store behind an API server that misbehaves, with all that ever was in it.
final class FaultyStore: Sendable {
  struct Change: Sendable {
    let type: String
    let plural: String
    let uid: String
    let name: String
    let revision: UInt64
    let text: String
    /// When its write began, and when it was done.
    let began: ContinuousClock.Instant
    let at: ContinuousClock.Instant
  }

  struct Stored: Sendable {
    let uid: String
    let name: String
    let revision: UInt64
    let generation: Int
    let created: String
    let text: String
  }

  private struct State {
    var revision: UInt64
    /// How often another store took its place.
    var epoch = 0
    var nextUID = 0
    var objects: [String: [String: Stored]] = [:]
    /// What watches can still be told.
    var log: [Change] = []
    /// Changes up to it are forgotten.
    var compacted: UInt64
    var all: [Change] = []
    var snapshots: [UInt64: [String: [String: Stored]]] = [:]
  }

  static let plurals = ["deployments", "pods"]
  private let state: Mutex<State>
  /// How far the clock of the server is ahead.
  private let clockOffset: TimeInterval

  init(clockOffset: TimeInterval, _ draw: inout Draw) {
    self.clockOffset = clockOffset
    let start = UInt64.random(in: 2_000...1_000_000, using: &draw)
    state = Mutex(State(revision: start, compacted: start))
    for _ in 0..<8 { write(&draw) }
  }

  /// What the server's clock shows.
  var date: Date { Date(timeIntervalSinceNow: clockOffset) }

  var epoch: Int { state.withLock { $0.epoch } }
  var revision: UInt64 { state.withLock { $0.revision } }
  var changes: [Change] { state.withLock { $0.all } }

  /// Makes, changes or deletes an object.
  func write(_ draw: inout Draw) {
    let plural = Self.plurals.randomElement(using: &draw) ?? ""
    let name = "object-\(Int.random(in: 0..<6, using: &draw))"
    let deletes = draw.happens(0.3)
    let began = ContinuousClock.now
    let time = ISO8601DateFormatter().string(from: date)
    state.withLock { state in
      state.snapshots[state.revision] = state.objects
      let known = state.objects[plural]?[name]
      state.revision += 1
      let revision = state.revision
      let isEnd = deletes && known != nil
      if known == nil { state.nextUID += 1 }
      let uid = known?.uid ?? "\(plural)-\(state.epoch)-\(state.nextUID)"
      let generation = (known?.generation ?? 0) + (isEnd ? 0 : 1)
      let created = known?.created ?? time
      let text = Self.text(plural, name, uid, revision, generation, created: created, written: time)
      let stored = Stored(
        uid: uid, name: name, revision: revision, generation: generation, created: created, text: text)
      state.objects[plural, default: [:]][name] = isEnd ? nil : stored
      let change = Change(
        type: isEnd ? "DELETED" : known == nil ? "ADDED" : "MODIFIED", plural: plural, uid: uid, name: name,
        revision: revision, text: text, began: began, at: .now)
      state.log.append(change)
      state.all.append(change)
    }
  }

  private static func text(
    _ plural: String, _ name: String, _ uid: String, _ revision: UInt64, _ generation: Int, created: String,
    written: String
  ) -> String {
    let spec =
      plural == "pods"
      ? #"{"containers": [{"name": "web"}]}"#
      : #"{"replicas": \#(generation), "selector": {}, "template": {"spec": {"containers": []}}}"#
    return #"{"metadata": {"name": "\#(name)", "uid": "\#(uid)", "resourceVersion": "\#(revision)", "#
      + #""generation": \#(generation), "creationTimestamp": "\#(created)", "managedFields": "#
      + #"[{"manager": "test", "operation": "Update", "time": "\#(written)"}]}, "spec": \#(spec), "status": {}}"#
  }

  /// Forgets what watches could be told, and the states that lists in parts go on with.
  func compact() {
    state.withLock { state in
      state.compacted = state.revision
      state.log = []
      state.snapshots = [:]
    }
  }

  /// Another store takes its place, with other objects.
  func replace(goesBack: Bool, _ draw: inout Draw) {
    state.withLock { state in
      state.epoch += 1
      // One that goes back by less than is written until the next list cannot be told from the one before.
      let distance = UInt64.random(in: 200...1_000, using: &draw)
      state.revision = goesBack ? state.revision - distance : state.revision + distance
      state.objects = [:]
      state.log = []
      state.snapshots = [:]
      state.compacted = state.revision
    }
    for _ in 0..<5 { write(&draw) }
  }

  /// The objects of a resource by name, at a revision; `nil` when that is forgotten.
  func list(_ plural: String, at revision: UInt64? = nil) -> (revision: UInt64, objects: [Stored])? {
    state.withLock { state in
      let wanted = revision ?? state.revision
      let all = wanted == state.revision ? state.objects : state.snapshots[wanted]
      return all.map { (wanted, ($0[plural] ?? [:]).values.sorted { $0.name < $1.name }) }
    }
  }

  /// What happened to a resource after a revision; `nil` when that is forgotten.
  func changes(_ plural: String, after revision: UInt64) -> [Change]? {
    state.withLock { state in
      revision < state.compacted ? nil : state.log.filter { $0.plural == plural && $0.revision > revision }
    }
  }

  /// The revisions of all objects by their uids.
  func current(_ plural: String) -> [String: String] {
    state.withLock { state in
      Dictionary(uniqueKeysWithValues: (state.objects[plural] ?? [:]).values.map { ($0.uid, String($0.revision)) })
    }
  }
}
