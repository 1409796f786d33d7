import KubernetesClient
import KubernetesObjects

extension APIClient {
  /// Reads a workload of whatever kind.
  func workload(_ reference: WorkloadReference, namespace: String) async throws(KubernetesError) -> Workload {
    func read(_ type: (some WorkloadObject).Type) async throws(KubernetesError) -> Workload {
      try await get(type, namespace: namespace, name: reference.name).workload
    }
    return try await read(reference.kind.type)
  }
}
