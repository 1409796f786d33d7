import KubernetesObjects
import KubernetesValidation

/// The OpenAPI documents of version 3, one for each group and version: what a PATCH takes, and the fields of each kind, from
/// which `kubectl explain` and the patches of `kubectl apply` are made. Their texts are not given.
enum OpenAPIVersion3 {
  private static let root = "/openapi/v3"
  private static let reference = "#/components/schemas/"
  private static let machinery = "io.k8s.apimachinery.pkg."
  private static let quantity = "\(machinery)api.resource.Quantity"
  private static let intOrString = "\(machinery)util.intstr.IntOrString"
  private static let time = "\(machinery)apis.meta.v1.Time"

  /// Where the document of each group and version is.
  static let paths: JSONValue = [
    "paths": .object(
      Dictionary(
        uniqueKeysWithValues: documents.keys.map { ($0, ["serverRelativeURL": .string("\(root)/\($0)?hash=2")]) }))
  ]

  /// The document of a group and version; `nil` for other paths.
  static func document(path: String) -> JSONValue? {
    path.hasPrefix("\(root)/") ? documents[String(path.dropFirst(root.count + 1))] : nil
  }

  private static let documents: [String: JSONValue] = {
    Dictionary(grouping: PatchOperation.all) { operation in
      let resource = operation.resource
      return resource.group.isEmpty ? "api/\(resource.version)" : "apis/\(resource.group)/\(resource.version)"
    }.mapValues(document)
  }()

  private static func document(_ operations: [PatchOperation]) -> JSONValue {
    var schemas: [String: JSONValue] = [quantity: quantitySchema, intOrString: intOrStringSchema, time: timeSchema]
    var paths: [String: JSONValue] = [:]
    for operation in operations {
      paths[operation.path] = ["patch": patch(operation)]
      let resource = operation.resource
      guard let type = FieldCatalogue.kubernetes.kinds["\(resource.apiVersion) \(resource.kind)"] else { continue }
      addSchema(of: type, to: &schemas)
      schemas[type]?["x-kubernetes-group-version-kind"] = [operation.groupVersionKind]
    }
    return [
      "openapi": "3.0.0", "info": ["title": "Kubernetes", "version": "v1.36.2"], "paths": .object(paths),
      "components": ["schemas": .object(schemas)],
    ]
  }

  private static func patch(_ operation: PatchOperation) -> JSONValue {
    let parameters: [JSONValue] = PatchOperation.parameters.map {
      ["name": .string($0), "in": "query", "schema": ["type": "string", "uniqueItems": true]]
    }
    let types = [
      AppliedConfiguration.mediaType, "application/json-patch+json", "application/merge-patch+json",
      "application/strategic-merge-patch+json",
    ]
    return [
      "operationId": .string("patch\(operation.resource.kind)"), "parameters": .array(parameters),
      "requestBody": [
        "required": true,
        "content": .object(Dictionary(uniqueKeysWithValues: types.map { ($0, ["schema": ["type": "object"]]) })),
      ],
      "responses": ["200": ["description": "OK"]], "x-kubernetes-action": "patch",
      "x-kubernetes-group-version-kind": operation.groupVersionKind,
    ]
  }

  private static let quantitySchema: JSONValue = ["oneOf": [["type": "string"], ["type": "number"]]]
  private static let intOrStringSchema: JSONValue = [
    "format": "int-or-string", "oneOf": [["type": "integer"], ["type": "string"]],
  ]
  private static let timeSchema: JSONValue = ["type": "string", "format": "date-time"]

  /// The schema of a type with those of all that it leads to.
  private static func addSchema(of name: String, to schemas: inout [String: JSONValue]) {
    guard schemas[name] == nil else { return }
    guard let type = FieldCatalogue.kubernetes.type(name) else {
      schemas[name] = ["type": "object"]
      return
    }
    var properties: [String: JSONValue] = [:]
    for (field, fieldType) in type.fields { properties[field] = schema(fieldType, field, of: type) }
    var result: JSONValue = ["type": "object", "properties": .object(properties)]
    if !type.required.isEmpty { result["required"] = .array(type.required.map { .string($0) }) }
    if type.isAtomic { result["x-kubernetes-map-type"] = "atomic" }
    schemas[name] = result
    for fieldType in type.fields.values {
      if let next = objectName(fieldType) { addSchema(of: next, to: &schemas) }
    }
  }

  private static func objectName(_ type: FieldType) -> String? {
    switch type {
    case .object(let name): name
    case .list(let element), .map(let element): objectName(element)
    default: nil
    }
  }

  private static func schema(
    _ fieldType: FieldType, _ field: String, of type: FieldCatalogue.ObjectType
  ) -> JSONValue {
    var result = schema(fieldType)
    result["default"] = type.defaults[field]
    switch type.merging[field] {
    case .set: result["x-kubernetes-list-type"] = "set"
    case .list(let keys):
      result["x-kubernetes-list-type"] = "map"
      result["x-kubernetes-list-map-keys"] = .array(keys.map { .string($0) })
    case .granular: result["x-kubernetes-map-type"] = "granular"
    case .atomic:
      if case .list = fieldType { result["x-kubernetes-list-type"] = "atomic" }
      if case .map = fieldType { result["x-kubernetes-map-type"] = "atomic" }
    case nil: break
    }
    if let patching = type.patching[field] {
      result["x-kubernetes-patch-strategy"] = .string(patching.strategy)
      result["x-kubernetes-patch-merge-key"] = patching.mergeKey.map { .string($0) }
    }
    return result
  }

  private static func schema(_ type: FieldType) -> JSONValue {
    switch type {
    case .string: ["type": "string"]
    case .boolean: ["type": "boolean"]
    case .int32: ["type": "integer", "format": "int32"]
    case .int64: ["type": "integer", "format": "int64"]
    case .double: ["type": "number", "format": "double"]
    case .bytes: ["type": "string", "format": "byte"]
    case .any: ["type": "object"]
    case .quantity: reference(quantity)
    case .intOrString: reference(intOrString)
    case .time: reference(time)
    // A reference that has siblings is wrapped.
    case .object(let name): ["allOf": [reference(name)]]
    case .list(let element): ["type": "array", "items": schema(element)]
    case .map(let element): ["type": "object", "additionalProperties": schema(element)]
    }
  }

  private static func reference(_ name: String) -> JSONValue { ["$ref": .string(reference + name)] }
}
