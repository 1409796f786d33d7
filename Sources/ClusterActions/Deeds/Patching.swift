import KubernetesObjects
import Profiles

/// A change of any fields of an object.
struct Patching: Deed {
  let place: WorkloadPlace
  let patch: PlannedPatch

  func writes(having read: [JSONValue], at now: KubernetesTime) -> [ActionRequest] {
    let type: ActionRequest.Body =
      switch patch.form {
      case .strategic: .strategicMergePatch
      case .merge: .mergePatch
      case .json: .jsonPatch
      }
    let path = patch.object.map { place.path($0.resource, $0.name) } ?? place.path
    return [.patch(path, type, patch.body)]
  }
}
