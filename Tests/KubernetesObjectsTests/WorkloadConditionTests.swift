import Foundation
import KubernetesObjects
import Testing
import Units

@Suite("Conditions on a workload")
struct WorkloadConditionTests {
  private func workload(_ wanted: Int, ready: Int = 0, image: String = "web:v1", generation: Int64 = 1) throws
    -> Workload
  {
    let text = """
      {"metadata": {"name": "web", "generation": \(generation)},
       "spec": {"replicas": \(wanted), "selector": {},
        "template": {"spec": {"containers": [{"name": "web", "image": "\(image)"}]}}},
       "status": {"observedGeneration": \(generation), "replicas": \(wanted), "updatedReplicas": \(wanted),
        "readyReplicas": \(ready), "availableReplicas": \(ready)}}
      """
    return try Workload(.deployment, json: Data(text.utf8))
  }

  @Test(
    "are written as they are read",
    arguments: [
      "ready >= 8", "wanted > 3", "current <= 2", "available < 5", "ready == 4", "ready >= 8 for 30s", "scales out",
      "scales in", "rollout begins", "rollout ends",
    ])
  func texts(text: String) throws {
    #expect(try WorkloadCondition(text: text).description == text)
    #expect(try WorkloadCondition(text: text.replacing(" >", with: ">")) == WorkloadCondition(text: text))
  }

  @Test(
    "are refused in one line that says how to write them",
    arguments: [
      ("", "is not a condition"), ("ready", "is not a condition"), ("ready 8", "is not a condition"),
      ("readi >= 8", "(did you mean ready?)"), ("ready >= -1", "is not a count"), ("ready >= 8 pods", "is not a count"),
      ("ready >= 8 for", "is not a duration"), ("scales out for 30s", "is not a condition"),
      ("errors > 1%", "is not a condition"), ("ready => 8", "is not a count"),
    ])
  func mistakes(text: String, expected: String) {
    let problem = #expect(throws: UnitProblem.self) { try WorkloadCondition(text: text) }
    #expect(problem?.description.contains(expected) == true, "\(problem?.description ?? "")")
    #expect(problem?.description.contains("\n") == false)
  }

  /// The times at which a condition is met, of versions of a workload at times.
  private func met(_ text: String, _ versions: [(Int, Workload?)]) throws -> [Int] {
    var watch = ConditionWatch(try WorkloadCondition(text: text))
    return versions.compactMap { time, workload in watch.see(workload, at: .seconds(time)) ? time : nil }
  }

  @Test("of a count are met at the first version that has it, and once")
  func counts() throws {
    let versions: [(Int, Workload?)] = try [
      (0, workload(3, ready: 3)), (1, workload(8, ready: 3)), (2, workload(8, ready: 8)), (3, workload(8, ready: 7)),
      (4, workload(8, ready: 8)),
    ]
    #expect(try met("ready >= 8", versions) == [2])
    #expect(try met("wanted >= 8", versions) == [1])
    #expect(try met("ready < 8", versions) == [0])
    #expect(try met("ready > 8", versions) == [])
    #expect(try met("ready == 0", [(0, nil)]) == [], "what is not there has no count")
  }

  @Test("that have to last are met when nothing has broken them for so long, and say when to look")
  func lasting() throws {
    let full = try workload(8, ready: 8)
    let broken = try workload(8, ready: 7)
    #expect(try met("ready >= 8 for 30s", [(0, full), (20, broken), (25, full), (54, full), (55, full)]) == [55])
    #expect(try met("ready >= 8 for 30s", [(0, full), (20, nil), (25, full), (40, full)]) == [])
    var watch = ConditionWatch(try WorkloadCondition(text: "ready >= 8 for 30s"))
    #expect(watch.due == nil)
    _ = watch.see(full, at: .seconds(7))
    #expect(watch.due == .seconds(37))
    _ = watch.see(broken, at: .seconds(9))
    #expect(watch.due == nil)
  }

  @Test("of a turn are met by a change that was seen, and not by how it stood at first")
  func turns() throws {
    let versions: [(Int, Workload?)] = try [
      (0, workload(8, ready: 8)), (1, workload(9, ready: 8)), (2, workload(4, ready: 4)),
      (3, workload(4, ready: 3, image: "web:v2", generation: 4)),
      (4, workload(4, ready: 4, image: "web:v2", generation: 4)),
    ]
    #expect(try met("scales out", versions) == [1])
    #expect(try met("scales in", versions) == [2])
    #expect(try met("rollout begins", versions) == [3])
    #expect(try met("rollout ends", versions) == [4])
    #expect(try met("rollout ends", [(0, workload(4, ready: 4))]) == [])
  }

  @Test("of a rollout's end are met by that of one which is under way at first, and not by the end of a scaling")
  func underWay() throws {
    var half = try workload(4, ready: 4, image: "web:v2", generation: 4)
    half.status?.updated = 2
    let whole = try workload(4, ready: 4, image: "web:v2", generation: 4)
    var growing = try workload(4, ready: 2)
    growing.status?.available = 2

    #expect(try met("rollout ends", [(0, half), (1, half), (2, whole)]) == [2])
    #expect(try met("rollout ends", [(0, growing), (1, workload(4, ready: 4))]) == [])
  }
}
