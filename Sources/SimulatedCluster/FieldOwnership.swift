package import KubernetesObjects
import ServerSideApply

/// Who owns which fields of a stored object, worked out when somebody asks.
///
/// Controllers write far more often than anybody reads `managedFields`. Of what they write only a note is kept: who wrote, and the
/// version before. Writes of one writer in a row are one note, so that a field that is changed and changed back in such a row
/// is not seen to have been written. Writes of the scale subresource and of clients are worked out at once.
struct FieldOwnership: Sendable, Equatable {
  /// What was worked out, up to the first note.
  private(set) var known = ManagedFields()
  private(set) var notes: [WriteNote] = []
  /// Who writes the version that is about to be stored.
  private var writer: Writer?

  struct Writer: Sendable, Equatable {
    var manager: FieldManager
    var time: KubernetesTime?
  }

  struct WriteNote: Sendable, Equatable {
    var writer: Writer
    /// The version before; `nil` for an object that was made.
    let before: ClusterObject?
  }

  /// So many notes that it is time to work them out.
  private static let mostNotes = 8

  init() {}

  init(_ fields: ManagedFields) { known = fields }

  mutating func note(_ writer: Writer) { self.writer = writer }

  /// Takes the note of a write, as its version is stored.
  mutating func settle(after previous: ClusterObject?) {
    guard let writer else { return }
    self.writer = nil
    if let last = notes.indices.last, notes[last].writer.manager == writer.manager {
      notes[last].writer.time = writer.time
      return
    }
    if notes.count >= Self.mostNotes, let previous {
      known = fields(of: previous)
      notes = []
    }
    var before = previous
    before?.ownership = FieldOwnership()
    notes.append(WriteNote(writer: writer, before: before))
  }

  /// - Parameter object: the version that this belongs to.
  func fields(of object: ClusterObject) -> ManagedFields {
    guard !notes.isEmpty else { return known }
    let schema = object.kind.fieldSchema
    var result = known
    for (index, note) in notes.enumerated() {
      let after = index + 1 < notes.count ? notes[index + 1].before ?? object : object
      let subresource = note.writer.manager.subresource
      result.noteUpdate(
        from: note.before?.written(through: subresource, isNew: false) ?? .emptyObject(schema),
        to: after.written(through: subresource, isNew: note.before == nil), schema, by: note.writer.manager,
        at: note.writer.time)
    }
    return result
  }
}

extension ClusterKind {
  /// How the fields of the kind are combined and owned.
  var fieldSchema: FieldSchema { Self.fieldSchemas[rawValue] }

  private static let fieldSchemas = allCases.map {
    FieldSchema(apiVersion: $0.resource.apiVersion, kind: $0.resource.kind)
  }

  /// What the API server itself puts into the spec of a new object, so that nobody owns it.
  private var filledByServer: [String] {
    switch self {
    case .pod: ["nodeName", "priority", "preemptionPolicy", "tolerations"]
    case .service: ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"]
    default: []
    }
  }

  /// A new object without what the API server itself puts into it.
  func withoutServerFields(_ object: JSONValue, beside written: JSONValue = [:]) -> JSONValue {
    guard !filledByServer.isEmpty, var spec = object["spec"] else { return object }
    for name in filledByServer where written["spec", name] == nil { spec[name] = nil }
    var result = object
    result["spec"] = spec
    return result
  }
}

extension ClusterObject {
  /// Who owns which fields.
  var managedFields: ManagedFields { ownership.fields(of: self) }

  /// What a write can have changed: of a subresource its part, else all but that.
  fileprivate func written(through subresource: String?, isNew: Bool) -> JSONValue {
    var result = json()
    result["metadata"]?["managedFields"] = nil
    if subresource == "status", let members = result.object {
      result = .object(members.filter { $0.key == "metadata" || $0.key == "status" })
    }
    return isNew ? kind.withoutServerFields(result) : result
  }

  /// Says anew who owns which fields.
  mutating func setManagedFields(_ fields: ManagedFields) {
    ownership = FieldOwnership(fields)
    let entries = fields.sorted.map { entry in
      ManagedFieldsEntry(
        manager: entry.manager.name, operation: entry.manager.operation.rawValue,
        subresource: entry.manager.subresource, time: entry.time)
    }
    metadata.managedFields = entries.isEmpty ? nil : entries
  }

  /// The object as the API shows it, with who owns which fields.
  func served(typed: Bool = true) -> JSONValue {
    var result = json(typed: typed)
    result["metadata"]?["managedFields"] = servedManagedFields
    return result
  }

  /// `metadata.managedFields` as the API shows it.
  package var servedManagedFields: JSONValue? {
    let fields = managedFields
    return fields.entries.isEmpty ? nil : fields.json(apiVersion: kind.resource.apiVersion)
  }
}
