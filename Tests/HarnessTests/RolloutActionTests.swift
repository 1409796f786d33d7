import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles
import Testing

@testable import Harness

@Suite("What an action sends to the API server")
struct RolloutActionTests {
  private let start = KubernetesTime(seconds: 0)

  @Test("setting images is the patch that kubectl set image sends")
  func setImage() {
    let patch = TemplatePatch(.setImage(["web": "registry/web:v2"]), at: start)

    #expect(patch.type == .strategicMerge)
    #expect(
      patch.body == ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "registry/web:v2"]]]]]])
  }

  @Test("a restart stamps the pod template with the time, as kubectl rollout restart does")
  func restart() {
    let patch = TemplatePatch(.restart, at: KubernetesTime(seconds: 1_795_456_802))

    let annotations = patch.body["spec", "template", "metadata", "annotations"]
    #expect(annotations?["kubectl.kubernetes.io/restartedAt"] == "2026-11-23T18:00:02Z")
  }

  @Test("a kind whose lists are not merged by name gets the image at the container's place, and nothing where it moved")
  func setImageByPlace() throws {
    let patch = try TemplatePatch(.setImage(["web": "registry/web:v2"]), of: rollout(), at: start)

    #expect(patch.type == .json)
    #expect(
      patch.body == [
        ["op": "test", "path": "/spec/template/spec/containers/1/name", "value": "web"],
        ["op": "replace", "path": "/spec/template/spec/containers/1/image", "value": "registry/web:v2"],
      ])
    #expect(throws: KubernetesError.self) { try TemplatePatch(.setImage(["wbe": "x"]), of: rollout(), at: start) }
  }

  @Test("a kind whose lists are not merged by name is restarted by a merge patch")
  func restartByMerge() throws {
    #expect(try TemplatePatch(.restart, of: rollout(), at: start).type == .merge)
  }

  private func rollout() throws -> Workload {
    let object: JSONValue = [
      "apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "metadata": ["name": "web"],
      "spec": ["template": ["spec": ["containers": [["name": "log"], ["name": "web", "image": "registry/web:v1"]]]]],
    ]
    return try Workload(.argoRollout, json: object.json())
  }
}
