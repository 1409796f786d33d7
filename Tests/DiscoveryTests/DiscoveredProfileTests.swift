import Foundation
import KubernetesObjects
import Profiles
import Testing
import Units

@testable import Discovery

@Suite("The profile for what was found")
struct DiscoveredProfileTests {
  private static let figures: ProbeFigures = {
    var figures = ProbeFigures(
      answers: ProbeFigures.Answers(rate: 80, requests: 2000, failed: 0, length: 60, median: 0.01, high: 0.02),
      cost: ProbeFigures.Cost(best: 2, bounds: 1.96...2.04), costSource: "measured")
    figures.idle = 4
    figures.metricsWindow = 15
    figures.metricsResolution = 15
    return figures
  }()

  private static func profile(
    _ objects: [JSONValue], figures: ProbeFigures = figures, version: String = "v1.36.2"
  ) throws -> (text: String, profile: Profile, omissions: [String]) {
    let target = try TargetSearch(objects, namespace: "shop").find(.workload(WorkloadReference(.deployment, "web")))
    let request = ProfileRequest(
      name: "web", day: "2026-01-01", url: "http://web.example.com", path: "/", place: .context("staging"),
      serverVersion: version)
    let written = DiscoveredProfile(request, target: target, figures: figures)
    return (written.text, try ProfileReader.read(text: written.text, source: "web.yaml"), written.omissions)
  }

  private static func usual(
    deployment: JSONValue = Objects.deployment("web"), autoscaler: JSONValue = Objects.autoscaler("web", of: "web")
  ) -> [JSONValue] {
    [deployment, Objects.usual[1], Objects.usual[2], autoscaler]
  }

  @Test("tells the arithmetic of each rate, and sends no more than the maximum can take")
  func arithmetic() throws {
    let (text, profile, omissions) = try Self.profile(Self.usual())

    #expect(omissions.isEmpty)
    #expect(text.contains("30/s x 2 ms CPU + 4m idle = 64m = 0.914 pods at their target of 70m"), "\(text)")
    #expect(text.contains("it rests at 4 alone"), "\(text)")
    let peak = profile.load.plannedPhases.map(\.startRate.perSecond).max() ?? 0
    #expect(peak * 2.04 <= 8 * 70)
    // Four pods, and not three, whatever the cost within what was measured.
    #expect(peak * 1.96 + 4 > 1.1 * 3 * 70 && peak * 2.04 + 8 <= 4 * 70)
  }

  @Test(
    "expects nothing of counts that it cannot know, and says why",
    arguments: [
      ("without a cost", Objects.usual, ProbeFigures(costSource: "nobody knows"), "nobody knows"),
      (
        "with custom metrics",
        usual(
          autoscaler: Objects.autoscaler(
            "web", of: "web",
            metrics: [
              [
                "type": "Pods",
                "pods": ["metric": ["name": "rps"], "target": ["type": "AverageValue", "averageValue": "10"]],
              ]
            ])), figures, "goes by pods metric rps"
      ),
      (
        "without a request", usual(deployment: Objects.deployment("web", request: nil, limit: nil)), figures,
        "a request that not every container has"
      ),
      ("at one count", usual(autoscaler: Objects.autoscaler("web", of: "web", min: 2, max: 2)), figures, "are both 2"),
      ("without an autoscaler", Array(Objects.usual.prefix(3)), figures, "no HorizontalPodAutoscaler scales"),
    ] as [(String, [JSONValue], ProbeFigures, String)])
  func unknown(name: String, objects: [JSONValue], figures: ProbeFigures, why: String) throws {
    let (text, _, omissions) = try Self.profile(objects, figures: figures)

    #expect(omissions.first?.hasPrefix("No scaling is tested: ") == true && omissions[0].contains(why), "\(omissions)")
    #expect(!text.contains("scaleUp: {") && !text.contains("scaleDown: {"), "\(text)")
    #expect(text.contains("# Left out  No scaling is tested"))
  }

  @Test("leaves the surge out where pods would be saturated before the autoscaler surely acts")
  func saturated() throws {
    let (text, _, omissions) = try Self.profile(
      Self.usual(
        deployment: Objects.deployment("web", request: "100m", limit: "100m"),
        autoscaler: Objects.autoscaler("web", of: "web", metrics: [Objects.cpu(90)])))
    #expect(omissions.contains { $0.contains("they would fail first") }, "\(omissions)")
    #expect(!text.contains("name: surge"))
  }

