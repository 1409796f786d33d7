import KubernetesObjects
import Profiles
import Testing

@Suite("Several workloads in one profile")
struct SeveralWorkloadsTests {
  private static let two = "{workloads: {api: {workload: deployment/api, hpa: api}, web: {workload: statefulset/web}}}"

  private static func text(
    cluster: String = two, actions: String? = nil, expectations: String? = nil
  ) -> ProfileText {
    var text = ProfileText()
    text.cluster = cluster
    text.actions = actions
    text.expectations = expectations
    return text
  }

  @Test("are read in their order, and actions and expectations say which one they are about")
  func reading() throws {
    let profile = try Self.text(
      actions: "[{name: release, of: web, at: surge + 10s, rollout: {restart: true}}]",
      expectations: """
        [{name: a, of: api, hpaConformance: {}}, {name: b, rolloutCompletes: {action: release, within: 2m}},
         {name: c, latency: {during: surge, percentile: 99, below: 250ms}}]
        """
    ).profile()

    let workloads = try #require(profile.cluster?.workloads)
    #expect(
      workloads.all == [
        WatchedWorkload(name: "api", WorkloadReference(.deployment, "api"), autoscaler: "api"),
        WatchedWorkload(name: "web", WorkloadReference(.statefulSet, "web")),
      ])
    #expect(profile.actions.map(\.workload) == ["web"])
    #expect(profile.expectations.map(\.workload) == ["api", "web", nil])
    #expect(profile.expectations[1].sentence.hasPrefix("web: "))
  }

  @Test("one alone may have a name, which need not be said again")
  func named() throws {
    let profile = try Self.text(
      cluster: "{workloads: {api: {workload: deployment/api}}}",
      actions: "[{name: release, at: surge + 10s, rollout: {restart: true}}]",
      expectations: "[{name: a, steadyReplicas: {during: calm, count: 3}}, {name: b, of: api, hpaConformance: {}}]"
    ).profile()

    #expect(profile.actions.map(\.workload) == ["api"])
    #expect(profile.expectations.map(\.workload) == ["api", "api"])
  }

  @Test(
    "what is wrong with their names is said with place and hint",
    arguments: [
      (
        two, nil, "[{name: a, hpaConformance: {}}]",
        "p.yaml:8:16: expectations[0]: the profile watches several workloads, and nothing says of which hpaConformance is; "
          + "add of: with one of api, web"
      ),
      (
        two, "[{name: r, at: surge + 9s, rollout: {restart: true}}]", nil,
        "p.yaml:8:11: actions[0]: the profile watches several workloads, and nothing says of which the action is; add of: "
          + "with one of api, web"
      ),
      (
        two, nil, "[{name: a, latency: {during: scaleUp, percentile: 99, below: 9ms}}]",
        "p.yaml:8:16: expectations[0]: the profile watches several workloads, and nothing says of which latency is; add of: "
          + "with one of api, web"
      ),
      (
        two, nil, "[{name: a, of: apo, hpaConformance: {}}]",
        "p.yaml:8:30: expectations[0].of: there is no workload named \"apo\"; did you mean \"api\"?"
      ),
      (
        two, nil, "[{name: a, of: api, latency: {during: surge, percentile: 99, below: 9ms}}]",
        "p.yaml:8:30: expectations[0].of: requests are not told apart by the workload that answers them; leave of out of "
          + "latency"
      ),
      (
        "{workload: deployment/web}", nil, "[{name: a, of: web, hpaConformance: {}}]",
        "p.yaml:8:30: expectations[0].of: the profile names no workloads; leave of out: there is only one workload that "
          + "can be meant"
      ),
      (
        two, "[{name: r, of: web, at: surge + 9s, rollout: {restart: true}}]",
        "[{name: a, of: api, rolloutCompletes: {action: r, within: 2m}}]",
        "p.yaml:9:30: expectations[0].of: the action r is one of web, and not of api; leave of out: the action tells the "
          + "workload"
      ),
      (
        "{workload: deployment/web, workloads: {api: {workload: deployment/api}}}", nil, nil,
        "p.yaml:5:21: cluster.workload: workloads names the workloads already; write it into the entry of a workload, as "
          + "in workloads: {api: {workload: deployment/api, hpa: api}}"
      ),
      (
        "{workloads: {}}", nil, nil,
        "p.yaml:5:22: cluster.workloads: no workload is named; write them as in workloads: {api: {workload: "
          + "deployment/api, hpa: api}}"
      ),
      (
        "{workloads: {a: {workload: deployment/x}, b: {workload: deployment/x}}}", nil, nil,
        "p.yaml:5:55: cluster.workloads.b: deployment/x is a already; name each workload once"
      ),
      (
        "{workloads: {a: {workload: deployment/x, hpa: h}, b: {workload: deployment/y, hpa: h}}}", nil, nil,
        "p.yaml:5:63: cluster.workloads.b: hpa h is that of a already; an autoscaler scales one workload"
      ),
      (
        "{workloads: {a: {hpa: h}}}", nil, nil,
        "p.yaml:5:26: cluster.workloads.a: the key \"workload\" is missing; write it as in workload: deployment/a"
      ),
      (
        "{workloads: {\"a b\": {workload: deployment/x}}}", nil, nil,
        "p.yaml:5:30: cluster.workloads.a b: \"a b\" is not a name; write letters, digits, - and _"
      ),
    ] as [(String, String?, String?, String)])
  func mistakes(cluster: String, actions: String?, expectations: String?, problem: String) {
    #expect(Self.text(cluster: cluster, actions: actions, expectations: expectations).problems() == [problem])
  }
}
