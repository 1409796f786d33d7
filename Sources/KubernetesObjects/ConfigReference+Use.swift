// What takes something of ConfigMaps and Secrets.
extension ConfigReference {
  /// All that the spec of a pod names: for variables of its containers, for files of its volumes and for the registries of its
  /// images. A volume counts whether a container mounts it or not.
  package static func named(in spec: JSONValue) -> Set<ConfigReference> {
    let containers = ["initContainers", "containers", "ephemeralContainers"].flatMap { spec[$0]?.array ?? [] }
    let secrets = (spec["imagePullSecrets"]?.array ?? []).map { reference(.secret, $0["name"]) }
    return Set(
      (containers.flatMap(ofContainer) + (spec["volumes"]?.array ?? []).flatMap(ofVolume) + secrets).compactMap(\.self))
  }

  private static func reference(_ kind: Kind, _ name: JSONValue?) -> ConfigReference? {
    name?.string.map { ConfigReference(kind, $0) }
  }

  private static func ofContainer(_ container: JSONValue) -> [ConfigReference?] {
    let whole = (container["envFrom"]?.array ?? []).flatMap {
      [reference(.configMap, $0["configMapRef", "name"]), reference(.secret, $0["secretRef", "name"])]
    }
    let single = (container["env"]?.array ?? []).flatMap {
      [
        reference(.configMap, $0["valueFrom", "configMapKeyRef", "name"]),
        reference(.secret, $0["valueFrom", "secretKeyRef", "name"]),
      ]
    }
    return whole + single
  }

  private static func ofVolume(_ volume: JSONValue) -> [ConfigReference?] {
    let projected = (volume["projected", "sources"]?.array ?? []).flatMap {
      [reference(.configMap, $0["configMap", "name"]), reference(.secret, $0["secret", "name"])]
    }
    // Drivers of storage are given Secrets as well, each in a field of its own.
    let sources = (volume.object ?? [:]).values.flatMap { source in
      [
        reference(.secret, source["secretName"]), reference(.secret, source["secretRef", "name"]),
        reference(.secret, source["nodePublishSecretRef", "name"]),
      ]
    }
    return projected + sources + [reference(.configMap, volume["configMap", "name"])]
  }
}
