import Profiles
import Testing

/// A key that is misspelt is one mistake, so it is told once: not again as something that is missing.
@Suite("A misspelt key")
struct MisspeltKeyTests {
  /// A profile with what is written for some of its parts.
  private static func profile(_ parts: [String: String]) -> String {
    let standard = [
      ("target", "{url: \"http://web.example.com\"}"), ("cluster", "{workload: deployment/web}"),
      ("requests", "[{name: home, path: /}]"),
      ("load", "{phases: [{name: calm, for: 60s, rate: 10/s}, {name: surge, for: 60s, rate: 90/s}]}"),
    ]
    var lines = ["apiVersion: scaleproof/v1", "kind: Profile", "metadata: {name: test}"]
    let replaced = Set(parts.keys.map { $0.split(separator: "<").last.map(String.init) ?? $0 })
    lines += standard.filter { !replaced.contains($0.0) }.map { "\($0.0): \($0.1)" }
    lines += parts.sorted { $0.key < $1.key }.map { "\($0.key.split(separator: "<")[0]): \($0.value)" }
    return lines.joined(separator: "\n")
  }

  private static func simulated(_ text: String) -> String {
    "{workload: deployment/web, simulated: {manifests: web.yaml, \(text)}}"
  }

  private static func phase(_ text: String) -> String { "{phases: [{name: surge, for: 60s, \(text)}]}" }

  private static func expectation(_ text: String) -> String { "[{name: e, \(text)}]" }

