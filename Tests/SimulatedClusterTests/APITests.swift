import KubernetesObjects
import SimulatedCluster
import Testing
import Units

@Suite("The Kubernetes API of the simulated cluster")
struct APITests {
  static let deployments = "/apis/apps/v1/namespaces/production/deployments"
  static let autoscaler = "/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers/aspnetcore-hpa"

  @Test("Fields that a manifest leaves out have the API server's defaults")
  func defaults() throws {
    var workload = try Workload()
    workload.deploymentObject["spec"]?["strategy"] = nil
    var cluster = try workload.settledCluster()
    let object = cluster.ask("GET", "\(Self.deployments)/aspnetcore-deployment").body
    #expect(object["spec", "strategy", "rollingUpdate", "maxSurge"] == "25%")
    #expect(object["spec", "revisionHistoryLimit"] == 10)
    #expect(object["spec", "progressDeadlineSeconds"] == 600)
    let container = object["spec", "template", "spec", "containers"]?[0]
    #expect(container?["readinessProbe", "failureThreshold"] == 3)
    #expect(container?["imagePullPolicy"] == "IfNotPresent")
    let hpa = cluster.ask("GET", Self.autoscaler).body
    #expect(hpa["spec", "behavior", "scaleDown", "selectPolicy"] == "Max")
  }

