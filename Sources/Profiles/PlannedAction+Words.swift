import KubernetesObjects
import Redaction
import Units

extension PlannedAction.Kind {
  /// What it does, for people: `rollout: set image app=registry/app:v2`.
  package var words: String {
    switch self {
    case .setImage(let images):
      "rollout: set image " + images.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    case .restart: "rollout: restart"
    case .undo(nil): "rollout: undo"
    case .undo(let revision?): "rollout: back to revision \(revision)"
    case .pause(true): "rollout: pause"
    case .pause(false): "rollout: resume"
    case .scale(let replicas): "scale to \(replicas)"
    case .patch(let patch): "patch " + (patch.object?.text ?? "the workload")
    case .apply(let apply): "apply " + apply.manifests.joined(separator: ", ")
    case .exec(let command): "run " + command.text
    case .wait(let length): "wait for at most \(length.text)"
    case .deletePods(let choice): "delete " + choice.words
    case .evictPods(let choice): "evict " + choice.words
    case .cordon(let choice): "cordon " + choice.words
    case .uncordon(let choice): "uncordon " + choice.words
    case .drain(let choice): "drain " + choice.words
    }
  }
}

extension PlannedCommand {
  /// As it is told: without what by its look is a secret.
  package var text: String { SecretText.redacted(arguments: words).joined(separator: " ") }
}

extension PodChoice {
  /// `the 2 oldest pods`
  var words: String {
    if let name { return "pod \(name)" }
    let adjective = order == .notReady ? "that \(count == 1 ? "is" : "are") not ready" : nil
    let pods = count == 1 ? "pod" : "\(count) pods"
    if let adjective { return "\(count == 1 ? "one pod" : pods) \(adjective)" }
    return count == 1 ? "the \(order.rawValue) pod" : "the \(count) \(order.rawValue) pods"
  }
}

extension NodeChoice {
  /// `node worker-1`, `the node of the oldest pod`
  var words: String {
    switch self {
    case .named(let name): "node \(name)"
    case .ofPod(let order): "the node of " + PodChoice(order: order).words
    }
  }
}
