/// The pod that a Deployment or ReplicaSet makes.
///
/// Two are equal where all that is modelled of them is. Whether the rest is too, ``digest`` tells.
package struct PodTemplate: Sendable, Equatable, Codable {
  package var metadata: ObjectMetadata?
  package var spec: PodSpec
  /// Of the whole of it, as it was read, with what is not modelled: environment, commands, volumes. It means something only
  /// beside that of another one in the same process; `nil` for one that was not read, and for one that a controller has
  /// made and named by a hash of its own, as those of a Deployment's ReplicaSets, which are most.
  private(set) var digest: Int?
  /// The ConfigMaps and Secrets that it names; `nil` where it was not looked at for them, see ``digest``.
  package private(set) var configs: Set<ConfigReference>?

  private enum CodingKeys: CodingKey {
    case metadata, spec
  }

  init(metadata: ObjectMetadata? = nil, spec: PodSpec) {
    self.metadata = metadata
    self.spec = spec
  }

  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    metadata = try container.decodeIfPresent(ObjectMetadata.self, forKey: .metadata)
    spec = try container.decode(PodSpec.self, forKey: .spec)
    guard metadata?.templateHash == nil else { return }
    let whole = try JSONValue(from: decoder)
    digest = whole.hashValue
    configs = ConfigReference.named(in: whole["spec"] ?? [:])
  }

  package static func == (one: PodTemplate, other: PodTemplate) -> Bool {
    one.metadata == other.metadata && one.spec == other.spec
  }
}

extension Workload {
  /// Whether both make the same pods. A spec that nobody changed, as its generation tells, makes them, however a server has
  /// written it down.
  package func hasTemplate(of other: Workload) -> Bool {
    guard template == other.template else { return false }
    if let generation = metadata.generation, generation == other.metadata.generation, metadata.uid == other.metadata.uid
    {
      return true
    }
    guard let own = template.digest, let others = other.template.digest else { return true }
    return own == others
  }
}
