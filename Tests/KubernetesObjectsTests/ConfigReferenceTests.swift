import Foundation
import KubernetesObjects
import Testing

@Suite("Which ConfigMaps and Secrets the spec of a pod names")
struct ConfigReferenceTests {
  @Test(
    "those of variables, volumes and registries, wherever they stand, and nothing else",
    arguments: [
      (#"{"containers": [{"env": [{"valueFrom": {"configMapKeyRef": {"name": "a", "key": "b"}}}]}]}"#, "configmap/a"),
      (#"{"containers": [{"env": [{"valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}]}]}"#, "secret/a"),
      (#"{"containers": [{}, {"envFrom": [{"configMapRef": {"name": "a"}}]}]}"#, "configmap/a"),
      (#"{"containers": [{"envFrom": [{"secretRef": {"name": "a"}}]}]}"#, "secret/a"),
      (#"{"initContainers": [{"envFrom": [{"configMapRef": {"name": "a"}}]}]}"#, "configmap/a"),
      (#"{"ephemeralContainers": [{"envFrom": [{"configMapRef": {"name": "a"}}]}]}"#, "configmap/a"),
      (#"{"volumes": [{"name": "v", "configMap": {"name": "a"}}]}"#, "configmap/a"),
      (#"{"volumes": [{"name": "v", "secret": {"secretName": "a"}}]}"#, "secret/a"),
      (#"{"volumes": [{"name": "v", "projected": {"sources": [{"configMap": {"name": "a"}}]}}]}"#, "configmap/a"),
      (#"{"volumes": [{"name": "v", "projected": {"sources": [{"secret": {"name": "a"}}]}}]}"#, "secret/a"),
      (#"{"volumes": [{"name": "v", "csi": {"nodePublishSecretRef": {"name": "a"}}}]}"#, "secret/a"),
      (#"{"volumes": [{"name": "v", "iscsi": {"secretRef": {"name": "a"}}}]}"#, "secret/a"),
      (#"{"volumes": [{"name": "v", "azureFile": {"secretName": "a"}}]}"#, "secret/a"),
      (#"{"imagePullSecrets": [{"name": "a"}]}"#, "secret/a"),
      (#"{"serviceAccountName": "a", "volumes": [{"name": "a", "emptyDir": {}}]}"#, nil),
      (#"{"containers": [{"name": "a", "image": "a", "env": [{"name": "a", "value": "a"}]}]}"#, nil),
      ("{}", nil),
    ] as [(String, String?)])
  func named(spec: String, config: String?) throws {
    let named = ConfigReference.named(in: try JSONValue(json: Data(spec.utf8)))
    #expect(named.map(\.description) == [config].compactMap(\.self))
  }

  @Test("a template of a workload is looked at for them, and what its controller made of it is not")
  func template() throws {
    func configs(_ labels: String) throws -> Set<ConfigReference>? {
      let text =
        #"{"metadata": {"labels": {\#(labels)}}, "spec": {"containers": [{"name": "a", "envFrom": [{"secretRef": {"name": "s"}}]}]}}"#
      return try JSONDecoder().decode(PodTemplate.self, from: Data(text.utf8)).configs
    }
    #expect(try configs(#""app": "web""#) == [ConfigReference(.secret, "s")])
    #expect(try configs(#""app": "web", "pod-template-hash": "1""#) == nil)
  }
}
