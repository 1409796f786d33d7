import Profiles
import Testing

/// The texts of errors are what a user meets first, so they are held word for word.
@Suite("What is wrong with a profile is said with place and hint")
struct ProfileProblemTests {
  private static func profile(
    head: String = "apiVersion: scaleproof/v1\nkind: Profile", target: String = "{url: \"http://api.example.com\"}",
    cluster: String = "{workload: deployment/web}", requests: String = "[{name: home, path: /}]",
    load: String = "{phases: [{name: calm, for: 60s, rate: 10/s}, {name: surge, for: 60s, rate: 90/s}]}",
    actions: String = "[{name: release, at: surge + 30s, rollout: {restart: true}}]", expectations: String = "[]"
  ) -> String {
    """
    \(head)
    metadata: {name: test}
    target: \(target)
    cluster: \(cluster)
    requests: \(requests)
    load: \(load)
    actions: \(actions)
    expectations: \(expectations)
    """
  }

  private static func problems(_ text: String, overrides: [String] = []) -> [String] {
    do {
      _ = try ProfileReader.read(text: text, source: "p.yaml", overrides: overrides)
      return []
    } catch {
      return error.problems.map(\.description)
    }
  }

  @Test("A byte order mark may begin a document, and is refused where it would hide in a key or a value")
  func byteOrderMarks() {
    let text = Self.profile()

    #expect(Self.problems("\u{FEFF}" + text).isEmpty)
    for place in ["requests:", "metadata:"] {
      let marked = text.replacing(place, with: "\u{FEFF}" + place, maxReplacements: 1)
      let problems = Self.problems(marked)
      #expect(problems.count == 1, "\(problems)")
      #expect(problems.first?.contains("a byte order mark (U+FEFF) stands within the text") ?? false, "\(problems)")
    }
  }

  @Test("A profile without a mistake has no problem")
  func valid() {
    #expect(Self.problems(Self.profile()).isEmpty)
  }

