import KubernetesObjects
import Testing

@testable import KubernetesValidation

@Suite("What a pod may have of itself in variables and files")
struct DownwardFieldTests {
  private static func problems(variable: JSONValue? = nil, file: JSONValue? = nil) -> [String] {
    var spec: JSONValue = ["containers": [["name": "a", "image": "a:1"]]]
    if let variable {
      spec["containers"] = [["name": "a", "image": "a:1", "env": [["name": "A", "valueFrom": variable]]]]
    }
    if let file {
      var item = file
      item["path"] = "a"
      spec["volumes"] = [["name": "v", "downwardAPI": ["items": [item]]]]
    }
    let pod: JSONValue = ["apiVersion": "v1", "kind": "Pod", "metadata": ["name": "a"], "spec": spec]
    return ObjectValidation.problems(in: pod).map(\.description)
  }

  @Test(
    "Each path is taken where Kubernetes takes it",
    arguments: [
      ("metadata.name", true, true), ("metadata.namespace", true, true), ("metadata.uid", true, true),
      ("metadata.labels", false, true), ("metadata.annotations", false, true),
      ("metadata.labels['app']", true, true), ("metadata.annotations['example.com/a']", true, true),
      ("metadata.labels['no good']", false, false), ("metadata.name['a']", false, false),
      ("spec.nodeName", true, false), ("spec.serviceAccountName", true, false), ("status.hostIP", true, false),
      ("status.hostIPs", true, false), ("status.podIP", true, false), ("status.podIPs", true, false),
      ("spec.restartPolicy", false, false), ("status.phase", false, false), ("spec.replicas", false, false),
      ("metadata.nam", false, false), ("", false, false),
    ])
  func fields(path: String, inVariable: Bool, inFile: Bool) {
    let reference: JSONValue = ["fieldRef": ["fieldPath": .string(path)]]
    #expect(Self.problems(variable: reference).isEmpty == inVariable)
    #expect(Self.problems(file: reference).isEmpty == inFile)
  }

  @Test(
    "Each amount of a container is taken that Kubernetes takes",
    arguments: [
      ("limits.cpu", true), ("requests.memory", true), ("limits.ephemeral-storage", true),
      ("requests.hugepages-2Mi", true), ("cpu", false), ("limits.nvidia.com/gpu", false), ("", false),
    ])
  func amounts(resource: String, isTaken: Bool) {
    let reference: JSONValue = ["resourceFieldRef": ["resource": .string(resource), "containerName": "a"]]
    #expect(Self.problems(variable: reference).isEmpty == isTaken)
    #expect(Self.problems(file: reference).isEmpty == isTaken)
    let unnamed: JSONValue = ["resourceFieldRef": ["resource": .string(resource)]]
    #expect(Self.problems(variable: unnamed).isEmpty == isTaken)
    #expect(!Self.problems(file: unnamed).isEmpty)
  }

  @Test("It says so in the words of the API server")
  func words() {
    let place = "spec.containers[0].env[0].valueFrom.fieldRef.fieldPath"
    #expect(
      Self.problems(variable: ["fieldRef": ["fieldPath": "metadata.nam"]]) == [
        "\(place): Invalid value: \"metadata.nam\": error converting fieldPath: field label not supported: metadata.nam"
      ])
    #expect(
      Self.problems(variable: ["fieldRef": ["fieldPath": "status.phase"]]) == [
        "\(place): Unsupported value: \"status.phase\": supported values: \"metadata.name\", \"metadata.namespace\", "
          + "\"metadata.uid\", \"spec.nodeName\", \"spec.serviceAccountName\", \"status.hostIP\", \"status.hostIPs\", "
          + "\"status.podIP\", \"status.podIPs\""
      ])
  }
}
