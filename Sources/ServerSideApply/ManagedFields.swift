package import KubernetesObjects

/// Who owns which fields of an object: what `metadata.managedFields` says.
///
/// The rules are those of Kubernetes 1.36 (apimachinery/pkg/util/managedfields, structured-merge-diff 6, merge/update.go; the
/// ideas in KEP-555):
/// - Who changes a field by an update owns it, and nobody else does from then on.
/// - Who applies a configuration owns what is in it, beside others who have applied the same value. Another value than that of
///   another owner is a conflict, unless it is forced.
/// - What somebody applied before and does not apply any more is removed, unless somebody else owns it.
/// - What nobody may own by name is left out: the kind, the name and what the server itself writes into `metadata`.
package struct ManagedFields: Sendable, Equatable {
  package struct Entry: Sendable, Equatable {
    package var manager: FieldManager
    package var fields: FieldSet
    /// When the owner last changed the object; missing for writes of the scale subresource, and for an owner whose first apply
    /// changed nothing.
    package var time: KubernetesTime?

    package init(_ manager: FieldManager, _ fields: FieldSet, time: KubernetesTime?) {
      self.manager = manager
      self.fields = fields
      self.time = time
    }
  }

  package private(set) var entries: [Entry] = []

  package init() {}

  package init(_ entries: [Entry]) {
    self.entries = entries.filter { !$0.fields.isEmpty }
  }

  /// The entries as the API server orders them: who applies first, then by time and name.
  package var sorted: [Entry] {
    entries.sorted { one, other in
      let (left, right) = (one.manager, other.manager)
      if left.operation != right.operation { return left.operation.rawValue < right.operation.rawValue }
      let (earlier, later) = (one.time?.seconds ?? 0, other.time?.seconds ?? 0)
      if earlier.rounded(.down) != later.rounded(.down) { return earlier < later }
      if left.name != right.name { return left.name.utf8.lexicographicallyPrecedes(right.name.utf8) }
      return (left.subresource ?? "") < (right.subresource ?? "")
    }
  }

  /// Whether both say the same, times apart.
  package func agrees(with other: ManagedFields) -> Bool {
    entries.count == other.entries.count && entries.allSatisfy { other[$0.manager] == $0.fields }
  }

  package subscript(manager: FieldManager) -> FieldSet? { entries.first { $0.manager == manager }?.fields }

  /// What no entry names (stripmeta.go), with what the server writes when an object is on its way out.
  private static let unowned: FieldSet = {
    var set = FieldSet([.field("apiVersion")], [.field("kind")], [.field("metadata")])
    for name in [
      "name", "namespace", "creationTimestamp", "selfLink", "uid", "clusterName", "generation", "managedFields",
      "resourceVersion", "deletionTimestamp", "deletionGracePeriodSeconds",
    ] {
      set.insert([.field("metadata"), .field(name)])
    }
    return set
  }()

  /// What writes of the object itself, or of a subresource, never own (the `GetResetFields` of Kubernetes' strategies).
  private static func ignored(_ subresource: String?) -> FieldSet {
    switch subresource {
    case "status": FieldSet([.field("spec")], [.field("metadata"), .field("labels")])
    default: FieldSet([.field("status")])
    }
  }

  /// Notes a write that is no apply: who wrote owns what has changed.
  ///
  /// - Parameter time: when; an owner of whom nothing was changed keeps the time of its last change.
  package mutating func noteUpdate(
    from old: JSONValue, to new: JSONValue, _ schema: FieldSchema, by manager: FieldManager, at time: KubernetesTime?
  ) {
    let comparison = ObjectComparison(old, new, schema).without(Self.ignored(manager.subresource))
    disown(comparison)
    let fields = comparison.written.subtracting(Self.unowned)
    guard !fields.isEmpty else { return }
    give(fields, to: manager, at: time)
    forgetOldUpdates()
  }

  /// So many writers by update are told apart.
  private static let mostUpdates = 10
  /// Who owns what those have written that are told apart no longer.
  private static let ancientChanges = FieldManager("ancient-changes", .update)

  /// Has the oldest writers by update count as one, when there are too many (internal/capmanagers.go).
  private mutating func forgetOldUpdates() {
    var updates = sorted.filter { $0.manager.operation == .update }
    guard updates.count > Self.mostUpdates else { return }
    // At least two become one; that one may be among them already.
    let surplus = updates.count - Self.mostUpdates
    let isKnown = updates.contains { $0.manager == Self.ancientChanges }
    let others = updates.filter { $0.manager != Self.ancientChanges }.prefix(isKnown ? surplus : surplus + 1)
    updates = others + updates.filter { $0.manager == Self.ancientChanges }
    var merged = Entry(Self.ancientChanges, FieldSet(), time: others.last?.time)
    for update in updates { merged.fields = merged.fields.union(update.fields) }
    entries.removeAll { entry in updates.contains { $0.manager == entry.manager } }
    entries.append(merged)
  }

  private mutating func disown(_ comparison: ObjectComparison) {
    let gone = comparison.written.union(comparison.removed)
    guard !gone.isEmpty else { return }
    for index in entries.indices { entries[index].fields = entries[index].fields.subtracting(gone) }
    entries.removeAll { $0.fields.isEmpty }
  }

  private mutating func give(_ fields: FieldSet, to manager: FieldManager, at time: KubernetesTime?) {
    if let index = entries.firstIndex(where: { $0.manager == manager }) {
      entries[index].fields = entries[index].fields.union(fields)
      entries[index].time = time
    } else {
      entries.append(Entry(manager, fields, time: time))
    }
  }

  /// Notes a new size that somebody gave to a workload through its scale subresource: nobody else owns it from then on, and
  /// there is no time (apimachinery/pkg/util/managedfields/scalehandler.go).
  package mutating func noteScale(by manager: FieldManager) {
    let size = FieldSet(Self.size)
    // An entry of the same name keeps what it has, whatever operation it is of.
    for index in entries.indices where entries[index].manager != manager {
      entries[index].fields = entries[index].fields.subtracting(size)
    }
    entries.removeAll { $0.fields.isEmpty }
    guard self[manager] == nil else { return }
    entries.append(Entry(manager, size, time: nil))
  }

  /// Has somebody own a field beside those who own it already.
  package mutating func share(_ path: ElementPath, with manager: FieldManager) {
    let fields = FieldSet(path)
    if let index = entries.firstIndex(where: { $0.manager == manager }) {
      entries[index].fields = entries[index].fields.union(fields)
    } else {
      entries.append(Entry(manager, fields, time: nil))
    }
  }

  package static let size: ElementPath = [.field("spec"), .field("replicas")]

  /// Others than a manager who own the size of a workload.
  package func ownersOfSize(beside manager: FieldManager) -> [Entry] {
    sorted.filter { $0.manager != manager && $0.fields.contains(Self.size) }
  }
}