  @Test(
    "Every kind of mistake has its text",
    arguments: [
      (
        profile(head: "apiVersion: scaleproof/v2\nkind: Profil"),
        [
          "p.yaml:1:13: apiVersion: \"scaleproof/v2\" is not known; this program reads apiVersion: scaleproof/v1",
          "p.yaml:2:7: kind: \"Profil\" is not known; this program reads kind: Profile",
        ]
      ),
      (
        profile(target: "{url: \"http://a\", conectTo: \"b:1\"}"),
        [
          "p.yaml:4:27: target: unknown key \"conectTo\"; did you mean \"connectTo\"?"
        ]
      ),
      (
        profile(target: "{url: \"https://me:hunter2@a.example\"}"),
        [
          "p.yaml:4:15: target.url: the URL holds credentials; write target.auth: {basic: {user: NAME, password: \"{{env PASSWORD}}\"}}"
        ]
      ),
      (
        profile(target: "{}"),
        [
          "p.yaml:4:9: target: the key \"url\" is missing; write it as in url: https://api.example.com"
        ]
      ),
      (
        profile(cluster: "{workload: daemonset/db}"),
        [
          "p.yaml:5:21: cluster.workload: a workload of the kind \"daemonset\" cannot be watched; write deployment/NAME, statefulset/NAME, replicaset/NAME or rollout/NAME"
        ]
      ),
      (
        profile(cluster: "{workload: replicaset/web}"),
        [
          "p.yaml:8:53: actions[0].rollout: replicaset/web replaces none of its pods when its template changes; roll out a workload that does, such as a Deployment"
        ]
      ),
      (
        profile(requests: "[{name: home, path: items}]"),
        [
          "p.yaml:6:31: requests[0].path: the path does not begin with /; the host stands in target.url; write /items"
        ]
      ),
      (
        profile(requests: "[{name: home, path: \"/{{random 5}}\"}]"),
        [
          "p.yaml:6:31: requests[0].path: there is no template function \"random\"; what there is: {{int 1 50}}, {{uuid}}, {{seq}}, {{time}}, {{csv FEED.COLUMN}}, {{env NAME}}"
        ]
      ),
      (
        profile(requests: "[{name: home, path: /, expect: {status: [2000]}}]"),
        [
          "p.yaml:6:52: requests[0].expect.status[0]: \"2000\" is not a status; write a number from 100 to 599, or a class such as \"2xx\""
        ]
      ),
      (
        profile(load: "{phases: [{name: surge, for: 60, rate: 90}]}"),
        [
          "p.yaml:7:36: load.phases[0].for: \"60\" is not a duration: write a number and a unit, as in 90s, 250ms or 1h30m",
          "p.yaml:7:46: load.phases[0].rate: \"90\" is not a rate: write a number and a unit, as in 200/s, 12000/min or 3/h",
        ]
      ),
      (
        profile(load: "{phases: [{name: surge, for: -5s, rate: 90/s}]}"),
        [
          "p.yaml:7:36: load.phases[0].for: \"-5s\" is negative; a duration is zero or more"
        ]
      ),
      (
        profile(load: "{users: 50, phases: [{name: surge, for: 60s, rate: 90/s}]}"),
        [
          "p.yaml:7:15: load.users: a number of users belongs to a phase; write phases: [{name: steady, for: 60s, users: 50, think: 1s}]"
        ]
      ),
      (
        profile(actions: "[{name: release, at: surge + 30s, cordon: {node: ../namespaces/default}}]"),
        [
          "p.yaml:8:59: actions[0].cordon.node: \"../namespaces/default\" is not the name of an object; names have lower-case letters, digits, - and ."
        ]
      ),
      (
        profile(actions: "[{name: release, at: surge + 30s, patch: {object: cm/../x, fields: {a: b}}}]"),
        [
          "p.yaml:8:60: actions[0].patch.object: \"cm/../x\" names no object; write KIND/NAME, KIND one of configmap, deployment, horizontalpodautoscaler, ingress, limitrange, poddisruptionbudget, replicaset, resourcequota, rollout, service, statefulset"
        ]
      ),
      (
        profile(
          actions: "[{name: release, at: surge + 30s, cordon: {node: n1}}]",
          expectations: "[{name: e, errorBudget: {during: release, objective: 99%}}]"),
        [
          "p.yaml:9:48: expectations[0].errorBudget.during: the action release is over with its answer, so that nothing happens during it; name a phase, or a moment such as release.end"
        ]
      ),
      (
        profile(
          actions: "[{name: release, at: surge + 30s, repeat: 3, every: 10s, rollout: {setImage: {app: \"a:v2\"}}}]"),
        [
          "p.yaml:8:52: actions[0].repeat: done again, it would change nothing; repeat a restart, an undo, deletePods or evictPods"
        ]
      ),
      (
        profile(actions: "[{name: release, at: surge + 30s, repeat: 3, rollout: {restart: true}}]"),
        [
          "p.yaml:8:52: actions[0].repeat: it is not said how long after one another; add every: 2m"
        ]
      ),
      (
        profile(actions: "[{name: release, at: surge + 30s, repeat: 5, every: 10s, rollout: {restart: true}}]"),
        [
          "p.yaml:8:52: actions[0].repeat: the last time would be 2m10s after the start, but the run ends at 2m; repeat it less often, or make a phase longer"
        ]
      ),
      (
        profile(actions: "[{name: ease, at: surge + 30s, wait: {until: redy >= 3, within: 1m}}]"),
        [
          "p.yaml:8:55: actions[0].wait.until: \"redy >= 3\" is not a condition (did you mean ready?): write a count (wanted, current, ready, available) and what it is compared with, as in \"ready >= 8\" or \"ready >= 8 for 30s\", or one of scales out, scales in, rollout begins, rollout ends, or on the load, as in \"errors > 1%\""
        ]
      ),
      (
        profile(actions: "[{name: ease, at: surge + 30s, wait: {until: ready >= 3}}]"),
        [
          "p.yaml:8:47: actions[0].wait: the key \"within\" is missing; write it as in within: 2m"
        ]
      ),
      (
        profile(actions: "[{name: release, at: surge + 30s, apply: {force: true}}]"),
        [
          "p.yaml:8:51: actions[0].apply: the key \"manifests\" is missing; write it as in manifests: manifests/v2"
        ]
      ),
      (
        profile(actions: "[{name: release, at: surge + 30s, exec: {command: []}}]"),
        [
          "p.yaml:8:60: actions[0].exec.command: no program is named; write it as in command: [helm, upgrade, web, ./chart]"
        ]
      ),
      (
        profile(actions: "[{name: release, at: surge + 30s, exec: {command: [a]}, cleanup: true}]"),
        [
          "p.yaml:8:75: actions[0].cleanup: nobody knows what the program changes; name the Helm release: release: NAME"
        ]
      ),
      (
        profile(
          actions: "[{name: release, at: surge + 30s, rollout: {restart: true}}, "
            + "{name: undo, at: release.end + 5s, rollout: {restart: true}}]"),
        [
          "p.yaml:8:88: actions[1].at: an action begins at a moment of the load, and release is an action; write a moment at "
            + "which release is over, as in at: \"calm + 30s\", or what it brings about, as in when: \"ready >= 8\""
        ]
      ),
      (
        profile(actions: "[{name: release, at: surg + 30s, rollout: {restart: true}}]"),
        [
          "p.yaml:8:31: actions[0].at: there is no phase or action \"surg\"; did you mean \"surge\"?"
        ]
      ),
      (
        profile(actions: "[{name: release, at: surge + 90s, rollout: {restart: true}}]"),
        [
          "p.yaml:8:31: actions[0].at: the action would begin 2m30s after the start, but the run ends at 2m; let it begin earlier, or make a phase longer"
        ]
      ),
      (
        profile(expectations: "[{name: e, scaleUp: {after: surge.start, to: \"8 pods\", within: 90s}}]"),
        [
          "p.yaml:9:60: expectations[0].scaleUp.to: \"8 pods\" is not a count: write a whole number or a comparison, as in 3 or \">= 8\""
        ]
      ),
      (
        profile(expectations: "[{name: e, latency: {during: surge, percentile: 99, belov: 1s}}]"),
        [
          "p.yaml:9:67: expectations[0].latency: unknown key \"belov\"; did you mean \"below\"?"
        ]
      ),
      (
        profile(expectations: "[{name: e, errorBudget: {during: relase, objective: 99.9%}}]"),
        [
          "p.yaml:9:48: expectations[0].errorBudget.during: there is no phase or action \"relase\"; did you mean \"release\"?"
        ]
      ),
      (
        profile(expectations: "[{name: e, errorBudget: {during: surge, objective: 100%, confidence: 95%}}]"),
        [
          "p.yaml:9:84: expectations[0].errorBudget.confidence: no number of requests shows with any confidence that 100% succeed; leave confidence out to allow no failure at all, or write an objective below 100%, as in 99.99%"
        ]
      ),
      (
        profile(expectations: "[{name: e, scaleDown: {after: surge.start, notBefore: 285s}}]"),
        [
          "p.yaml:9:69: expectations[0].scaleDown.notBefore: 4m45s can never be seen to pass: the run ends 1m later; make the last phase longer, or write at most 1m"
        ]
      ),
      (
        profile(expectations: "[{name: e, rolloutCompletes: {action: relaese, within: 90s}}]"),
        [
          "p.yaml:9:53: expectations[0].rolloutCompletes.action: there is no action \"relaese\"; did you mean \"release\"?"
        ]
      ),
      (
        "a: 1\n\tb: 2",
        [
          "p.yaml:2:1: this is not YAML: found a tab character that violates indentation while scanning a plain scalar that began in line 1; indent with spaces, not with tabs"
        ]
      ),
      (
        "a: 1\nb: 2\na: 3",
        [
          "p.yaml:1:1: the key \"a\" stands more than once in one mapping; keep one of them"
        ]
      ),
      ("", ["p.yaml: the profile is empty; see Profiles/README.md for the format"]),
      (
        "[1]",
        [
          "p.yaml:1:1: this should be a mapping with the keys apiVersion, kind, metadata, target, cluster, requests, data, load, actions, abortOn, expectations, incident, not a list"
        ]
      ),
    ])
  func texts(text: String, expected: [String]) {
    #expect(Self.problems(text) == expected)
  }

