package import KubernetesObjects

extension ManagedFields {
  /// As `metadata.managedFields` shows it.
  package func json(apiVersion: String) -> JSONValue {
    .array(
      sorted.map { entry in
        var members: [String: JSONValue] = [
          "manager": .string(entry.manager.name), "operation": .string(entry.manager.operation.rawValue),
          "apiVersion": .string(apiVersion), "fieldsType": "FieldsV1", "fieldsV1": entry.fields.json,
        ]
        members["subresource"] = entry.manager.subresource.map { .string($0) }
        members["time"] = entry.time.map { .string($0.description) }
        return .object(members)
      })
  }

  /// Reads `metadata.managedFields`; `nil` for a list that the API server would not take
  /// (apimachinery/pkg/util/managedfields/internal/managedfields.go).
  package init?(json: JSONValue) {
    var entries: [Entry] = []
    for value in json.array ?? [] {
      guard let operation = value["operation"]?.string.flatMap(FieldManager.Operation.init),
        value["fieldsType"] == "FieldsV1", value["apiVersion"]?.string?.isEmpty == false,
        let fields = try? FieldSet(json: value["fieldsV1"] ?? [:])
      else { return nil }
      let subresource = value["subresource"]?.string.flatMap { $0.isEmpty ? nil : $0 }
      let manager = FieldManager(value["manager"]?.string ?? "", operation, subresource: subresource)
      // Of two entries for one the last counts.
      entries.removeAll { $0.manager == manager }
      entries.append(Entry(manager, fields, time: value["time"]?.string.flatMap(KubernetesTime.init(text:))))
    }
    self.init(entries)
  }

  /// Whether a client asks to forget who owns what: a list that is empty, or has one empty entry.
  package static func isReset(_ json: JSONValue?) -> Bool {
    guard let entries = json?.array else { return false }
    return entries.isEmpty || entries == [[:]]
  }
}