  /// Parts of a profile, `wrong<right` for one whose own key is misspelt; the key that is wrong, and the one that is meant.
  static let cases: [([String: String], wrong: String, right: String)] = [
    (["cluster": simulated("faults: [{at: 10s, metricStale: true}]")], "metricStale", "metricsStale"),
    (["cluster": simulated("faults: [{att: 10s, metricsStale: true}]")], "att", "at"),
    (["cluster": simulated("faults: [{at: 10s, write: {creat: {kind: Pod}}}]")], "creat", "create"),
    (
      ["cluster": simulated("faults: [{at: 10s, write: {pach: deployment/web, fields: {spec: {}}}}]")], "pach",
      "patch"
    ),
    (
      ["cluster": simulated("faults: [{at: 10s, write: {patch: deployment/web, field: {spec: {}}}}]")], "field",
      "fields"
    ),
    (["cluster": simulated("faults: [{whn: ready > 3, metricsStale: true}]")], "whn", "when"),
    (["cluster": simulated("faults: [{at: 10s, apiErrors: {staus: 429}}]")], "staus", "status"),
    (["cluster": simulated("faults: [{at: 10s, for: 9s, watchesDropped: {evry: 3s}}]")], "evry", "every"),
    (["cluster": simulated("faults: [{at: 10s, application: {faling: 5%}}]")], "faling", "failing"),
    (["cluster": simulated("metrics: {queue: {corse: {0s: 1}}}")], "corse", "course"),
    (["cluster": simulated("metrics: {queue: {backlog: {arivals: {0s: 1}, perPod: 2}}}")], "arivals", "arrivals"),
    (["cluster": simulated("nodes: {max: 5, cpus: 4}")], "cpus", "cpu"),
    (["cluster": "{workload: deployment/web, simulated: {manifest: web.yaml}}"], "manifest", "manifests"),
    (["cluster": "{worklod: deployment/web}"], "worklod", "workload"),
    (["cluster": "{worklads: {api: {workload: deployment/api}}}"], "worklads", "workloads"),
    (["load": phase("rat: 10/s")], "rat", "rate"),
    (["load": phase("from: 1/s, too: 9/s")], "too", "to"),
    (["load": phase("user: 10")], "user", "users"),
    (["load": "{phase: [{name: surge, for: 60s, rate: 1/s}]}"], "phase", "phases"),
    (["load": "{streems: [{name: a, requests: home, phases: []}]}"], "streems", "streams"),
    (["requests": "[{name: home, path: /, body: {jsn: {}}}]"], "jsn", "json"),
    (["requests": "[{name: home, path: /, auth: {baerer: x}}]"], "baerer", "bearer"),
    (["requests": "[{name: home, path: /, auth: {basic: {user: me, pasword: x}}}]"], "pasword", "password"),
    (["requests": "[{nam: home, path: /}]"], "nam", "name"),
    (
      ["target": "{url: \"https://a.example.com\", tls: {clientKey: k, clientCertificat: c}}"], "clientCertificat",
      "clientCertificate"
    ),
    (["actions": "[{name: release, at: surge, rollot: {restart: true}}]"], "rollot", "rollout"),
    (["actions": "[{name: release, at: surge, rollout: {retart: true}}]"], "retart", "restart"),
    (["actions": "[{name: release, at: surge, repeat: 3, evry: 2s, rollout: {restart: true}}]"], "evry", "every"),
    (["actions": "[{name: release, at: surge, repet: 3, every: 2s, rollout: {restart: true}}]"], "repet", "repeat"),
    (["actions": "[{name: ease, at: surge, wait: {untl: ready >= 3, within: 1m}}]"], "untl", "until"),
    (["actions": "[{name: ease, at: surge, wait: {until: ready >= 3, withn: 1m}}]"], "withn", "within"),
    (["actions": "[{name: release, at: surge, aply: web.yaml}]"], "aply", "apply"),
    (["actions": "[{name: release, at: surge, apply: {manifest: web.yaml}}]"], "manifest", "manifests"),
    (["actions": "[{name: release, at: surge, exec: {comand: [a]}}]"], "comand", "command"),
    (["abortOn": "[{over: 30s, eroRatio: \"> 20%\"}]"], "eroRatio", "errorRatio"),
    (["abortOn": "[{over: 30s, latency: {percentil: 99, above: 1s}}]"], "percentil", "percentile"),
    (["expectations": expectation("scalUp: {after: surge.start, to: 8, within: 60s}")], "scalUp", "scaleUp"),
    (["expectations": expectation("latency: {during: surge, percentile: 99, belov: 1s}")], "belov", "below"),
    (["expectations": expectation("scaleDown: {after: surge.start, to: 3, withn: 9s}")], "withn", "within"),
    (["expectations": expectation("scaleDown: {after: surge.start, notBefor: 9s}")], "notBefor", "notBefore"),
    (
      [
        "cluser<cluster": "{workload: deployment/web}",
        "actions": "[{name: release, at: surge, rollout: {restart: true}}]",
        "expectations": expectation("hpaConformance: {}"),
      ], "cluser", "cluster"
    ),
    (
      [
        "action<actions": "[{name: release, at: surge, rollout: {restart: true}}]",
        "expectations": expectation("errorBudget: {during: release, objective: 99%}"),
      ], "action", "actions"
    ),
    (
      [
        "action<actions": "[{name: release, at: surge, rollout: {restart: true}}]",
        "expectations": expectation("rolloutCompletes: {action: release, within: 60s}"),
      ], "action", "actions"
    ),
    (
      [
        "expectation<expectations": expectation("hpaConformance: {}"),
        "incident": "{seen: x, verdicts: {e: fail}, fix: {because: y, set: [a=b]}}",
      ], "expectation", "expectations"
    ),
    (
      ["dat<data": "{skus: {file: skus.csv}}", "requests": "[{name: home, path: \"/{{csv skus.sku}}\"}]"], "dat", "data"
    ),
    (["metadata": "{nam: test}"], "nam", "name"),
  ]

  @Test("is told once, with the key that is meant", arguments: cases.indices)
  func once(index: Int) {
    let (parts, wrong, right) = Self.cases[index]
    var text = Self.profile(parts)
    if parts["metadata"] != nil { text = text.replacing("metadata: {name: test}\n", with: "") }
    do {
      _ = try ProfileReader.read(text: text, source: "p.yaml")
      Issue.record("nothing was told: \(text)")
    } catch {
      let problems = error.problems.map(\.description)
      #expect(problems.count == 1, "\(problems)")
      #expect(problems.first?.hasSuffix("unknown key \"\(wrong)\"; did you mean \"\(right)\"?") == true, "\(problems)")
    }
  }

  @Test("does not hide what is missing beside it")
  func beside() {
    let text = Self.profile(["cluster": Self.simulated("faults: [{att: 10s}]")])
    #expect(throws: ProfileProblems.self) { try ProfileReader.read(text: text, source: "p.yaml") }
    do {
      _ = try ProfileReader.read(text: text, source: "p.yaml")
    } catch {
      let problems = error.problems.map(\.description)
      #expect(problems.count == 2 && problems[0].contains("it is not said what goes wrong"), "\(problems)")
    }
  }
}