  @Test("All problems are told at once, in the order of the text")
  func allAtOnce() {
    let text = Self.profile(
      target: "{url: ftp://a}", load: "{phases: [{name: surge, for: 60s, rate: fast}]}",
      expectations: "[{name: e, scaleUp: {}}]")

    let lines = Self.problems(text).compactMap { $0.split(separator: ":").dropFirst().first }

    #expect(lines == ["4", "7", "9", "9", "9"])
  }

  @Test(
    "A changed field is named by the option that changed it",
    arguments: [
      (
        "load.phases.surge.rate=fast",
        [
          "--set load.phases.surge.rate: load.phases[1].rate: \"fast\" is not a rate: write a number and a unit, as in 200/s, 12000/min or 3/h"
        ]
      ),
      (
        "load.phases.sürge.rate=1/s",
        [
          "--set load.phases.sürge.rate: no entry of the list is named \"sürge\"; did you mean \"surge\"?"
        ]
      ),
      (
        "load.phases[7].rate=1/s",
        [
          "--set load.phases[7].rate: the list has 2 entries, and [7] is not among them; indices run from 0 to 1"
        ]
      ),
      ("load.sead=7", ["--set load.sead: load: unknown key \"sead\"; did you mean \"seed\"?"]),
      ("load.seed", ["--set load.seed: there is no =; write --set load.phases.surge.rate=2000/s"]),
    ])
  func overrides(set: String, expected: [String]) {
    #expect(Self.problems(Self.profile(), overrides: [set]) == expected)
  }

