import Expectations
import Profiles
import RunTimeline
import Testing
import Units

@Suite("What the run changes itself, and what others change beside it")
struct OwnChangesTests {
  private static func action(
    _ effect: ActionEffect, generation: Int64? = nil, problem: String? = nil, line: String? = nil
  ) -> ActionSpan {
    var action = ActionSpan(
      name: "act", summary: "act", effect: effect, plannedAt: .seconds(69), sent: .seconds(69), answered: .seconds(71),
      generation: generation, problem: problem)
    if let line {
      action.requests = [ActionSpan.Request(line: line, sent: .seconds(69), answered: .seconds(71), problem: problem)]
    }
    return action
  }

  private static func judged(_ script: ClusterScript, _ body: String = "{}") throws -> Judgement {
    var script = script
    script.heard(at: 199)
    return try judge("{name: e, undisturbed: \(body)}", on: script.timeline)
  }

  private static func scaled(to count: Int, by action: ActionSpan) -> ClusterScript {
    var script = ClusterScript.healthy()
    script.actions = [action]
    script.deployment(at: 70, wanted: count, available: 2, current: 2, generation: 2, writer: "scaleproof")
    return script
  }

  @Test("a count that an action set is the run's, and another one is not")
  func scale() throws {
    #expect(try Self.judged(Self.scaled(to: 5, by: Self.action(.replicas(5)))).verdict == .pass)
    #expect(try Self.judged(Self.scaled(to: 6, by: Self.action(.replicas(5)))).verdict == .fail)
  }

  @Test("a wait that failed has written nothing")
  func failedWait() throws {
    let judgement = try Self.judged(Self.scaled(to: 5, by: Self.action(.none, problem: "not in time")))

    #expect(judgement.verdict == .fail, "\(judgement.finding)")
  }

  @Test("a deletion beside a request of the run is somebody's")
  func deletion() throws {
    var script = ClusterScript.healthy()
    script.actions = [
      Self.action(.rollout, generation: 2, line: "PATCH /apis/apps/v1/namespaces/default/deployments/web")
    ]
    script.object(
      "deployments", "d", name: "web", at: 70,
      #"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "uid": "d", "generation": 1,"#
        + #" "resourceVersion": "REVISION"}, "spec": {"replicas": 2, "template": {}}}"#, deleted: true)

    let judgement = try Self.judged(script)

    #expect(judgement.verdict == .fail && judgement.finding.contains("was deleted"), "\(judgement.finding)")
  }

  @Test("what is changed while a program runs is open, and not where all who wrote may")
  func program() throws {
    let helm = Self.action(.changes(after: 1), generation: 2, line: "helm upgrade web chart")
    var script = ClusterScript.healthy()
    script.actions = [helm]
    script.deployment(at: 70, wanted: 2, image: "app:v2", generation: 2, writer: "helm")

    let judgement = try Self.judged(script)

    #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
    #expect(judgement.reason?.contains("the program of the action act") ?? false, "\(judgement.reason ?? "")")
    #expect(try Self.judged(script, "{except: helm}").verdict == .pass)
  }

  @Test("a patch that changes the template by itself is no program")
  func patch() throws {
    var script = ClusterScript.healthy()
    script.actions = [
      Self.action(
        .changes(after: 1), generation: 2, line: "PATCH /apis/apps/v1/namespaces/default/deployments/web")
    ]
    script.deployment(at: 70, wanted: 2, image: "app:v2", generation: 2, writer: "scaleproof")

    #expect(try Self.judged(script).verdict == .pass)
  }
}
