import KubernetesObjects
import Testing

@testable import Harness

@Suite("The autoscalers of a namespace")
struct ListedAutoscalersTests {
  @Test("that cannot be read are named, since they may scale the workload too")
  func unreadable() {
    let good: JSONValue = [
      "metadata": ["name": "good"],
      "spec": ["scaleTargetRef": ["kind": "Deployment", "name": "web", "apiVersion": "apps/v1"], "maxReplicas": 4],
    ]
    let bad: JSONValue = ["metadata": ["name": "bad"], "spec": ["scaleTargetRef": "web", "maxReplicas": "many"]]

    let listed = ListedAutoscalers([good, bad, [:]], workload: WorkloadReference(.deployment, "web"))

    #expect(listed.readable.compactMap(\.metadata.name) == ["good"])
    #expect(listed.notes.count == 2)
    #expect(
      listed.notes[0].hasPrefix(
        "hpa/bad cannot be read, so that it is not known whether it scales deployment/web too: "),
      "\(listed.notes)")
    #expect(listed.notes[1].hasPrefix("hpa/? cannot be read"))
  }
}
