import KubernetesObjects

/// Nothing: what is waited for is the condition at which an action begins.
struct Waiting: Deed {
  func writes(having read: [JSONValue], at now: KubernetesTime) -> [ActionRequest] { [] }
}
