import Foundation
import KubernetesObjects
import Profiles
import Testing

@testable import Harness

@Suite("What an action sends to the API server")
struct RolloutActionTests {
  @Test("setting images is the patch that kubectl set image sends")
  func setImage() {
    let patch = RolloutAction.patch(for: .setImage(["web": "registry/web:v2"]), at: KubernetesTime(seconds: 0))

    #expect(
      patch == ["spec": ["template": ["spec": ["containers": [["name": "web", "image": "registry/web:v2"]]]]]])
  }

  @Test("a restart stamps the pod template with the time, as kubectl rollout restart does")
  func restart() {
    let patch = RolloutAction.patch(for: .restart, at: KubernetesTime(seconds: 1_795_456_802))

    let annotations = patch["spec", "template", "metadata", "annotations"]
    #expect(annotations?["kubectl.kubernetes.io/restartedAt"] == "2026-11-23T18:00:02Z")
  }
}
