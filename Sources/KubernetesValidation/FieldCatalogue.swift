import Foundation

/// The fields of every kind of object that Kubernetes 1.36 has, from the documents that it publishes of itself.
struct FieldCatalogue: Sendable {
  struct ObjectType: Sendable {
    /// `DeploymentSpec`.
    let shortName: String
    let fields: [String: FieldType]
    let required: [String]
  }

  /// The name of the type of each kind: `"apps/v1 Deployment"`.
  let kinds: [String: String]
  private let types: [String: ObjectType]

  /// The catalogue that is part of the program.
  static let kubernetes = FieldCatalogue(json: PackageResources.KubernetesFields_json)

  /// - Parameter json: the text of `KubernetesFields.json`, which is built in; a text that is none has no kinds.
  init(json: [UInt8]) {
    let document = try? JSONDecoder().decode(Document.self, from: Data(json))
    kinds = document?.kinds ?? [:]
    var types: [String: ObjectType] = [:]
    for (name, type) in document?.types ?? [:] {
      types[name] = ObjectType(
        shortName: name.split(separator: ".").last.map(String.init) ?? name,
        fields: type.fields.mapValues { FieldType($0.type) }, required: type.required ?? [])
    }
    self.types = types
  }

  /// `nil` for types of which nothing is known, which take anything.
  func type(_ name: String) -> ObjectType? {
    types[name].flatMap { $0.fields.isEmpty ? nil : $0 }
  }

  private struct Document: Decodable {
    let kinds: [String: String]
    let types: [String: TypeEntry]
  }

  private struct TypeEntry: Decodable {
    let fields: [String: FieldEntry]
    let required: [String]?
  }

  /// A type alone, or an object with a member `type`.
  private struct FieldEntry: Decodable {
    let type: String

    private enum Key: CodingKey { case type }

    init(from decoder: any Decoder) throws {
      if let text = try? decoder.singleValueContainer().decode(String.self) {
        type = text
      } else {
        type = try decoder.container(keyedBy: Key.self).decode(String.self, forKey: .type)
      }
    }
  }
}

extension FieldCatalogue {
  /// Whether a type of this name, without its package, has a field.
  func hasField(_ field: String, ofTypeNamed name: String) -> Bool {
    types.values.contains { $0.shortName == name && $0.fields[field] != nil }
  }
}
