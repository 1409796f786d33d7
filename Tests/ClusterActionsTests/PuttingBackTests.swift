import KubernetesObjects
import Testing

@testable import ClusterActions

@Suite("How an object is made again what it was")
struct PuttingBackTests {
  private static let before: JSONValue = [
    "metadata": ["annotations": ["a": "1", "deployment.kubernetes.io/revision": "1"], "resourceVersion": "5"],
    "spec": ["replicas": 3, "template": ["spec": ["containers": [["name": "web", "image": "v1"]]]]],
    "status": ["replicas": 3],
  ]

  @Test("each field that the action changed is set back where it is still as the action left it, and no other")
  func changed() {
    var after = Self.before
    after["spec"]?["replicas"] = 9
    after["spec"]?["paused"] = true
    after["metadata"]?["annotations"]?["a"] = nil
    after["metadata"]?["annotations"]?["deployment.kubernetes.io/revision"] = "2"
    after["metadata"]?["resourceVersion"] = "6"
    after["status"]?["replicas"] = 9

    let back = PuttingBack(ChangedObject(path: "/x", before: Self.before, after: after))

    #expect(back?.request.type == .jsonPatch)
    #expect(
      back?.request.body == [
        ["op": "test", "path": "/spec/paused", "value": true], ["op": "remove", "path": "/spec/paused"],
        ["op": "test", "path": "/spec/replicas", "value": 9],
        ["op": "replace", "path": "/spec/replicas", "value": 3],
        ["op": "add", "path": "/metadata/annotations/a", "value": "1"],
      ])
  }

  @Test("where nothing changed but what controllers write, nothing is sent")
  func unchanged() {
    var after = Self.before
    after["status"]?["replicas"] = 4

    #expect(PuttingBack(ChangedObject(path: "/x", before: Self.before, after: after)) == nil)
  }

  @Test("what was not there before is deleted, unless it is another one by then")
  func created() {
    let after: JSONValue = ["metadata": ["name": "x", "uid": "u1"], "data": ["a": "1"]]

    let back = PuttingBack(ChangedObject(path: "/x", before: .null, after: after))

    #expect(back?.request.line == "DELETE /x")
    #expect(back?.request.body == ["preconditions": ["uid": "u1"]])
  }

  @Test("names with slashes and tildes are written as JSON pointers write them")
  func escaped() {
    let back = PuttingBack(
      ChangedObject(path: "/x", before: ["data": ["a/b~c": "1"]], after: ["data": ["a/b~c": "2"]]))

    #expect(back?.request.body?[1]?["path"] == "/data/a~1b~0c")
  }
}