  @Test("An HPA with no room is refused with the causes that a real API server names")
  func invalid() throws {
    var cluster = try Workload().settledCluster()
    let (status, body) = cluster.ask(
      "PATCH", Self.autoscaler, type: "application/merge-patch+json", body: ["spec": ["maxReplicas": 0]])
    #expect(status == 422)
    #expect(
      body["message"]
        == "HorizontalPodAutoscaler.autoscaling \"aspnetcore-hpa\" is invalid: [spec.maxReplicas: Required value: must be set and greater than 0, spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`]"
    )
    #expect(body["details", "causes"]?.array?.count == 2)
  }

  @Test("An HPA with a metric type that nobody knows, or an impossible behavior, is refused field by field")
  func invalidAutoscaler() throws {
    var cluster = try Workload().settledCluster()
    func message(_ spec: JSONValue) -> JSONValue? {
      cluster.ask("PATCH", Self.autoscaler, type: "application/merge-patch+json", body: ["spec": spec]).body["message"]
    }
    let refused = "HorizontalPodAutoscaler.autoscaling \"aspnetcore-hpa\" is invalid: "

    #expect(
      message(["metrics": [["type": "Weather"]]])
        == .string(
          refused + "spec.metrics[0].type: Unsupported value: \"Weather\": supported values: "
            + "\"ContainerResource\", \"External\", \"Object\", \"Pods\", \"Resource\""))
    #expect(
      message(["behavior": ["scaleDown": ["stabilizationWindowSeconds": 3601]]])
        == .string(
          refused + "spec.behavior.scaleDown.stabilizationWindowSeconds: Invalid value: 3601: "
            + "must be less than or equal to 3600"))
  }

  @Test("What the cluster is told to refuse is refused, and a review of one's own access says so beforehand")
  func refusedAccess() throws {
    var cluster = try Workload().settledCluster()
    cluster.refusals = [AccessRefusal("patch", "deployments.apps"), AccessRefusal("watch", "pods")]
    func allows(_ verb: String, _ resource: String, group: String) -> JSONValue? {
      cluster.ask(
        "POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
        body: [
          "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
          "spec": [
            "resourceAttributes": [
              "verb": .string(verb), "resource": .string(resource), "group": .string(group), "namespace": "production",
            ]
          ],
        ]
      ).body["status", "allowed"]
    }

    #expect(allows("patch", "deployments", group: "apps") == false)
    #expect(allows("get", "deployments", group: "apps") == true)
    #expect(allows("watch", "pods", group: "") == false)
    let patch = cluster.ask(
      "PATCH", "\(Self.deployments)/aspnetcore-deployment", type: "application/merge-patch+json", body: [:])
    #expect(patch.status == 403)
    #expect(
      patch.body["message"]?.string
        == "deployments.apps \"aspnetcore-deployment\" is forbidden: User \"simulated\" cannot patch resource "
        + "\"deployments\" in API group \"apps\" in the namespace \"production\"")
    #expect(cluster.ask("GET", "\(Self.deployments)/aspnetcore-deployment").status == 200)
  }

  @Test("A missing object is 404, a stale version 409, an unknown path 404, an unknown kind of patch 415")
  func refusals() throws {
    var cluster = try Workload().settledCluster()
    let missing = cluster.ask("GET", "\(Self.deployments)/nothing-here")
    #expect(missing.status == 404)
    #expect(missing.body["message"] == "deployments.apps \"nothing-here\" not found")
    let stale = cluster.ask(
      "PATCH", "\(Self.deployments)/aspnetcore-deployment", type: "application/merge-patch+json",
      body: ["metadata": ["resourceVersion": "201", "labels": ["a": "b"]]])
    #expect(stale.status == 409 && stale.body["reason"] == "Conflict")
    #expect(cluster.ask("GET", "/apis/apps/v1/frobs").status == 404)
    #expect(cluster.ask("GET", "/nowhere").body["kind"] == "Status")
    let patched = cluster.ask(
      "PATCH", "\(Self.deployments)/aspnetcore-deployment", type: "application/other-patch+json", body: [:])
    #expect(patched.status == 415)
  }

  @Test("A pod that a client makes runs without a controller, and a quota refuses the next")
  func barePod() throws {
    func pod(_ name: JSONValue) -> JSONValue {
      [
        "apiVersion": "v1", "kind": "Pod", "metadata": ["name": name],
        "spec": ["containers": [["name": "main", "image": "busybox:1"]]],
      ]
    }
    let namespace = "/api/v1/namespaces/production"
    var cluster = try Workload().settledCluster()
    #expect(cluster.ask("POST", "\(namespace)/pods", body: pod("first")).status == 201)
    cluster.advance(to: .seconds(70))
    let seen = cluster.ask("GET", "\(namespace)/pods/first").body
    #expect(seen["status", "phase"] == "Running")
    #expect(seen["metadata", "ownerReferences"] == nil)

    let quota: JSONValue = [
      "apiVersion": "v1", "kind": "ResourceQuota", "metadata": ["name": "few"], "spec": ["hard": ["pods": "4"]],
    ]
    #expect(cluster.ask("POST", "\(namespace)/resourcequotas", body: quota).status == 201)
    let refusal = cluster.ask("POST", "\(namespace)/pods", body: pod("second"))
    #expect(refusal.status == 403)
    #expect(
      refusal.body["message"]
        == "pods \"second\" is forbidden: exceeded quota: few, requested: pods=1, used: pods=4, limited: pods=4")

    #expect(cluster.ask("DELETE", "\(namespace)/pods/first").status == 200)
    cluster.advance(to: .seconds(110))
    #expect(cluster.ask("GET", "\(namespace)/pods/first").status == 404)
  }

  @Test("JSON patches change, test and refuse")
  func jsonPatch() throws {
    var cluster = try Workload().settledCluster()
    let (status, body) = cluster.ask(
      "PATCH", Self.autoscaler, type: "application/json-patch+json",
      body: [
        ["op": "test", "path": "/spec/maxReplicas", "value": 10],
        ["op": "replace", "path": "/spec/maxReplicas", "value": 9],
        ["op": "add", "path": "/metadata/annotations", "value": ["a/b": "1"]],
        ["op": "add", "path": "/metadata/annotations/x~1y", "value": "2"],
      ])
    #expect(status == 200 && body["spec", "maxReplicas"] == 9)
    #expect(body["metadata", "annotations"] == ["a/b": "1", "x/y": "2"])
    let refused = cluster.ask(
      "PATCH", Self.autoscaler, type: "application/json-patch+json",
      body: [["op": "remove", "path": "/spec/nothing"]])
    #expect(refused.status == 422)
  }

  @Test("A strategic merge patch changes one container and leaves the others")
  func strategicPatch() throws {
    var cluster = try Workload().settledCluster()
    cluster.setImage("v2.0.0")
    let object = cluster.ask("GET", "\(Self.deployments)/aspnetcore-deployment").body
    let container = object["spec", "template", "spec", "containers"]?[0]
    #expect(container?["image"] == "myregistry.azurecr.io/aspnetcore-app:v2.0.0")
    #expect(container?["resources", "limits", "cpu"] == "500m")
    #expect(object["metadata", "generation"] == 2)
    let writer = object["metadata", "managedFields"]?.array?.first { $0["manager"] == "kubectl-set" }
    #expect(writer?["operation"] == "Update")
  }

  @Test("A dry run changes nothing")
  func dryRun() throws {
    var cluster = try Workload().settledCluster()
    let before = cluster.resourceVersion
    let answer = cluster.ask(
      "PATCH", "\(Self.deployments)/aspnetcore-deployment", query: ["dryRun": "All"],
      type: "application/merge-patch+json", body: ["spec": ["replicas": 9]])
    #expect(answer.body["spec", "replicas"] == 9)
    #expect(cluster.resourceVersion == before && cluster.deployment?.spec.replicas == 3)
  }

  @Test("Lists come in parts, and rows for people have the columns of kubectl")
  func lists() throws {
    var cluster = try Workload().settledCluster()
    let first = cluster.ask("GET", "/api/v1/namespaces/production/pods", query: ["limit": "2"]).body
    #expect(first["items"]?.array?.count == 2)
    #expect(first["metadata", "remainingItemCount"] == 1)
    let token = try #require(first["metadata", "continue"]?.string)
    let rest = cluster.ask("GET", "/api/v1/namespaces/production/pods", query: ["limit": "2", "continue": token]).body
    #expect(rest["items"]?.array?.count == 1)
    let table = cluster.ask(
      "GET", "/apis/autoscaling/v2/namespaces/production/horizontalpodautoscalers",
      accept: "application/json;as=Table;v=v1;g=meta.k8s.io,application/json"
    ).body
    #expect(table["kind"] == "Table")
    let cells = try #require(table["rows"]?[0]?["cells"]?.array)
    #expect(cells.prefix(6) == ["aspnetcore-hpa", "Deployment/aspnetcore-deployment", "cpu: 0%/70%", "3", 10, 3])
  }

  @Test("A watch tells changes from a version on, and one that is too old gets 410 in the stream")
  func watches() throws {
    var cluster = try Workload().settledCluster()
    func watch(_ version: String, _ query: [String: String] = [:]) throws -> ServedWatch {
      let request = APIRequest(
        method: "GET", path: Self.deployments,
        query: ["watch": "1", "resourceVersion": version].merging(query) { $1 })
      guard case .watch(let stream) = cluster.respond(to: request) else { throw Missing() }
      return stream
    }
    var now = try watch(String(cluster.resourceVersion))
    #expect(!cluster.hasNews(for: now))
    cluster.setImage("v2.0.0")
    #expect(cluster.events(for: &now).map { $0["type"] } == ["MODIFIED"])
    var initial = try watch("0", ["fieldSelector": "metadata.name=aspnetcore-deployment"])
    #expect(cluster.events(for: &initial).map { $0["type"] } == ["ADDED"])
    var old = try watch("1")
    let events = cluster.events(for: &old)
    #expect(events.first?["object", "code"] == 410 && old.isExpired)
    #expect(cluster.bookmark(for: now)["type"] == "BOOKMARK")
  }

  struct Missing: Error {}

  @Test("A manifest of an unknown kind is refused by name")
  func unknownKind() throws {
    let manifest = ClusterManifest(source: "extra.yaml", object: ["apiVersion": "batch/v1", "kind": "Jib"])
    let problem = try #require(throws: ManifestProblem.self) { try ClusterSimulation(manifests: [manifest]) }
    #expect(
      problem.description
        == "extra.yaml: no matches for kind \"Jib\" in version \"batch/v1\"; did you mean \"Job\"?")
  }

  @Test("Fields that a type does not have are refused when validation is strict, and else dropped and named")
  func unknownFields() throws {
    var cluster = try Workload().settledCluster()
    let path = "\(Self.deployments)/aspnetcore-deployment"
    let patch: JSONValue = ["spec": ["replica": 4, "minReadySeconds": 3]]

    let strict = cluster.ask(
      "PATCH", path, query: ["fieldValidation": "Strict"], type: "application/merge-patch+json", body: patch)
    let answer = cluster.respond(
      to: APIRequest(method: "PATCH", path: path, contentType: "application/merge-patch+json", body: patch))

    #expect(strict.status == 422)
    #expect(
      strict.body["message"]?.string?.hasSuffix("strict decoding error: unknown field \"spec.replica\"") == true,
      "\(strict.body)")
    guard case .warned(200, let object, let warnings) = answer else {
      Issue.record("\(answer)")
      return
    }
    #expect(warnings == ["unknown field \"spec.replica\""])
    #expect(object["spec", "minReadySeconds"] == 3 && object["spec", "replica"] == nil)
  }

  @Test("An object of wrong types is refused as the API server's decoder refuses it")
  func wrongType() throws {
    var cluster = try Workload().settledCluster()
    var object = try Workload().deploymentObject
    object["metadata"] = ["name": "other"]
    object["spec"]?["strategy"] = "zzz"

    let (status, body) = cluster.ask("POST", Self.deployments, query: ["fieldValidation": "Strict"], body: object)

    #expect(status == 400)
    #expect(
      body["message"]
        == "Deployment in version \"v1\" cannot be handled as a Deployment: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.strategy of type v1.DeploymentStrategy"
    )
  }
}
