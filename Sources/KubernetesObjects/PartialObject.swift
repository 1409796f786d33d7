/// An object of any type of which only the metadata are known, as the API serves them by `PartialObjectMetadata`.
package struct PartialObject: KubernetesObject {
  package static let resource = ResourceType(
    group: "meta.k8s.io", version: "v1", plural: "partialobjectmetadata", kind: "PartialObjectMetadata")

  package var metadata: ObjectMetadata
  /// One for each entry of `metadata.managedFields`.
  package private(set) var contentOwners: [ContentOwner] = []

  private enum CodingKeys: CodingKey {
    case metadata
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    metadata = try container.decode(ObjectMetadata.self, forKey: .metadata)
    contentOwners = try container.decode(ManagedContent.self, forKey: .metadata).managedFields ?? []
  }

  private struct ManagedContent: Decodable {
    var managedFields: [ContentOwner]?
  }
}

/// Who owns what is in a ConfigMap or a Secret, by one entry of its managed fields.
package struct ContentOwner: Sendable, Equatable, Decodable {
  /// The fields that hold what is in it, as managed fields name them.
  package static let dataFields = ["f:data", "f:binaryData"]
  package static let immutableField = "f:immutable"

  package let writer: ManagedFieldsEntry
  /// Whether the list of its fields is known.
  package let isKnown: Bool
  /// How many members of the data it owns.
  package let members: Int
  package let ownsImmutable: Bool

  private enum CodingKeys: CodingKey {
    case fieldsV1
  }

  package init(from decoder: any Decoder) throws {
    writer = try ManagedFieldsEntry(from: decoder)
    let fields = try decoder.container(keyedBy: CodingKeys.self).decodeIfPresent(JSONValue.self, forKey: .fieldsV1)
    isKnown = fields != nil
    members = Self.dataFields.compactMap { fields?[$0]?.object?.count }.reduce(0, +)
    ownsImmutable = fields?[Self.immutableField] != nil
  }

  fileprivate func isOfWriter(_ other: ContentOwner) -> Bool {
    (writer.manager, writer.operation, writer.subresource)
      == (other.writer.manager, other.writer.operation, other.writer.subresource)
  }
}

extension PartialObject {
  /// Whether what is in it is another than in a version before, of the same object with the same labels and annotations;
  /// `nil` where its managed fields do not tell.
  ///
  /// An update moves the time of its writer's entry only where it changes a field, and adds the fields that it changes; an
  /// apply does where its fields or their values change, but takes up fields of others as they are
  /// (Kubernetes 1.36, apimachinery/pkg/util/managedfields/internal/managedfieldsupdater.go).
  package func hasOtherContent(than before: PartialObject) -> Bool? {
    let (old, new) = (before.contentOwners, contentOwners)
    // Of those that own nothing of the data or `immutable` no fields are kept.
    guard (old + new).contains(where: \.isKnown) else { return nil }
    let touched = new.filter { !old.contains($0) }
    if touched.contains(where: { $0.changedData(since: old) }) { return true }
    guard let latest = touched.compactMap(\.writer.time).max(), touched.contains(where: \.ownsImmutable),
      touched.allSatisfy({ $0.members == 0 })
    else { return nil }
    // Who removes data owns nothing by that: it is gone from others' entries. Times have no more than seconds.
    let others = old.filter { $0.members > 0 }
    let areLeft = others.allSatisfy { other in
      new.contains(other)
        && other.writer.time.map { $0.microseconds / 1_000_000 < latest.microseconds / 1_000_000 } ?? false
    }
    return areLeft ? false : nil
  }
}

extension ContentOwner {
  /// Whether this entry, which is not as it was, tells of data that certainly changed: its writer wrote some, or somebody took
  /// some away or made it his own by another value.
  fileprivate func changedData(since old: [ContentOwner]) -> Bool {
    let previous = old.first(where: isOfWriter)
    guard members > 0, !ownsImmutable, previous?.ownsImmutable != true else { return false }
    guard writer.operation == "Apply" else { return true }
    // What others own it may only own as well.
    return previous?.members == members || !old.contains { $0.members > 0 && !$0.isOfWriter(self) }
  }
}
