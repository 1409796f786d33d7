import Foundation
package import KubernetesObjects

/// The fields of every kind of object that Kubernetes 1.36 has, from the documents that it publishes of itself.
package struct FieldCatalogue: Sendable {
  package struct ObjectType: Sendable {
    /// `DeploymentSpec`.
    package let shortName: String
    package let fields: [String: FieldType]
    package let required: [String]
    /// How the values of lists and mappings among the fields are combined, where it is said.
    package let merging: [String: FieldMerging]
    /// How a strategic merge patch changes lists and objects among the fields, where it is said.
    package let patching: [String: FieldPatching]
    /// What the API server puts where nothing is written.
    package let defaults: [String: JSONValue]
    /// Whether a value of the type is replaced as a whole.
    package let isAtomic: Bool
  }

  /// The name of the type of each kind: `"apps/v1 Deployment"`.
  package let kinds: [String: String]
  private let types: [String: ObjectType]

  /// The catalogue that is part of the program.
  package static let kubernetes = FieldCatalogue(json: PackageResources.KubernetesFields_json)

  /// - Parameter json: the text of `KubernetesFields.json`, which is built in; a text that is none has no kinds.
  init(json: [UInt8]) {
    let document = try? JSONDecoder().decode(Document.self, from: Data(json))
    kinds = document?.kinds ?? [:]
    var types: [String: ObjectType] = [:]
    for (name, type) in document?.types ?? [:] {
      types[name] = ObjectType(
        shortName: name.split(separator: ".").last.map(String.init) ?? name,
        fields: type.fields.mapValues { FieldType($0.type) }, required: type.required ?? [],
        merging: type.fields.compactMapValues(\.merging),
        patching: type.fields.compactMapValues(\.patching), defaults: type.fields.compactMapValues(\.standard),
        isAtomic: type.map == "atomic")
    }
    self.types = types
  }

  /// `nil` for types of which nothing is known, which take anything.
  package func type(_ name: String) -> ObjectType? {
    types[name].flatMap { $0.fields.isEmpty ? nil : $0 }
  }

  private struct Document: Decodable {
    let kinds: [String: String]
    let types: [String: TypeEntry]
  }

  private struct TypeEntry: Decodable {
    let fields: [String: FieldEntry]
    let required: [String]?
    let map: String?
  }

  /// A type alone, or an object with a member `type`.
  private struct FieldEntry: Decodable {
    let type: String
    var merging: FieldMerging?
    var patching: FieldPatching?
    /// `default`.
    var standard: JSONValue?

    private enum Key: CodingKey { case type, list, mapKeys, map, patch, mergeKey, `default` }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        type = text
        return
      }
      let members = try decoder.container(keyedBy: Key.self)
      type = try members.decode(String.self, forKey: .type)
      standard = try members.decodeIfPresent(JSONValue.self, forKey: .default)
      patching = try members.decodeIfPresent(String.self, forKey: .patch).map { strategy in
        FieldPatching(
          strategy: strategy, mergeKey: try members.decodeIfPresent(String.self, forKey: .mergeKey))
      }
      merging = FieldMerging(
        list: try members.decodeIfPresent(String.self, forKey: .list),
        keys: try members.decodeIfPresent([String].self, forKey: .mapKeys),
        map: try members.decodeIfPresent(String.self, forKey: .map))
    }
  }
}

extension FieldCatalogue {
  /// Whether a type of this name, without its package, has a field.
  func hasField(_ field: String, ofTypeNamed name: String) -> Bool {
    types.values.contains { $0.shortName == name && $0.fields[field] != nil }
  }
}
