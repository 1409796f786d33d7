/// An object of any type of which only the metadata are known, as the API serves them by `PartialObjectMetadata`.
package struct PartialObject: KubernetesObject {
  package static let resource = ResourceType(
    group: "meta.k8s.io", version: "v1", plural: "partialobjectmetadata", kind: "PartialObjectMetadata")

  package var metadata: ObjectMetadata
}
