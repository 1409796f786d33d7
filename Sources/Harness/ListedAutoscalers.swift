import KubernetesClient
import KubernetesObjects

/// The autoscalers of a namespace.
struct ListedAutoscalers {
  private(set) var readable: [HorizontalPodAutoscaler] = []
  /// A line for each that cannot be read: it may scale the workload too.
  private(set) var notes: [String] = []

  /// - Parameters:
  ///   - objects: as the API server lists them.
  ///   - workload: the one that they may scale.
  init(_ objects: [JSONValue], workload: WorkloadReference) {
    for object in objects {
      do {
        readable.append(try object.decoded(as: HorizontalPodAutoscaler.self))
      } catch {
        notes.append(
          "hpa/\(object["metadata", "name"]?.string ?? "?") cannot be read, so that it is not known whether it scales "
            + "\(workload.text) too: \(error)")
      }
    }
  }
}