  @Test("takes a pod to be full when the first of its containers is, whatever a sidecar may use")
  func sidecar() throws {
    var deployment = Objects.deployment("web")
    func container(_ name: String, _ request: String, _ limit: String) -> JSONValue {
      ["name": .string(name), "resources": ["requests": ["cpu": .string(request)], "limits": ["cpu": .string(limit)]]]
    }
    var spec = try #require(deployment["spec"])
    var template = try #require(spec["template"])
    template["spec"] = ["containers": [container("app", "100m", "150m"), container("proxy", "100m", "2")]]
    spec["template"] = template
    deployment["spec"] = spec
    let (text, _, _) = try Self.profile(Self.usual(deployment: deployment))
    #expect(text.contains("70 % of 200m = 140m a pod, which may use 300m (its limit)"), "\(text)")
  }

  @Test("expects no way back where memory, or another metric, may hold the count")
  func held() throws {
    let memory = Objects.autoscaler(
      "web", of: "web", metrics: [Objects.cpu(70), Objects.resource("memory", 80)],
      status: [
        "currentMetrics": [
          [
            "type": "Resource",
            "resource": ["name": "memory", "current": ["averageUtilization": 75, "averageValue": "1"]],
          ]
        ]
      ])
    let (text, _, omissions) = try Self.profile(Self.usual(autoscaler: memory))
    #expect(text.contains("scaleUp: {") && !text.contains("back to the floor"), "\(text)")
    #expect(omissions.contains { $0.contains("memory is at 94 % of its target") }, "\(omissions)")
  }

  @Test("takes what behavior disables as it is")
  func disabled() throws {
    let down = try Self.profile(
      Self.usual(
        autoscaler: Objects.autoscaler("web", of: "web", behavior: ["scaleDown": ["selectPolicy": "Disabled"]])))
    #expect(down.text.contains("steadyReplicas: {during: settle, count: \">= 4\"}"), "\(down.text)")
    let up = try Self.profile(
      Self.usual(autoscaler: Objects.autoscaler("web", of: "web", behavior: ["scaleUp": ["selectPolicy": "Disabled"]])))
    #expect(up.omissions == ["No surge: behavior.scaleUp is Disabled."])
  }

  @Test(
    "tells expectations of the autoscaler how often pods are measured, where they would take it to be more often",
    arguments: [
      (15.0, "{}", "{during: settle}"), (30, "{}", "{during: settle}"),
      (60, "{metricResolution: 1m}", "{during: settle, metricResolution: 1m}"),
    ])
  func slowMetrics(resolution: Double, flags: String, settle: String) throws {
    var figures = Self.figures
    figures.metricsResolution = resolution
    let remembering = Objects.autoscaler("web", of: "web", behavior: ["scaleDown": ["stabilizationWindowSeconds": 60]])
    let whole = try Self.profile(Self.usual(autoscaler: remembering), figures: figures)
    #expect(whole.text.contains("hpaConformance: \(flags)}"), "\(whole.text)")
    #expect(whole.text.contains("withinCorridor: \(flags)}"), "\(whole.text)")
    let parts = try Self.profile(Self.usual(), figures: figures)
    #expect(parts.text.contains("withinCorridor: \(settle)}"), "\(parts.text)")
    figures.cost = nil
    let steady = try Self.profile(Self.usual(), figures: figures)
    #expect(steady.text.contains("hpaConformance: \(flags)}"), "\(steady.text)")
    #expect(steady.text.contains("withinCorridor: \(flags)}"), "\(steady.text)")
  }

  @Test("says that a level is the maximum")
  func maximum() throws {
    let (text, _, _) = try Self.profile(
      Self.usual(autoscaler: Objects.autoscaler("web", of: "web", min: 2, max: 3)))
    #expect(text.contains("3 is the maximum: a higher rate would ask for no more."), "\(text)")
  }

  @Test(
    "writes whatever text it is given so that it is read back as it was",
    arguments: [
      "/a:b", "/\"quoted\"", "/back\\slash", "/{brace}", "/?a=b&c=%23", "/true", "/a,b",
    ])
  func quoting(path: String) throws {
    let request = ProfileRequest(name: "web", day: "2026-01-01", url: "http://127.0.0.1:80", path: path)
    let written = DiscoveredProfile(request, target: nil, figures: Self.figures)
    #expect(
      try ProfileReader.read(text: written.text, source: "web.yaml").requests.first?.path.pieces == [.literal(path)])
  }

  @Test("has round rates within any bounds", arguments: 1...500)
  func rates(seed: Int) throws {
    // From a request in a quarter of an hour to ten thousand a second.
    let low = pow(10, Double(seed) / 500 * 7 - 3)
    let rate = try #require(RoundRate(between: low, and: low * 1.05))
    #expect((low...low * 1.05).contains(rate.perSecond))
    #expect(try (Rate(text: rate.text).perSecond / rate.perSecond - 1).magnitude < 1e-5, "\(rate)")
    var figures = Self.figures
    figures.cost = ProbeFigures.Cost(best: 100 / low, bounds: 99 / low...101 / low)
    let (text, profile, _) = try Self.profile(Self.usual(), figures: figures)
    #expect(!profile.load.plannedPhases.isEmpty, "\(text)")
  }
}
