import KubernetesObjects
import Profiles
import Units

/// Which values fields of objects may have over a run in a cluster that begins with some manifests: what those say, and what its
/// actions and its faults write. What the cluster's controllers write is no matter of it.
struct PlannedFields {
  /// A change of an object that somebody is to make.
  struct Change {
    enum Edit {
      /// Members that take the place of what was there.
      case merge(JSONValue)
      /// Operations of a JSON patch.
      case json([JSONValue])
      /// The object as a whole.
      case object(JSONValue)
      case deletion
    }

    /// In lower case: `configmap`.
    let kind: String
    let name: String
    let edit: Edit
    /// When it is made; `nil` where that depends on the cluster.
    let at: Duration?
    /// The action that makes it; `nil` for a fault.
    let action: String?
  }

  private let objects: [JSONValue]
  let changes: [Change]
  /// Whether a program is run of which nobody knows what it does to the cluster.
  let runsPrograms: Bool

  /// - Parameter objects: those that the cluster begins with; of the namespace of the run alone.
  init(_ objects: [JSONValue], changedBy profile: Profile) {
    self.objects = objects
    runsPrograms = profile.runsPrograms
    changes = profile.actions.flatMap { Self.changes($0, of: profile) } + Self.faults(of: profile)
  }

  private static func changes(_ action: PlannedAction, of profile: Profile) -> [Change] {
    func change(_ kind: String, _ name: String, _ edit: Change.Edit) -> Change {
      Change(kind: kind, name: name, edit: edit, at: profile.planned(action), action: action.name)
    }
    switch action.kind {
    case .patch(let patch):
      let workload = profile.cluster?.workloads.named(action.workload)?.reference
      let kind = patch.object?.resource.kind.lowercased() ?? workload?.kind.rawValue
      guard let kind, let name = patch.object?.name ?? workload?.name else { return [] }
      return [change(kind, name, patch.form == .json ? .json(patch.body.array ?? []) : .merge(patch.body))]
    case .apply(let apply):
      // What an apply does not say stays as it is, but where it said it before.
      return apply.objects.map { change($0.kindInLowerCase, $0.objectName, .merge($0)) }
    default: return []
    }
  }

  private static func faults(of profile: Profile) -> [Change] {
    guard case .simulated(let simulation)? = profile.cluster?.kind else { return [] }
    return simulation.faults.compactMap { fault in
      guard case .write(let write) = fault.kind else { return nil }
      let at = fault.when == nil ? profile.planned(fault.at) : nil
      func change(_ kind: String, _ name: String, _ edit: Change.Edit) -> Change {
        let known = ObjectReference(text: "\(kind)/\(name)")?.resource.kind.lowercased()
        return Change(kind: known ?? kind, name: name, edit: edit, at: at, action: nil)
      }
      switch write.deed {
      case .patch(let kind, let name, let fields): return change(kind, name, .merge(fields))
      case .create(let object): return change(object.kindInLowerCase, object.objectName, .object(object))
      case .delete(let kind, let name): return change(kind, name, .deletion)
      }
    }
  }

  /// The object that the cluster begins with.
  func object(_ kind: String, _ name: String) -> JSONValue? {
    objects.first { $0.kindInLowerCase == kind && $0.objectName == name }
  }

  func objects(_ kind: String) -> [JSONValue] { objects.filter { $0.kindInLowerCase == kind } }

  func changes(of kind: String, _ name: String) -> [Change] { changes.filter { $0.kind == kind && $0.name == name } }

  /// Whether an object is there at some time of the run, so far as is known.
  func mayExist(_ kind: String, _ name: String) -> Bool {
    runsPrograms || object(kind, name) != nil || !changes(of: kind, name).isEmpty
  }

  /// Whether something may change what is at a path of an object, or around it.
  func mayChange(_ path: [String], of kind: String, _ name: String) -> Bool {
    runsPrograms || Self.touches(path, changes(of: kind, name))
  }

  /// Whether some changes are, or may be, of what is at a path.
  static func touches(_ path: [String], _ changes: [Change]) -> Bool {
    changes.contains { if case .kept = Reached($0.edit, path) { false } else { true } }
  }

  /// The values that a field may have, `nil` for one that is missing; none at all where nobody can know them.
  func values(at path: [String], of kind: String, _ name: String) -> [JSONValue?]? {
    guard !runsPrograms, let object = object(kind, name) else { return nil }
    var values = [object.at(path)]
    for change in changes(of: kind, name) {
      switch Reached(change.edit, path) {
      case .kept: break
      case .value(let value): values.append(value)
      case .unknown: return nil
      }
    }
    return values
  }

  /// What a change makes of a field.
  private enum Reached {
    case kept
    case value(JSONValue?)
    case unknown

    init(_ edit: Change.Edit, _ path: [String]) {
      switch edit {
      case .merge(let body): self = Self.merged(body, path)
      case .json(let operations): self = operations.reduce(.kept) { Self.operated($1, path) ?? $0 }
      case .object(let object): self = .value(object.at(path))
      case .deletion: self = .unknown
      }
    }

    private static func merged(_ body: JSONValue, _ path: [String]) -> Reached {
      var node = body
      for key in path {
        if node == .null { return .value(nil) }
        guard let members = node.object, members["$patch"] == nil, members["$retainKeys"] == nil else {
          return .unknown
        }
        guard let next = members[key] else { return .kept }
        node = next
      }
      // Of an object the members that are not named stay.
      return node == .null ? .value(nil) : node.object == nil && node.array == nil ? .value(node) : .unknown
    }

    private static func operated(_ operation: JSONValue, _ path: [String]) -> Reached? {
      guard let name = operation["op"]?.string, name != "test" else { return nil }
      guard let target = operation["path"]?.string.map(JSONValue.steps), operation["from"] == nil else {
        return .unknown
      }
      if target == path, name == "replace" || name == "add" { return .value(operation["value"]) }
      if target == path, name == "remove" { return .value(nil) }
      return path.starts(with: target) || target.starts(with: path) ? .unknown : nil
    }
  }
}

extension JSONValue {
  var kindInLowerCase: String { self["kind"]?.string?.lowercased() ?? "" }
  var objectName: String { self["metadata", "name"]?.string ?? "" }

  /// The value at a path of member names.
  func at(_ path: [String]) -> JSONValue? {
    let value = path.reduce(Optional(self)) { $0?[$1] }
    return value == .null ? nil : value
  }

  /// The steps of a JSON pointer (RFC 6901).
  static func steps(_ pointer: String) -> [String] {
    pointer.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
      String($0).replacing("~1", with: "/").replacing("~0", with: "~")
    }
  }
}
