import Foundation
import KubernetesObjects
import Units

/// What one log of kubectl tells: lists of objects, and what happened to them after.
struct KubectlLog: Sendable {
  private let items: [KubectlReading.Item]
  private let passedOver: [String: Int]
  /// Whether each event says what happened, as `--output-watch-events` has it.
  private let hasEvents: Bool
  private let hasObjects: Bool
  private let lists: Int
  /// Whether the log tells when each line came.
  let hasArrivals: Bool
  /// Whether it is one list, so that nothing can have happened in it.
  let isOneMoment: Bool

  /// A first list is printed at once, object by object; what comes later than this after its first object is no part of it.
  private static let listing = Duration.seconds(2)
  /// How long before its answer came kubectl can have asked, at most.
  private static let asking = Duration.seconds(10)

  /// - Throws: ``WatchLogError`` when only some of the objects have a time of arrival.
  init(_ reading: KubectlReading) throws(WatchLogError) {
    let told = reading.items.count { $0.arrived != nil }
    guard told == 0 || told == reading.items.count else {
      throw WatchLogError(line: 1, reason: "only \(told) of its \(reading.items.count) objects have a time of arrival")
    }
    hasArrivals = told > 0
    passedOver = reading.passedOver
    hasEvents = reading.items.contains { [.added, .modified, .deleted].contains($0.kind) }
    hasObjects = reading.items.contains { $0.kind == .object }
    items = Self.named(Self.withLists(reading.items))
    lists = items.count { $0.kind == .list }
    isOneMoment = items.allSatisfy { $0.kind == .list } && lists <= 1
  }

  var firstArrival: KubernetesTime? { items.compactMap(\.arrived).min() }

  /// The newest time that the first objects bear: they were seen then or later.
  var firstState: KubernetesTime? { items.lazy.compactMap(Self.newest).first }

  private static func newest(_ item: KubectlReading.Item) -> KubernetesTime? { item.objects.compactMap(\.newest).max() }

  /// The objects that each watch begins with, as the lists that they are. A watch begins with the log, and where an object
  /// is added that is there already: kubectl was started anew, and what was between is not known.
  private static func withLists(_ items: [KubectlReading.Item]) -> [KubectlReading.Item] {
    var result: [KubectlReading.Item] = []
    var alive: Set<String> = []
    var rest = items[...]
    while let next = rest.first {
      let uid = next.objects.first?.uid ?? ""
      let isAgain = next.kind == .added && alive.contains(uid)
      if isAgain || result.isEmpty && [.added, .object].contains(next.kind) {
        let (list, count) = list(at: rest)
        if isAgain {
          result.append(KubectlReading.Item(kind: .failure("kubectl was started anew"), arrived: next.arrived))
        }
        result.append(list)
        alive = Set(list.objects.compactMap(\.uid))
        rest = rest.dropFirst(count)
      } else {
        if next.kind == .deleted { alive.remove(uid) } else { alive.formUnion(next.objects.compactMap(\.uid)) }
        result.append(next)
        rest = rest.dropFirst()
      }
    }
    return result
  }

  /// All objects until one comes again or anything else happens. One that was made meanwhile may be among them; the list is
  /// then taken to have been read after.
  private static func list(
    at items: ArraySlice<KubectlReading.Item>
  ) -> (list: KubectlReading.Item, count: Int) {
    var seen: Set<String> = []
    let prefix = items.prefix { item in
      guard item.kind == items.first?.kind, let object = item.objects.first, seen.insert(object.uid ?? "").inserted
      else {
        return false
      }
      guard let start = items.first?.arrived, let arrived = item.arrived else { return true }
      return ImportedLog.length(from: start, to: arrived) <= listing
    }
    return (
      KubectlReading.Item(kind: .list, objects: prefix.flatMap(\.objects), arrived: prefix.last?.arrived), prefix.count
    )
  }

  /// Says of objects without a word whether they are new.
  private static func named(_ items: [KubectlReading.Item]) -> [KubectlReading.Item] {
    var seen: Set<String> = []
    return items.map { item in
      var item = item
      let isNew = item.objects.first.map { !seen.contains($0.uid ?? "") } ?? false
      if item.kind == .object { item.kind = isNew ? .added : .modified }
      seen.formUnion(item.objects.compactMap(\.uid))
      return item
    }
  }

  /// The observations at the times at which they came.
  func observations(from start: KubernetesTime) -> [Observation] {
    let received = items.map { item in
      // A time without a fraction stands for its whole second.
      item.arrived.map { ImportedLog.length(from: start, to: $0) + ($0.hasFraction ? .zero : .seconds(1)) } ?? .zero
    }
    return observations(received: received, sent: received.map { $0 - Self.asking })
  }

  /// The observations at the latest times at which they can have come to be.
  func observations(on clock: ServerClock, lastChange: KubernetesTime) -> [Observation] {
    let bounds = upperBounds()
    var received: [Duration] = []
    let last = max(clock.runTime(of: lastChange).latest, .zero)
    for (item, bound) in zip(items, bounds) {
      let latest = bound.map { clock.runTime(of: $0).latest } ?? last
      let earliest = Self.newest(item).map { clock.runTime(of: $0).earliest } ?? .zero
      received.append(max(latest, earliest, received.last ?? .zero))
    }
    let sent = zip(items, received).map { item, received in
      min(Self.newest(item).map { clock.runTime(of: $0).earliest } ?? received - Self.asking, received)
    }
    return observations(received: received, sent: sent)
  }