// Applying.
extension ManagedFields {
  /// What becomes of an object to which a configuration is applied.
  package struct Applied: Sendable {
    /// The object, before defaults are filled in.
    package var object: JSONValue
    /// Whether that is another one than before.
    package var isChanged: Bool
    package var fields: ManagedFields
  }

  /// The name of who owns what was there before an object was first applied to without anybody owning it.
  private static let beforeFirstApply = "before-first-apply"

  /// Applies a configuration to an object.
  ///
  /// - Parameters:
  ///   - live: the object as it is, without `managedFields`; ``JSONValue/emptyObject(_:)`` for one that is not there yet.
  ///   - apiVersion: for messages.
  /// - Throws: every conflict with other owners, unless it is forced.
  package func applying(
    _ configuration: JSONValue, to live: JSONValue, _ schema: FieldSchema, apiVersion: String, by manager: FieldManager,
    at time: KubernetesTime, isForced: Bool
  ) throws(ApplyConflicts) -> Applied {
    var result = self
    if entries.isEmpty, live["metadata", "uid"] != nil {
      result.noteUpdate(
        from: .emptyObject(schema), to: live, schema, by: FieldManager(Self.beforeFirstApply, .update), at: time)
    }
    let ignored = Self.ignored(manager.subresource)
    let before = result[manager] ?? FieldSet()
    let wanted = FieldSet(of: configuration, schema).subtractingWhole(ignored)
    result.replace(wanted, of: manager)
    let combined = live.combined(with: configuration, schema)
    let pruned = result.pruned(combined, before: before, schema)
    let comparison = ObjectComparison(live, pruned, schema).without(ignored)
    if !isForced {
      let conflicts = result.conflicts(with: comparison.written, of: manager, apiVersion: apiVersion)
      guard conflicts.isEmpty else { throw ApplyConflicts(conflicts: conflicts) }
    }
    let gone = comparison.written.union(comparison.removed)
    for index in result.entries.indices where result.entries[index].manager != manager {
      result.entries[index].fields = result.entries[index].fields.subtracting(gone)
    }
    let isChanged = pruned.withoutNullMembers != live.withoutNullMembers
    result.replace(wanted.subtracting(Self.unowned), of: manager)
    if isChanged, let index = result.entries.firstIndex(where: { $0.manager == manager }) {
      result.entries[index].time = time
    }
    result.entries.removeAll { $0.fields.isEmpty }
    return Applied(object: pruned, isChanged: isChanged, fields: result)
  }

  private mutating func replace(_ fields: FieldSet, of manager: FieldManager) {
    if let index = entries.firstIndex(where: { $0.manager == manager }) {
      entries[index].fields = fields
    } else {
      entries.append(Entry(manager, fields, time: nil))
    }
  }

  private func conflicts(with written: FieldSet, of manager: FieldManager, apiVersion: String) -> [ApplyConflict] {
    entries.filter { $0.manager != manager }
      .sorted { ($0.manager.name, $0.manager.operation.rawValue) < ($1.manager.name, $1.manager.operation.rawValue) }
      .flatMap { entry in
        entry.fields.intersection(written).paths.map {
          ApplyConflict(owner: entry, path: $0, apiVersion: apiVersion)
        }
      }
  }

  /// The object without what a manager has applied before, does not apply now, and nobody else owns.
  private func pruned(_ combined: JSONValue, before: FieldSet, _ schema: FieldSchema) -> JSONValue {
    guard !before.isEmpty else { return combined }
    let last = before.withNamedFields(of: schema)
    let all = FieldSet(of: combined, schema).withNamedFields(of: schema)
    let kept = FieldSet(of: combined.removing(last, schema), schema).withNamedFields(of: schema)
    var owned = FieldSet()
    for entry in entries { owned = owned.union(entry.fields) }
    let withOwned = combined.removing(all.subtracting(kept.union(owned.withNamedFields(of: schema))), schema)
    let left = FieldSet(of: withOwned, schema).withNamedFields(of: schema)
    return combined.removing(all.subtracting(left).intersection(last), schema)
  }
}

extension JSONValue {
  /// Without members that are `null`, which mean the same as none.
  fileprivate var withoutNullMembers: JSONValue {
    switch self {
    case .object(let members): .object(members.compactMapValues { $0.isNull ? nil : $0.withoutNullMembers })
    case .array(let elements): .array(elements.map(\.withoutNullMembers))
    default: self
    }
  }
}
