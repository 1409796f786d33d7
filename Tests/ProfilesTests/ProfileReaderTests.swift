import Arrivals
import KubernetesObjects
import Profiles
import Testing
import Units

@Suite("A profile is read")
struct ProfileReaderTests {
  private static let everything = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: everything}
    target:
      url: https://api.example.com:8443
      connectTo: 127.0.0.1:8443
      http: "2"
      tls: {verify: false, ca: ca.pem, clientCertificate: c.pem, clientKey: k.pem, serverName: other.example}
      timeouts: {connect: 2s, request: 10s}
      connections: {maxInFlight: 50, maxLateness: 250ms}
      servedBy: {pod: X-Pod, version: X-Version}
    cluster:
      simulated:
        manifests: [a.yaml, folder]
        timeScale: 20
        workload: {cpuPerRequest: 2ms, serviceTime: 7ms, imagePull: 3s, containerStart: 4s, endpointDelay: 5s,
          keepsServing: 100ms, metricsResolution: 30s, metricsWindow: 60s}
      namespace: production
      workload: deployment/web
      hpa: web
    requests:
      - {name: list, weight: 8, path: "/items?page={{int 1 50}}", headers: {X-Id: "{{uuid}}-{{seq}}"}, expect: {status: [200, "3xx"]}}
      - {name: order, method: POST, path: /orders, body: {json: {sku: "a\\"{{seq}}", count: 3, gift: true}}}
    load:
      arrivals: poisson
      seed: 7
      workers: 2
      phases: [{name: ramp, for: 30s, from: 0/s, to: 600/min}, {name: steady, for: 1m, rate: 10/s}]
    actions:
      - {name: release, at: ramp.end + 5s, rollout: {setImage: {web: "r/web:v2"}}}
    expectations:
      - {name: a, scaleUp: {after: steady + 1s, to: "> 3", of: available, within: 30s}}
      - {name: b, scaleDown: {after: release.end, to: 3, of: current, within: 30s, notBefore: 10s}}
      - {name: c, latency: {during: run, percentile: 99.9, below: 1s, from: send, route: list}}
      - {name: d, errorBudget: {during: release, objective: 99.5%, confidence: 95%}}
      - {name: e, throughput: {during: steady, atLeast: 9/s}}
    """

  @Test("with everything that can be written")
  func everything() throws {
    let profile = try ProfileReader.read(text: Self.everything, source: "p.yaml")

    #expect(profile.target.http == .http2)
    #expect(profile.target.tls.verify == false)
    #expect(profile.target.requestTimeout == .seconds(10))
    #expect(profile.target.connections.maxLateness == .milliseconds(250))
    guard case .simulated(let simulation) = profile.cluster?.kind else {
      Issue.record("not simulated")
      return
    }
    #expect(simulation.manifests == ["a.yaml", "folder"])
    #expect(simulation.timeScale == 20)
    #expect(simulation.metricsWindow == .seconds(60))
    #expect(profile.requests[0].path.pieces == [.literal("/items?page="), .integer(1...50)])
    #expect(profile.requests[0].headers[0].value.pieces == [.uuid, .literal("-"), .sequence])
    #expect(profile.requests[0].expectedStatuses == [200...200, 300...399])
    #expect(
      profile.requests[1].body?.pieces
        == [.literal(#"{"sku":"a\""#), .sequence, .literal(#"","count":3,"gift":true}"#)])
    #expect(profile.requests[1].headers.map(\.name) == ["Content-Type"])
    #expect(profile.load.schedule(ofStream: 0)?.expectedCount == 750)
    #expect(profile.load.schedule(ofStream: 0)?.process == .poisson(seed: 7))
    #expect(profile.actions[0].at == Moment(.phaseEnd("ramp"), offset: .seconds(5)))
    #expect(profile.actions[0].kind == .setImage(["web": "r/web:v2"]))
    #expect(profile.expectations.map(\.line) == [32, 33, 34, 35, 36])
  }

  @Test("with the defaults of the guide")
  func defaults() throws {
    let text = """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: least}
      target: {url: "http://localhost:8080/"}
      cluster: {simulated: manifests, workload: deployment/web}
      requests: [{name: home, path: /}]
      load: {phases: [{name: steady, for: 1m, rate: 10/s}]}
      """

    let profile = try ProfileReader.read(text: text, source: "p.yaml")

    #expect(profile.target.url == "http://localhost:8080")
    #expect(profile.target.connectTimeout == .seconds(5))
    #expect(profile.target.requestTimeout == .seconds(30))
    #expect(profile.target.connections.maxInFlight == 1000)
    #expect(profile.target.connections.maxLateness == .seconds(1))
    #expect(profile.requests[0].expectedStatuses == [200...399])
    #expect(profile.load.schedule(ofStream: 0)?.process == .uniform)
    #expect(profile.cluster?.kind == .simulated(Simulation(manifests: ["manifests"])))
  }

  @Test("after a field was changed, and the new text yields the same profile")
  func override() throws {
    var document = try ProfileDocument(text: Self.everything, source: "p.yaml")

    try document.apply(set: "load.phases.steady.rate=20/s")
    try document.apply(set: "target.servedBy.pod=X-Instance")
    let again = try ProfileReader.read(text: document.text, source: "p.yaml")

    #expect(again.load.plannedPhases[1].startRate == (try Rate(text: "20/s")))
    #expect(again.target.podHeader == "X-Instance")
    #expect(again.requests.map(\.path.pieces) == (try document.profile()).requests.map(\.path.pieces))
  }

  @Test("and written for the recording without its secrets")
  func redaction() throws {
    let text = """
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: secrets}
      target: {url: "http://localhost"}
      requests:
        - name: home
          path: /?api_key=s3cr3t-path&page=2
          headers: {Authorization: Bearer s3cr3t-header, X-Session-Token: s3cr3t-token, Cookie: "{{env COOKIE}}", Accept: text/html}
          body: {json: {password: s3cr3t-body, user: me}}
      load: {phases: [{name: steady, for: 1m, rate: 10/s}]}
      """

    let redacted = try ProfileDocument(text: text, source: "p.yaml").redactedText

    #expect(!redacted.contains("s3cr3t"), "\(redacted)")
    #expect(redacted.contains("{{env COOKIE}}") && redacted.contains("text/html") && redacted.contains("page=2"))
    #expect(throws: Never.self) { try ProfileReader.read(text: redacted, source: "p.yaml") }
  }

  @Test("and kept as it was written when it has no secret")
  func nothingToRedact() throws {
    #expect(try ProfileDocument(text: Self.everything, source: "p.yaml").redactedText == Self.everything)
  }
}

@Suite("Manifests")
struct ManifestTests {
  private static let text = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {replicas: 3, template: {spec: {containers: [{name: app, image: "a:v1"}]}}}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec: {minReplicas: 3, maxReplicas: 10}
    """

  @Test("are read document by document with their lines")
  func documents() throws {
    let manifests = try ManifestReader.read(text: Self.text, source: "m.yaml")

    #expect(manifests.map(\.source) == ["m.yaml:1", "m.yaml:6"])
    #expect(manifests[0].node["spec", "replicas"] == 3)
  }

  @Test("that are no objects are refused with their line")
  func refused() throws {
    let problems = #expect(throws: ProfileProblems.self) {
      try ManifestReader.read(text: "kind: Service\nmetadata: {}\n", source: "m.yaml")
    }

    #expect(
      problems?.problems.map(\.description) == [
        "m.yaml:1:1: the key \"apiVersion\" is missing; every object of Kubernetes has apiVersion, kind and metadata",
        "m.yaml:1:1: the key \"metadata.name\" is missing; write it as in metadata: {name: my-app}",
      ])
  }

  @Test(
    "are changed by path",
    arguments: [
      ("manifests.hpa.spec.maxReplicas=4", 1, "maxReplicas"),
      ("manifests.HPA/web.spec.maxReplicas=4", 1, "maxReplicas"),
      ("manifests.deployment.spec.replicas=4", 0, "replicas"),
      ("manifests.deploy.spec.minReadySeconds=4", 0, "minReadySeconds"),
    ])
  func changed(set: String, index: Int, field: String) throws {
    var manifests = try ManifestReader.read(text: Self.text, source: "m.yaml")

    try ManifestOverride(set).apply(to: &manifests)

    #expect(manifests[index].node["spec", field] == 4)
  }

  @Test("are changed inside a list by name")
  func changedByName() throws {
    var manifests = try ManifestReader.read(text: Self.text, source: "m.yaml")

    try ManifestOverride("manifests.deployment.spec.template.spec.containers.app.image=a:v2").apply(to: &manifests)

    #expect(manifests[0].node["spec", "template", "spec", "containers"]?[0]?["image"] == "a:v2")
  }

  @Test(
    "are not changed by a path that leads nowhere",
    arguments: [
      (
        "manifests.hpa.spec.maxReplica=4",
        "--set manifests.hpa.spec.maxReplica: HorizontalPodAutoscaler.spec has no \"maxReplica\"; did you mean \"maxReplicas\"?"
      ),
      (
        "manifests.pod.spec.x=4",
        "--set manifests.pod.spec.x: \"pod\" is not a kind of object that can be changed; what is known: configmap, deployment, horizontalpodautoscaler, ingress, poddisruptionbudget, resourcequota, service, statefulset, hpa"
      ),
      ("manifests.service.spec.type=x", "--set manifests.service.spec.type: the manifests have no Service"),
      (
        "manifests.hpa/wev.spec.maxReplicas=4",
        "--set manifests.hpa/wev.spec.maxReplicas: the manifests have no HorizontalPodAutoscaler named \"wev\"; did you mean \"web\"?"
      ),
    ])
  func refusedPath(set: String, text: String) throws {
    var manifests = try ManifestReader.read(text: Self.text, source: "m.yaml")

    let problem = #expect(throws: ProfileProblem.self) { try ManifestOverride(set).apply(to: &manifests) }

    #expect(problem?.description == text)
  }
}

extension RequestRoute.Body {
  /// The pieces of a body that is a template.
  fileprivate var pieces: [Template.Piece]? {
    if case .template(let template) = self { template.pieces } else { nil }
  }
}
