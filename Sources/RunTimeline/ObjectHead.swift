import KubernetesObjects

/// The metadata of an object whose kind does not matter.
struct ObjectHead: Decodable {
  let metadata: ObjectMetadata
}
