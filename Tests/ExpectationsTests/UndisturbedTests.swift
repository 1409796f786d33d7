import Expectations
import Profiles
import RunTimeline
import TestRecordings
import Testing
import Units

/// Who may change a workload while it is judged.
struct UndisturbedTests {
  private static func release(generation: Int64? = 2, problem: String? = nil) -> ActionSpan {
    ActionSpan(
      name: "release", summary: "rollout", plannedAt: .seconds(69), sent: .seconds(69), answered: .seconds(71),
      generation: generation, problem: problem)
  }

  /// A Deployment of which a new template is seen at 70 s.
  private static func script(writer: String?, generation: Int = 2) -> ClusterScript {
    var script = ClusterScript.healthy()
    script.deployment(at: 70, wanted: 2, image: "app:v2", generation: generation, writer: writer)
    script.heard(at: 199)
    return script
  }

  private static func judged(_ script: ClusterScript, _ body: String = "{during: surge}") throws -> Judgement {
    try judge("{name: e, undisturbed: \(body)}", on: script.timeline)
  }

  @Test("what an action of the run wrote is its own, and one generation more is somebody's")
  func own() throws {
    for (generation, verdict) in [(2, Verdict.pass), (3, .fail)] {
      var script = Self.script(writer: "scaleproof", generation: generation)
      script.actions = [Self.release()]

      let judgement = try Self.judged(script)

      #expect(judgement.verdict == verdict, "\(judgement.finding) \(judgement.reason ?? "")")
    }
  }

  @Test("a change by somebody else fails with the writer and what was changed")
  func foreign() throws {
    let judgement = try Self.judged(Self.script(writer: "argocd-controller"))

    #expect(judgement.verdict == .fail)
    #expect(
      judgement.finding.hasPrefix("argocd-controller changed the pod template of Deployment web"),
      "\(judgement.finding)")
    #expect(
      judgement.evidence.first?.text
        == "let argocd-controller be still during a run, or name it: except: [argocd-controller]")
  }

  @Test(
    "one who may is nobody else, and does not excuse another", arguments: [("[argo, keda]", true), ("keda", false)])
  func allowed(names: String, isMet: Bool) throws {
    let judgement = try Self.judged(Self.script(writer: "argo"), "{during: surge, except: \(names)}")

    #expect(judgement.verdict == (isMet ? .pass : .fail), "\(judgement.finding)")
  }

  @Test("a change whose writer is not recorded is somebody's all the same")
  func nameless() throws {
    let judgement = try Self.judged(Self.script(writer: nil))

    #expect(judgement.verdict == .fail)
    #expect(judgement.finding.hasPrefix("somebody changed the pod template"), "\(judgement.finding)")
  }

  @Test("an action that failed may have changed something, which leaves open who did it")
  func failedAction() throws {
    var script = Self.script(writer: "scaleproof")
    script.actions = [Self.release(generation: nil, problem: "timed out")]

    let judgement = try Self.judged(script)

    #expect(judgement.verdict == .inconclusive)
    #expect(judgement.reason?.contains("the action release") ?? false, "\(judgement.reason ?? "")")
  }

  @Test("a deletion of the workload fails, although nothing can be asked of what is not there")
  func deletion() throws {
    var script = ClusterScript.healthy()
    script.heard(at: 65)
    script.object(
      "deployments", "d", name: "web", at: 70,
      #"{"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web", "uid": "d", "generation": 1, "resourceVersion": "REVISION"},"#
        + #" "spec": {"replicas": 2, "template": {}}}"#, deleted: true)
    script.heard(at: 199)

    let judgement = try Self.judged(script, "{}")

    #expect(judgement.verdict == .fail, "\(judgement.reason ?? "")")
    #expect(judgement.finding.contains("deleted"), "\(judgement.finding)")
  }

  @Test("generations that no program counts do not break it", arguments: [Int64.min, -1, 0, .max])
  func hostile(generation: Int64) throws {
    var script = Self.script(writer: "helm", generation: Int(generation))
    script.actions = [Self.release(generation: generation), Self.release(generation: .max)]
    script.actions[1].effect = .changes(after: .min)
    script.actions[1].requests = [
      ActionSpan.Request(
        line: "PATCH /apis/apps/v1/namespaces/default/deployments/web", sent: .seconds(69), answered: .seconds(71))
    ]

    let judgement = try Self.judged(script)

    // One that falls counts no change; the run may have made all that lie before the greatest one, unseen.
    #expect(judgement.verdict == (generation == .max ? .inconclusive : .pass), "\(judgement.finding)")
  }

  @Test("a change in a gap is found after it")
  func gap() throws {
    var script = ClusterScript.healthy()
    script.heard(at: 65)
    script.gap("deployments", from: 66, to: 92) { script in
      script.deployment(at: 70, wanted: 2, image: "app:v2", generation: 2, writer: "helm")
    }
    script.heard(at: 199)

    for (body, verdict) in [("{}", Verdict.fail), ("{except: helm}", .inconclusive)] {
      let judgement = try Self.judged(script, body)
      #expect(judgement.verdict == verdict, "\(judgement.finding) \(judgement.reason ?? "")")
    }
  }

  @Test(
    "on recordings of a real control plane it names who changed a template, and a deletion",
    arguments: [
      ("controller-restarts", "scaleproof changed the pod template of Deployment aspnetcore-deployment"),
      ("surge-and-rollout", "kubectl-set changed the pod template of Deployment aspnetcore-deployment"),
      ("workload-deleted-and-recreated", "Deployment aspnetcore-deployment was deleted"),
      ("no-behavior-surge-to-max", "Deployment aspnetcore-deployment and its autoscaler changed by nobody else"),
    ])
  func recordings(name: String, finding: String) throws {
    let timeline = try Recordings.timeline(name, phases: [("calm", 0), ("surge", 60)], actions: [])

    let judgement = try judge("{name: e, undisturbed: {}}", on: timeline)

    #expect(judgement.finding.hasPrefix(finding), "\(judgement.finding) \(judgement.reason ?? "")")
    #expect(judgement.verdict == (finding.contains("nobody") ? .pass : .fail))
  }
}
