import Expectations
import Foundation
import KubernetesObjects
import LoadFacts
import Profiles
import RunTimeline
import TestServers
import Testing
import Units

@testable import Harness

/// The workload that comes with the program, three pods that nothing scales, to which something is done.
private struct ActedOn {
  var actions: String
  var expectations = "[]"
  var length = "6m"
  var manifests = ""
  var workload = "deployment/aspnetcore-deployment"
  /// Other files beside the profile, by name.
  var files: [String: String] = [:]

  /// Expectations that no run takes, since by its manifests they can never pass.
  func hopeless(_ expectations: String) throws -> [Profiles.Expectation] {
    try ProfileReader.read(text: profile(expecting: expectations), source: "acted-on.yaml").expectations
  }

  private func profile(expecting expectations: String, more: String = "") -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: acted-on}
      target: {url: http://api.example.com}
      cluster:
        simulated: {manifests: [\(root.appending(path: "Profiles/manifests/aspnetcore").path)\(more)], timeScale: 20}
        workload: \(workload)
      requests: [{name: list, path: /}]
      load: {phases: [{name: only, for: \(length), rate: 20/s}]}
      actions: \(actions)
      expectations: \(expectations)
      """
  }

  func run() throws -> (run: FinishedRun, profile: Profile) {
    let folder = try TemporaryFolder()
    let more = manifests.isEmpty ? "" : ", " + (try folder.write(manifests, to: "more.yaml"))
    for (name, text) in files { _ = try folder.write(text, to: name) }
    let path = try folder.write(profile(expecting: expectations, more: more), to: "acted-on.yaml")
    let loaded = try LoadedProfile(path: path, changes: [])
    return (
      try VirtualRun(loaded, version: ProgramVersion(commit: nil), environment: [:]).execute(), loaded.profile
    )
  }
}

@Suite("Actions in virtual time")
struct VirtualActionTests {
  private static func lines(_ action: ActionSpan?) -> [String] {
    (action?.requests ?? []).map { String($0.line.split(separator: "/").suffix(2).joined(separator: "/")) }
  }

  @Test("an undo brings back the template of before, and its window ends when that is all there is")
  func undo() throws {
    let (run, profile) = try ActedOn(
      actions: """
        [{name: release, at: only + 10s, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}},
         {name: back, when: rollout ends, rollout: {undo: true}}]
        """, expectations: "[{name: e, rolloutCompletes: {action: back, within: 120s}}]"
    ).run()

    let cluster = try #require(run.timeline.cluster)
    let images = cluster.workload.compactMap(\.object.image)
    #expect(images.first == images.last && Set(images).count == 2)
    let back = try #require(run.timeline.action("back"))
    #expect(back.condition == "rollout ends" && back.problem == nil)
    #expect(back.requests.map { String($0.line.prefix(5)) } == ["GET /", "GET /", "GET /", "PATCH"])
    let release = try #require(run.timeline.action("release")?.sent)
    #expect(try #require(back.sent) > release + .seconds(5))
    let judged = try #require(Judge.judge(profile.expectations, on: run.timeline).first)
    #expect(judged.verdict == .pass, "\(judged.finding)")
  }

  @Test("applied manifests bring what stands in them, and their window ends with the rollout that they start")
  func apply() throws {
    let (run, profile) = try ActedOn(
      actions: "[{name: release, at: only + 10s, apply: {manifests: v2.yaml, force: true}}]",
      expectations: """
        [{name: e, rolloutCompletes: {action: release, within: 120s}},
         {name: f, errorBudget: {during: release, objective: 99%}}]
        """, files: ["v2.yaml": Self.version2]
    ).run()

    let action = try #require(run.timeline.action("release"))
    #expect(action.problem == nil && action.effect == .changes(after: 1))
    #expect(
      Self.lines(action) == ["apps/v1", "deployments/aspnetcore-deployment", "deployments/aspnetcore-deployment"])
    let cluster = try #require(run.timeline.cluster)
    #expect(cluster.workload.last?.object.image == "example.com/app:v2")
    let judged = Judge.judge(profile.expectations, on: run.timeline)
    for judgement in judged { #expect(judgement.verdict == .pass, "\(judgement.finding)") }
    let window = try #require(judged.last?.window)
    #expect(window.latest - window.earliest > .seconds(10), "\(window)")
  }

  @Test("fields that others own are a conflict, which is told as Kubernetes tells it")
  func conflict() throws {
    let (run, _) = try ActedOn(
      actions: "[{name: release, at: only + 10s, apply: v2.yaml, onError: stop}]", files: ["v2.yaml": Self.version2]
    ).run()

    let problem = try #require(run.timeline.action("release")?.problem)
    #expect(problem.contains("Apply failed with 1 conflict"), "\(problem)")
    #expect(run.timeline.run.endReason == .aborted)
  }

  private static let version2 = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: aspnetcore-deployment, namespace: default}
    spec: {template: {spec: {containers: [{name: aspnetcore, image: "example.com/app:v2"}]}}}
    """

  @Test("a wait is over when its condition comes true, and fails when its time is over")
  func wait() throws {
    let (run, _) = try ActedOn(
      actions: """
        [{name: grow, at: only + 30s, scale: 6},
         {name: five, at: only + 10s, wait: {until: ready >= 5, within: 2m}},
         {name: seven, at: only + 40s, wait: {until: ready >= 7, within: 30s}},
         {name: late, at: only + 3m, wait: {until: ready >= 7, within: 30s}, onError: stop}]
        """
    ).run()

    let five = try #require(run.timeline.action("five"))
    #expect(five.problem == nil && five.requests.isEmpty)
    #expect(five.sent == .seconds(10))
    #expect(try #require(five.answered) > .seconds(30))
    #expect(run.timeline.action("seven")?.problem == "\"ready >= 7\" did not come true within 30s")
    #expect(run.timeline.action("late")?.problem != nil)
    let end = try #require(run.timeline.run.endedAt)
    #expect(run.timeline.run.endReason == .aborted && end > .seconds(209) && end < .seconds(215), "\(end)")
  }

  /// Somebody else rolls the workload out shortly before an action, or the action itself does so.
  @Test(
    "what changes nothing is no rollout, though somebody else's is under way",
    arguments: [
      (action: "apply: v1.yaml", isForeign: true), ("patch: {fields: {metadata: {labels: {a: b}}}}", true),
      ("rollout: {setImage: {aspnetcore: \"example.com/app:v2\"}}", true),
      ("rollout: {setImage: {aspnetcore: \"example.com/app:v2\"}}", false),
    ])
  func foreignRollout(action: String, isForeign: Bool) throws {
    let foreign = #"{name: foreign, at: only + 30s, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}}, "#
    let acted = ActedOn(
      actions: "[\(isForeign ? foreign : "") {name: own, at: only + 31s, \(action)}]",
      files: ["v1.yaml": Self.version2.replacing("spec: {template", with: "spec: {minReadySeconds: 0, template")])
    let expectations = try acted.hopeless("[{name: e, rolloutCompletes: {action: own, within: 120s}}]")

    let judged = try #require(Judge.judge(expectations, on: acted.run().run.timeline).first)

    #expect(judged.verdict == (isForeign ? .inconclusive : .pass), "\(judged.finding)")
  }

  @Test("a wait begins when it is to, and ends when its condition comes true")
  func waited() throws {
    let (run, profile) = try ActedOn(
      actions: """
        [{name: grow, at: only + 40s, scale: 6}, {name: five, at: only + 10s, wait: {until: ready >= 5, within: 2m}},
         {name: never, at: only + 20s, wait: {until: ready >= 50, within: 30s}}]
        """,
      expectations: """
        [{name: late, scaleUp: {after: five.start, to: ">= 5", of: ready, within: 20s}},
         {name: there, scaleUp: {after: five.end, to: ">= 5", of: ready, within: 1s}},
         {name: failed, scaleUp: {after: never.end, to: ">= 5", of: ready, within: 1s}}]
        """
    ).run()

    let judged = Judge.judge(profile.expectations, on: run.timeline)
    #expect(judged.map(\.verdict) == [.fail, .pass, .inconclusive], "\(judged)")
    #expect(judged.last?.reason == "action never failed: \"ready >= 50\" did not come true within 30s")
  }

  @Test("the end of a rollout that is under way already is waited for")
  func endOfRollout() throws {
    let (run, _) = try ActedOn(
      actions: """
        [{name: again, at: only + 10s, rollout: {restart: true}},
         {name: over, at: only + 15s, wait: {until: rollout ends, within: 90s}}]
        """
    ).run()

    let over = try #require(run.timeline.action("over"))
    #expect(over.problem == nil)
    let completed = try #require(run.timeline.cluster?.rollouts.first?.completed)
    #expect(try #require(over.answered) >= completed.earliest, "\(completed)")
  }

  @Test("a repeated action is done so often, and what is expected of it is judged each time")
  func repeated() throws {
    let (run, profile) = try ActedOn(
      actions: "[{name: again, at: only + 10s, repeat: 3, every: 90s, rollout: {restart: true}}]",
      expectations: """
        [{name: e, rolloutCompletes: {action: again, within: 60s}},
         {name: f, errorBudget: {during: again, objective: 99%}},
         {name: g, errorBudget: {during: run, objective: 99%}}]
        """
    ).run()

    #expect(run.timeline.actions.map(\.name) == ["again (1 of 3)", "again (2 of 3)", "again (3 of 3)"])
    #expect(run.timeline.actions.map(\.plannedAt) == [.seconds(10), .seconds(100), .seconds(190)])
    let judged = Judge.judge(profile.expectations, on: run.timeline)
    #expect(judged.map(\.name) == (1...3).map { "e (\($0) of 3)" } + (1...3).map { "f (\($0) of 3)" } + ["g"])
    for judgement in judged { #expect(judgement.verdict == .pass, "\(judgement.name): \(judgement.finding)") }
    #expect(Set(judged.prefix(6).compactMap(\.window?.earliest)).count == 3)
  }

  @Test("a pause halts a rollout until it is resumed")
  func pause() throws {
    // Of three pods the new ReplicaSet would be whole at once, and then the old one goes also in a pause.
    let run = try ActedOn(
      actions: """
        [{name: grow, at: only, scale: 9},
         {name: release, at: only + 60s, rollout: {setImage: {aspnetcore: "example.com/app:v2"}}},
         {name: hold, at: only + 62s, rollout: {pause: true}},
         {name: resume, at: only + 180s, rollout: {resume: true}}]
        """
    ).run().run

    let completed = try #require(run.timeline.cluster?.rollouts.first?.completed)
    #expect(completed.earliest > .seconds(180), "\(completed)")
    #expect(completed.latest < .seconds(300), "\(completed)")
  }

  @Test("a scale sets the count, and its window ends when so many pods are available")
  func scale() throws {
    let (run, profile) = try ActedOn(
      actions: "[{name: grow, at: only + 30s, scale: 6}, {name: shrink, at: only + 120s, scale: 2}]",
      expectations: """
        [{name: grows, scaleUp: {after: grow.start, to: ">= 6", of: available, within: 60s}},
         {name: keeps six, steadyReplicas: {during: grow, count: "<= 6", of: current}},
         {name: shrinks, scaleDown: {after: shrink.start, to: 2, within: 60s}},
         {name: no errors, errorBudget: {during: shrink, objective: 99.9%}}]
        """
    ).run()

    let judged = Judge.judge(profile.expectations, on: run.timeline)
    for judgement in judged { #expect(judgement.verdict == .pass, "\(judgement.name): \(judgement.finding)") }
    #expect(run.timeline.action("grow")?.effect == .replicas(6))
    // The pods that were to go have a grace period, in which the window goes on.
    let window = try #require(judged.last?.window)
    #expect(window.latest - window.earliest > .seconds(5), "\(window)")
  }

  @Test("pods that are deleted are those that were meant, and the window ends when they are replaced")
  func deletePods() throws {
    let (run, profile) = try ActedOn(
      actions: "[{name: kill, at: only + 30s, deletePods: {which: oldest, count: 2}}]",
      expectations: """
        [{name: a dip, steadyReplicas: {during: kill, count: ">= 3", of: ready}},
         {name: back, steadyReplicas: {during: only, count: ">= 1", of: ready}}]
        """
    ).run()

    let action = try #require(run.timeline.action("kill"))
    guard case .pods(let names) = action.effect else { return #expect(Bool(false), "\(action.effect)") }
    let lifelines = try #require(run.timeline.cluster?.pods)
    let gone = lifelines.filter { $0.removed != nil }
    #expect(Set(gone.map(\.name)) == Set(names) && names.count == 2)
    let kept = lifelines.filter { $0.removed == nil && $0.created.latest < .zero }
    for pod in gone { #expect(kept.allSatisfy { $0.created.latest >= pod.created.earliest }) }
    let judged = Judge.judge(profile.expectations, on: run.timeline)
    #expect(judged.map(\.verdict) == [.fail, .pass], "\(judged.map(\.finding))")
  }

  private static let budget = """
    apiVersion: policy/v1
    kind: PodDisruptionBudget
    metadata: {name: keep}
    spec: {minAvailable: 3, selector: {matchLabels: {app: aspnetcore}}}
    """

  @Test("what a budget refuses is asked for again, and fails after five minutes")
  func refusedEviction() throws {
    let action = try #require(
      try ActedOn(
        actions: "[{name: move, at: only + 30s, evictPods: {which: oldest}}]", length: "8m", manifests: Self.budget
      ).run().run.timeline.action("move"))

    #expect(action.problem?.contains("429: Cannot evict pod") == true, "\(action.problem ?? "")")
    #expect((55...65).contains(action.requests.count), "\(action.requests.count)")
    #expect(try #require(action.answered) > .seconds(325))
  }

  @Test("a drain evicts one after another as the budget allows, and leaves the node cordoned")
  func drain() throws {
    let run = try ActedOn(
      actions: """
        [{name: maintenance, at: only + 30s, drain: {nodeOf: oldest}},
         {name: after, at: only + 240s, rollout: {restart: true}}]
        """, manifests: Self.budget.replacing("minAvailable: 3", with: "minAvailable: 2")
    ).run().run

    let action = try #require(run.timeline.action("maintenance"))
    #expect(action.problem == nil, "\(action.problem ?? "")")
    #expect(Self.lines(action).prefix(4).last?.hasPrefix("nodes/") == true, "\(Self.lines(action))")
    guard case .pods(let names) = action.effect else { return #expect(Bool(false), "\(action.effect)") }
    let cluster = try #require(run.timeline.cluster)
    let node = try #require(Self.lines(action)[3].split(separator: "/").last.map(String.init))
    for pod in cluster.pods where names.contains(pod.name) { #expect(pod.removed != nil) }
    let later = cluster.pods.filter { $0.created.earliest > .seconds(31) }
    #expect(!later.isEmpty && later.allSatisfy { $0.spec.nodeName != node })
  }

  @Test("an action whose condition never comes true says so, and one that is refused says why")
  func problems() throws {
    let run = try ActedOn(
      actions: """
        [{name: never, when: ready >= 99, scale: 1},
         {name: wrong, at: only + 5s, patch: {object: configmap/none, fields: {data: {a: b}}}},
         {name: back, at: only + 6s, rollout: {toRevision: 9}}]
        """, length: "1m"
    ).run().run

    #expect(run.timeline.action("never")?.problem == "\"ready >= 99\" never came true")
    #expect(run.timeline.action("wrong")?.problem == "404: configmaps \"none\" not found")
    #expect(
      run.timeline.action("back")?.problem == "deployment/aspnetcore-deployment has no revision 9; it has 1")
  }

  @Test("an action that fails ends the run where it is to, in virtual time as on the wall clock")
  func stop() throws {
    let run = try ActedOn(
      actions: "[{name: wrong, at: only + 30s, patch: {object: configmap/none, fields: {data: {a: b}}}, onError: stop}]"
    ).run().run

    #expect(run.run.endReason == .aborted)
    #expect(run.run.endDetail == "action wrong failed: 404: configmaps \"none\" not found")
    #expect(try #require(run.timeline.load.map(\.end).max()) < .seconds(40))
    #expect(run.phases.allSatisfy { ($0.end ?? .zero) < .seconds(40) })
  }

  @Test("a field that Kubernetes does not have fails the patch, and is not dropped in silence")
  func unknownField() throws {
    let run = try ActedOn(
      actions: "[{name: wrong, at: only + 5s, patch: {fields: {spec: {nonsense: 1}}}}]", length: "1m"
    ).run().run

    let problem = run.timeline.action("wrong")?.problem
    #expect(problem?.contains("unknown field \"spec.nonsense\"") == true, "\(problem ?? "")")
  }

  @Test("an action of several requests begins with its first change, and ends when the last pod is replaced")
  func slowEvictions() throws {
    let (run, profile) = try ActedOn(
      actions: "[{name: move, at: only + 30s, evictPods: {count: 3}}]",
      expectations: """
        [{name: over, scaleUp: {after: move.end, to: ">= 3", of: ready, within: 1s}},
         {name: all, steadyReplicas: {during: move, count: ">= 3", of: ready}}]
        """, manifests: Self.budget.replacing("minAvailable: 3", with: "minAvailable: 2")
    ).run()

    let action = try #require(run.timeline.action("move"))
    let begun = try #require(action.begun)
    #expect(begun.latest - begun.earliest < .seconds(1))
    #expect(try #require(action.answered) - begun.latest > .seconds(10))
    let judged = Judge.judge(profile.expectations, on: run.timeline)
    #expect(judged.map(\.verdict) == [.pass, .fail], "\(judged.map(\.finding))")
    let window = try #require(judged.last?.window)
    guard case .pods(let names) = action.effect else { return #expect(Bool(false)) }
    let cluster = try #require(run.timeline.cluster)
    for pod in cluster.pods where names.contains(pod.name) {
      #expect(try #require(pod.removed).latest <= window.latest)
    }
  }

  @Test("a scale to the count that is there already is over at once")
  func sameCount() throws {
    let (run, profile) = try ActedOn(
      actions: "[{name: same, at: only + 30s, scale: 3}]",
      expectations: "[{name: over, scaleUp: {after: same.end, to: \">= 3\", of: available, within: 1s}}]", length: "1m"
    ).run()

    let judged = Judge.judge(profile.expectations, on: run.timeline)
    #expect(judged.map(\.verdict) == [.pass], "\(judged.map(\.finding))")
  }

  @Test("a patch of the template is a rollout, and one of anything else is not")
  func patch() throws {
    let acted = ActedOn(
      actions: """
        [{name: tune, at: only + 10s, patch: {fields: {spec: {minReadySeconds: 5}}}},
         {name: label, at: only + 30s, patch: {as: merge, fields: {spec: {template: {metadata: {labels: {tier: web}}}}}}}]
        """)
    let expectations = try acted.hopeless(
      """
      [{name: no rollout, rolloutCompletes: {action: tune, within: 60s}},
       {name: rollout, rolloutCompletes: {action: label, within: 120s}}]
      """)

    let judged = Judge.judge(expectations, on: try acted.run().run.timeline)

    #expect(judged.map(\.verdict) == [.inconclusive, .pass], "\(judged.map(\.finding))")
  }
}