  /// For each item the oldest time that a later change, or itself, was written with; `nil` where none was.
  private func upperBounds() -> [KubernetesTime?] {
    var known: [String: KubernetesTime] = [:]
    // What a change was written with, where that is newer than all that its object bore before.
    let written = items.map { item -> (own: KubernetesTime?, before: KubernetesTime?) in
      let new = item.objects.compactMap { object -> KubernetesTime? in
        guard let time = object.written, let uid = object.uid else { return nil }
        let before = known[uid]
        known[uid] = max(before ?? time, time)
        return before.map { time > $0 } ?? true ? time : nil
      }
      // A list is read after all that it shows, and only what came before it was read before that.
      return item.kind == .list ? (nil, new.min()) : (new.min(), new.min())
    }
    var bounds: [KubernetesTime?] = []
    var oldest: KubernetesTime?
    for (item, time) in zip(items, written).reversed() {
      bounds.append([oldest, time.own].compactMap { $0 }.min())
      // The first list's objects bear times from before anybody looked.
      oldest = [oldest, item.kind == .list ? nil : time.before].compactMap { $0 }.min()
    }
    return bounds.reversed()
  }

  private func observations(received: [Duration], sent: [Duration]) -> [Observation] {
    var opened = Duration.zero
    let listed = Set(items.filter { $0.kind == .list }.flatMap(\.objects).map(\.resource))
    let all = Set(items.flatMap(\.objects).map(\.resource)).sorted()
    return items.indices.flatMap { index -> [Observation] in
      let item = items[index]
      func observation(_ kind: Observation.Kind, of object: KubectlReading.Object, sent: Duration) -> Observation {
        Observation(
          sent: sent, received: received[index], resource: object.resource, kind: kind, name: object.name,
          uid: object.uid, resourceVersion: object.resourceVersion, object: object.text)
      }
      switch item.kind {
      case .list:
        opened = received[index]
        return item.objects.map { observation(.listed, of: $0, sent: sent[index]) }
          + listed.sorted().map {
            Observation(
              sent: sent[index], received: received[index], resource: $0, kind: .list,
              resourceVersion: item.resourceVersion)
          }
      case .added: return item.objects.map { observation(.added, of: $0, sent: opened) }
      case .modified, .object: return item.objects.map { observation(.modified, of: $0, sent: opened) }
      case .deleted: return item.objects.map { observation(.deleted, of: $0, sent: opened) }
      case .bookmark:
        return item.objects.map {
          Observation(
            sent: opened, received: received[index], resource: $0.resource, kind: .bookmark,
            resourceVersion: $0.resourceVersion)
        }
      case .failure(let message):
        return all.map {
          Observation(sent: opened, received: received[index], resource: $0, kind: .gap, message: message)
        }
      }
    }
  }

  /// What the log is, and what it cannot decide; a line each.
  func notes(lastChange: KubernetesTime) -> [String] {
    let resources = Set(items.flatMap(\.objects).map(\.resource)).sorted().joined(separator: ", ")
    let versions = items.reduce(0) { $0 + $1.objects.count }
    let form =
      hasEvents
      ? "watch events of"
      : hasObjects
        ? "objects without a word on what happened to them, of" : "\(lists == 1 ? "one list" : "\(lists) lists") of"
    var notes = ["\(form) \(resources): \(versions) versions\(hasArrivals ? ", with their times of arrival" : "")"]
    if hasObjects { notes.append("what was deleted, and when, is not told: --output-watch-events tells it") }
    if !hasEvents, !hasObjects {
      notes.append(
        lists == 1
          ? "it shows one moment: nothing before or after it can be judged but by what events and conditions say"
          : "between its lists nothing is known")
    }
    if (hasEvents || hasObjects), items.first?.kind != .list {
      notes.append(
        "it begins without the objects that were there (--watch-only?): until they change, nothing is known of them")
    }
    if !hasArrivals { notes += datingNotes(lastChange) }
    for (kind, count) in passedOver.sorted(by: { $0.key < $1.key }) {
      notes.append("\(count) of kind \(kind.isEmpty ? "unknown" : kind) passed over, which no verdict needs")
    }
    return notes
  }

  private func datingNotes(_ lastChange: KubernetesTime) -> [String] {
    let changes = items.filter { $0.kind != .list && !$0.objects.isEmpty }
    let undated = zip(items, upperBounds()).count { $0.kind != .list && !$0.objects.isEmpty && $1 == nil }
    var notes = [
      "it does not tell when its lines came: a change is dated by the times that objects bear, to a second or two at best"
    ]
    if undated > 0 {
      notes.append(
        "\(undated) of \(changes.count) changes bear no time of their own and are followed by none that does: they came at "
          + "some time before \(lastChange), when the log was last written; --show-managed-fields dates each")
    }
    return notes
  }
}