  @Test(
    "A mistake in what bears a name hides no wrong name elsewhere, and makes no right one wrong",
    arguments: [
      ProfileText(load: "{phases: [{name: calm, for: 60s, rate: 10/s}, {name: surge, for: 60, rate: 90/s}]}"),
      ProfileText(load: "{phases: [{name: calm, for: 60s, rate: 10}, {name: surge, for: 60s, rate: 90/s}]}"),
      ProfileText(
        load:
          "{streams: [{name: a, requests: [home], phases: [{name: calm, for: 60, rate: 9/s}, {name: surge, for: 9s, rate: 9/s}]}]}"
      ),
      ProfileText(requests: "[{name: home, path: nowhere}]"),
      ProfileText(actions: "[{name: release, at: surge + 3x, rollout: {restart: true}}]"),
      ProfileText(cluster: "{workloads: {web: {workload: pod/web}}}"),
      ProfileText(data: "{users: {file: users.csv, order: sideways}}"),
    ])
  func namesOfMistaken(_ profile: ProfileText) {
    var profile = profile
    if profile.data != nil { profile.requests = "[{name: home, path: \"/{{csv users.name}}\"}]" }
    profile.actions = profile.actions ?? "[{name: release, at: surge + 3s, rollout: {restart: true}}]"
    let right = [
      "{name: a, errorBudget: {during: surge, objective: 90%, route: home}}",
      "{name: b, availabilityFloor: {during: release}}",
    ]
    profile.expectations = "[\(right.joined(separator: ", "))]"
    let one = profile.problems()
    let wrong = ["{name: c, errorBudget: {during: surg, objective: 90%, route: hom}}"]
    profile.expectations = "[\((right + wrong).joined(separator: ", "))]"

    let more = profile.problems().filter { !one.contains($0) }

    #expect(one.count == 1, "\(one)")
    #expect(more.count == 2 && more.allSatisfy { $0.contains("did you mean") }, "\(more)")
  }

  @Test("Aliases that stand for a great many values are refused")
  func aliases() {
    var text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
    for level in 1...9 {
      let list = Array(repeating: "*a\(level - 1)", count: 10).joined(separator: ", ")
      text += "a\(level): &a\(level) [\(list)]\n"
    }

    let problems = Self.problems(text)

    #expect(problems.count == 1)
    #expect(problems[0].contains("more than 200000 values once its aliases are filled in"), "\(problems)")
  }
}
