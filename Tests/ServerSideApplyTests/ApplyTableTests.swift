import Foundation
import KubernetesObjects
import ServerSideApply
import Testing

/// What some write, one after the other, and what becomes of the object and of who owns it.
struct ApplyStory: Decodable, Sendable, CustomTestStringConvertible {
  struct Step: Decodable, Sendable {
    /// A configuration that is applied.
    var apply: JSONValue?
    /// The object after an update.
    var update: JSONValue?
    /// A new size, through the scale subresource.
    var scale: Int64?
    var by: String
    var force: Bool?
    /// The message of a conflict.
    var conflict: String?
    /// The object afterwards, without `apiVersion`, `kind` and `metadata`.
    var object: JSONValue?
    /// The paths that each owns afterwards.
    var owners: [String: [String]]?
  }

  var name: String
  var apiVersion: String
  var kind: String
  var steps: [Step]

  var testDescription: String { name }

  static let all: [ApplyStory] = {
    let file = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Resources/stories.json")
    guard let data = try? Data(contentsOf: file), let all = try? JSONDecoder().decode([ApplyStory].self, from: data)
    else { return [] }
    return all
  }()
}

@Suite("Applying configurations, one after the other")
struct ApplyTableTests {
  @Test("there are stories")
  func found() { #expect(ApplyStory.all.count >= 15) }

  @Test("the object and its owners are as told", arguments: ApplyStory.all)
  func story(_ story: ApplyStory) throws {
    let schema = FieldSchema(apiVersion: story.apiVersion, kind: story.kind)
    var object = JSONValue.emptyObject(schema)
    var fields = ManagedFields()
    for (index, step) in story.steps.enumerated() {
      let time = KubernetesTime(seconds: 1_767_225_600 + Int64(index))
      let place = "step \(index + 1)"
      if let configuration = step.apply {
        do {
          let applied = try fields.applying(
            configuration, to: object, schema, apiVersion: story.apiVersion, by: FieldManager(step.by, .apply),
            at: time, isForced: step.force ?? false)
          #expect(step.conflict == nil, "\(place) should be refused")
          (object, fields) = (applied.object, applied.fields)
        } catch {
          #expect(error.message == step.conflict, "\(place)")
        }
      } else if let wanted = step.update {
        fields.noteUpdate(from: object, to: wanted, schema, by: FieldManager(step.by, .update), at: time)
        object = wanted
      } else if let size = step.scale {
        fields.noteScale(by: FieldManager(step.by, .update, subresource: "scale"))
        object["spec"]?["replicas"] = .integer(size)
      }
      if let expected = step.object { #expect(Self.content(object) == expected, "\(place)") }
      if let owners = step.owners {
        let found = Dictionary(
          uniqueKeysWithValues: fields.entries.map { entry in
            let operation = entry.manager.operation == .apply ? "" : " (\(entry.manager.subresource ?? "update"))"
            return (entry.manager.name + operation, entry.fields.paths.map(\.text))
          })
        #expect(found == owners, "\(place)")
      }
      // What is said of it can be read again.
      let said = fields.json(apiVersion: story.apiVersion)
      #expect(ManagedFields(json: said)?.sorted == fields.sorted, "\(place)")
    }
  }

  private static func content(_ object: JSONValue) -> JSONValue {
    .object((object.object ?? [:]).filter { !["apiVersion", "kind", "metadata", "status"].contains($0.key) })
  }
}
