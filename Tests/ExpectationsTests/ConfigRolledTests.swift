import Expectations
import RunTimeline
import Testing

@Suite("Changes of ConfigMaps and Secrets")
struct ConfigRolledTests {
  private static func judged(_ script: ClusterScript, within: String = "30s") throws -> Judgement {
    try judge(
      "{name: e, configRolled: {config: configmap/settings, during: surge, within: \(within)}}",
      on: ReleaseCases.whole(script))
  }

  private static func withoutPods() -> ClusterScript {
    var script = ClusterScript()
    script.deployment(at: 0, wanted: 0)
    script.replicaSet("1", at: 0, replicas: 0)
    script.begin()
    return script
  }

  @Test("that nobody has rolled out fail, with what to do; those of which pods are left as well")
  func notRolled() throws {
    let none = try Self.judged(ReleaseCases.changedConfig(replaced: []))
    let one = try Self.judged(ReleaseCases.changedConfig(replaced: ["web-1-1"]))

    #expect(none.verdict == .fail && one.verdict == .fail)
    #expect(
      none.finding.contains("30s later no ready pod was newer: 2 of 2 were older"), "\(none.finding)")
    #expect(one.finding.contains("30s later 1 of 2 ready pods were older"), "\(one.finding)")
    #expect(none.evidence.first?.text.hasPrefix("have the pod template change with it") ?? false)
  }

  @Test("count by the pods that are ready then, not by those that are ready before or after")
  func instant() throws {
    let script = ReleaseCases.changedConfig(replaced: ["web-1-1", "web-1-2"])

    #expect(try Self.judged(script).verdict == .pass)
    #expect(try Self.judged(script, within: "3s").verdict == .fail)
  }

  @Test("that are of labels, or may be, fail nobody, and pass where all pods are newer")
  func labels() throws {
    let labels = #", "labels": {"a": "b"}"#
    let old = try Self.judged(ReleaseCases.changedConfig(replaced: [], more: labels))
    let new = try Self.judged(ReleaseCases.changedConfig(replaced: ["web-1-1", "web-1-2"], more: labels))

    #expect(old.verdict == .inconclusive && old.finding.contains("something else of it changed as well"))
    #expect(new.verdict == .pass, "\(new.finding)")
  }

  @Test("of what no container uses fail nobody, and pass nobody")
  func unused() throws {
    for replaced in [[], ["web-1-1", "web-1-2"]] {
      var script = ClusterScript.healthy(configs: #", "envFrom": [{"secretRef": {"name": "settings"}}]"#)
      ReleaseCases.change(&script, replaced: replaced)

      let judgement = try Self.judged(script)

      #expect(judgement.verdict == .inconclusive, "\(judgement.finding)")
      #expect(
        judgement.finding.contains("no container of the workload uses configmap/settings"), "\(judgement.finding)")
    }
  }

  @Test(
    "are told from a change of immutable alone by managed fields, and are open where those do not tell",
    arguments: [
      (#""f:immutable": {}"#, "bob", "did not change during surge"),
      (#""f:data": {"f:1": {}}, "f:immutable": {}"#, "kubectl", "or only immutable, its managed fields do not tell"),
      (nil, "kubectl", "or only immutable, its managed fields do not tell"),
    ] as [(String?, String, String)])
  func immutable(fields: String?, by writer: String, finding: String) throws {
    let first = ClusterScript.owner("kubectl", at: 1, fields: fields == nil ? nil : #""f:data": {"f:1": {}}"#)
    let second = ClusterScript.owner(writer, at: 70, fields: fields)
    var script = ClusterScript.healthy()
    script.config("settings", at: 1, owners: first)
    script.config("settings", at: 70, owners: writer == "kubectl" ? second : "\(first), \(second)")

    let judgement = try Self.judged(script)

    #expect(judgement.verdict == .inconclusive && judgement.finding.contains(finding), "\(judgement.finding)")
  }

  @Test("that may have been put back are said to be no more than changes")
  func putBack() throws {
    var script = ClusterScript.healthy()
    for second in [1.0, 70, 75] { script.config("settings", at: second) }

    let judgement = try Self.judged(script)

    #expect(judgement.verdict == .fail && !judgement.finding.contains("value"), "\(judgement.finding)")
    let caveats = judgement.evidence.filter { $0.text.contains("nothing tells whether that put it back") }
    #expect(caveats.count == 1, "\(judgement.evidence)")
  }

  @Test("that a container has read which was started anew leave it open whether its pod is an old one")
  func restarted() throws {
    var script = ReleaseCases.changedConfig(replaced: [])
    for name in ["web-1-1", "web-1-2"] {
      script.pod(name, at: 90, .init(restarts: 1, ended: ("Error", 1, 89)))
    }
    let judgement = try Self.judged(script)

    #expect(
      judgement.verdict == .inconclusive && judgement.finding.contains("were started after it"), "\(judgement.finding)")
  }

  @Test("that were not there, or not seen, decide nothing")
  func unseen() throws {
    var gone = ClusterScript.healthy()
    gone.config("settings", at: 1)
    let unchanged = try Self.judged(gone)
    let none = try Self.judged(ClusterScript.healthy())
    let other = try judge(
      "{name: e, configRolled: {config: secret/other, within: 30s}}", on: ReleaseCases.whole(ClusterScript.healthy()))
    var missed = ReleaseCases.changedConfig(replaced: ["web-1-1", "web-1-2"])
    missed.heard(at: 84)
    missed.gap("configmaps/settings", from: 85, to: 100)
    let afterGap = try Self.judged(missed)

    #expect(unchanged.verdict == .inconclusive && unchanged.finding.contains("did not change"), "\(unchanged.finding)")
    #expect(
      none.verdict == .inconclusive && none.finding.contains("there was no configmap/settings"), "\(none.finding)")
    #expect(other.verdict == .inconclusive && other.finding.contains("was not observed"), "\(other.finding)")
    #expect(
      afterGap.verdict == .inconclusive, "\(afterGap.finding)")
  }

  @Test("that delete the object and make it anew are changes of which nobody knows whether they are of what is in it")
  func recreated() throws {
    var script = ClusterScript.healthy()
    script.config("settings", at: 1)
    script.config("settings", at: 70, gone: true)
    script.config("settings", at: 72, #", "creationTimestamp": "\#(ClusterScript.time(72))""#)

    let judgement = try Self.judged(script)

    #expect(
      judgement.verdict == .inconclusive && judgement.finding.contains("2 of 2 were older, but it was made anew"),
      "\(judgement.finding)")
  }

  @Test("that came before the containers of a pod were started may have been read by them")
  func pulling() throws {
    var script = Self.withoutPods()
    script.config("settings", at: 1)
    script.pod("web-1-9", at: 65, .init(ready: false, transition: 65, created: 65, scheduled: 65, isRunning: false))
    script.config("settings", at: 70)
    script.pod("web-1-9", at: 75, .init(transition: 75, created: 65, scheduled: 65, started: 73))

    #expect(try Self.judged(script, within: "20s").verdict == .inconclusive)
  }

  @Test("that no ready pod could show decide nothing")
  func noPods() throws {
    var script = Self.withoutPods()
    script.config("settings", at: 1)
    script.config("settings", at: 70)

    let judgement = try Self.judged(script)

    #expect(
      judgement.verdict == .inconclusive && judgement.finding.contains("no pod was ready"), "\(judgement.finding)")
  }
}
