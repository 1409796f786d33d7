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

  /// Changes a workload of whatever kind; answers it as the server then has it.
  func patch(
    _ reference: WorkloadReference, namespace: String, _ patch: TemplatePatch, isDryRun: Bool = false
  ) async throws(KubernetesError) -> (workload: Workload, answer: Answer) {
    func send<Object: WorkloadObject>(
      _ type: Object.Type
    ) async throws(KubernetesError) -> (workload: Workload, answer: Answer) {
      let (object, answer) = try await self.patch(
        type, namespace: namespace, name: reference.name, as: patch.type, body: patch.body, isDryRun: isDryRun)
      return (object.workload, answer)
    }
    return try await send(reference.kind.type)
  }
}
