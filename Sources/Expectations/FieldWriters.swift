import KubernetesObjects

/// Who wrote a version of an object, by what its managed fields gained.
///
/// Status is left out: whoever writes that changes nothing that is wanted.
struct FieldWriters {
  /// The entries that this version has and the one before had not: each write renews the time of its entry.
  let gained: [ManagedFieldsEntry]
  /// All of them.
  let all: [ManagedFieldsEntry]

  init(of metadata: ObjectMetadata, after before: ObjectMetadata) {
    let old = before.managedFields ?? []
    all = (metadata.managedFields ?? []).filter { $0.subresource != "status" }
    gained = all.filter { !old.contains($0) }
  }

  /// The names of those that wrote, each once; empty where they are not recorded.
  var names: [String] {
    var names: [String] = []
    for case let name? in gained.map(\.manager) where !names.contains(name) { names.append(name) }
    return names
  }

  /// The names without those of controllers.
  var others: [String] { names.filter { !Self.isController($0) } }

  /// Controllers write under the name of their program; k3s and MicroK8s run them inside of programs of other names.
  static func isController(_ manager: String) -> Bool {
    manager.hasSuffix("kube-controller-manager") || manager == "k3s" || manager == "kubelite"
  }
}
