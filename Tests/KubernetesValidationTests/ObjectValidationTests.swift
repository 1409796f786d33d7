import Foundation
import KubernetesObjects
import Testing

@testable import KubernetesValidation

@Suite("What the API server refuses is refused in its words")
struct ObjectValidationTests {
  static let workload = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
            - name: web
              image: example.com/web:v1
              ports: [{name: http, containerPort: 8080}]
              readinessProbe: {httpGet: {path: /, port: http}, periodSeconds: 2}
              resources: {requests: {cpu: 500m}}
              lifecycle: {preStop: {sleep: {seconds: 5}}}
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: web}
    spec: {selector: {app: web}, ports: [{name: web, port: 80, targetPort: http}]}
    ---
    apiVersion: networking.k8s.io/v1
    kind: Ingress
    metadata: {name: web}
    spec:
      rules:
        - host: web.example.com
          http: {paths: [{path: /, pathType: Prefix, backend: {service: {name: web, port: {name: web}}}}]}
    ---
    apiVersion: autoscaling/v2
    kind: HorizontalPodAutoscaler
    metadata: {name: web}
    spec:
      scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
      minReplicas: 2
      maxReplicas: 8
      metrics: [{type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 70}}}]
      behavior: {scaleDown: {policies: [{type: Percent, value: 50, periodSeconds: 60}]}}
    """

  @Test("and nothing is said of what it takes", arguments: ManifestFiles.files)
  func published(file: URL) throws {
    let objects = try ManifestFiles.objects(of: file)

    let problems = objects.flatMap { ObjectValidation.problems(in: $0) }

    #expect(!objects.isEmpty)
    #expect(problems.map(\.description) == [])
  }

  @Test("nor of the references of manifests that belong together")
  func publishedReferences() throws {
    for objects in try ManifestFiles.sets() { #expect(ManifestFiles.refusals(of: objects) == []) }
    #expect(ManifestFiles.refusals(of: try ManifestFiles.objects(Self.workload)) == [])
  }

  struct Mistake: Sendable, CustomTestStringConvertible {
    let written: String
    let instead: String
    let refusal: String

    init(_ written: String, _ instead: String, _ refusal: String) {
      self.written = written
      self.instead = instead
      self.refusal = refusal
    }

    var testDescription: String { instead }
  }

  static let unknownFields = [
    Mistake(
      "behavior:", "behaviour:",
      "strict decoding error: unknown field \"spec.behaviour\"; did you mean \"behavior\"?"),
    Mistake(
      "preStop:", "preStopHook:",
      "strict decoding error: unknown field \"spec.template.spec.containers[0].lifecycle.preStopHook\"; did you mean \"preStop\"?"
    ),
    Mistake(
      "replicas: 2", "Replicas: 2", "strict decoding error: unknown field \"spec.Replicas\"; did you mean \"replicas\"?"
    ),
    Mistake(
      "periodSeconds: 2", "interval: 2",
      "strict decoding error: unknown field \"spec.template.spec.containers[0].readinessProbe.interval\"; what is known: exec, "
        + "failureThreshold, grpc, httpGet, initialDelaySeconds, periodSeconds, successThreshold, tcpSocket, "
        + "terminationGracePeriodSeconds, timeoutSeconds"),
    Mistake(
      "backend: {service: {name: web, port: {name: web}}}", "backend: {serviceName: web, servicePort: 80}",
      "strict decoding error: unknown field \"spec.rules[0].http.paths[0].backend.serviceName\"; did you mean \"service\"?"
    ),
  ]

  static let wrongTypes = [
    Mistake(
      "strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 0}}", "strategy: zzz",
      "spec.strategy: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.strategy of type "
        + "v1.DeploymentStrategy; write a mapping with keys such as rollingUpdate, type"),
    Mistake(
      "replicas: 2", "replicas: \"2\"",
      "spec.replicas: json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32; write it "
        + "without quotes"),
    Mistake(
      "replicas: 2", "replicas: 3000000000",
      "spec.replicas: json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32; "
        + "write a whole number"),
    Mistake(
      "replicas: 2", "replicas: 2.5",
      "spec.replicas: json: cannot unmarshal number 2.5 into Go struct field DeploymentSpec.spec.replicas of type int32; write a "
        + "whole number"),
    Mistake(
      "labels: {app: web}", "labels: {app: web, canary: true}",
      "spec.template.metadata.labels[canary]: json: cannot unmarshal bool into Go struct field ObjectMeta.spec.template.metadata.labels "
        + "of type string; write it in quotes"),
    Mistake(
      "ports: [{name: http, containerPort: 8080}]", "ports: 8080",
      "spec.template.spec.containers[0].ports: json: cannot unmarshal number into Go struct field "
        + "Container.spec.template.spec.containers.ports of type []v1.ContainerPort; write a list"),
    Mistake(
      "cpu: 500m", "cpu: 500 m",
      "spec.template.spec.containers[0].resources.requests[cpu]: quantities must match the regular expression "
        + "'^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'; write an amount, as in 250m, 1.5 or 256Mi"),
  ]

  static let impossible = [
    Mistake(
      "maxSurge: 1", "maxSurge: -1",
      "spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to 0"),
    Mistake(
      "maxSurge: 1", "maxSurge: 0",
      "spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"),
    Mistake(
      "type: RollingUpdate,", "type: Rolling,",
      "spec.strategy.type: Unsupported value: \"Rolling\": supported values: \"Recreate\", \"RollingUpdate\""),
    Mistake("replicas: 2", "replicas: -2", "spec.replicas: Invalid value: -2: must be greater than or equal to 0"),
    Mistake(
      "metadata: {labels: {app: web}}", "metadata: {labels: {app: wob}}",
      "spec.template.metadata.labels: Invalid value: {\"app\":\"wob\"}: `selector` does not match template `labels`"),
    Mistake(
      "containerPort: 8080", "containerPort: 80800",
      "spec.template.spec.containers[0].ports[0].containerPort: Invalid value: 80800: must be between 1 and 65535, inclusive"
    ),
    Mistake(
      "image: example.com/web:v1", "imagePullPolicy: Always", "spec.template.spec.containers[0].image: Required value"),
    Mistake(
      "{sleep: {seconds: 5}}", "{sleep: {seconds: 31}}",
      "spec.template.spec.containers[0].lifecycle.preStop.sleep.seconds: Invalid value: 31: must be non-negative and less than "
        + "terminationGracePeriodSeconds (30)"),
    Mistake(
      "{sleep: {seconds: 5}}", "{}",
      "spec.template.spec.containers[0].lifecycle.preStop: Required value: must specify a handler type"),
    Mistake(
      "pathType: Prefix", "pathType: Begin",
      "spec.rules[0].http.paths[0].pathType: Unsupported value: \"Begin\": supported values: \"Exact\", \"ImplementationSpecific\", \"Prefix\""
    ),
    Mistake("pathType: Prefix, ", "", "spec.rules[0].http.paths[0].pathType: Required value"),
    Mistake(
      "maxReplicas: 8", "maxReplicas: 1",
      "spec.maxReplicas: Invalid value: 1: must be greater than or equal to `minReplicas`"),
    Mistake(
      "averageUtilization: 70", "averageUtilization: 0",
      "spec.metrics[0].resource.target.averageUtilization: Invalid value: 0: must be greater than 0"),
    Mistake(
      "value: 50", "value: 0", "spec.behavior.scaleDown.policies[0].value: Invalid value: 0: must be greater than zero"),
    Mistake(
      "kind: Service", "kind: Servic", "no matches for kind \"Servic\" in version \"v1\"; did you mean \"Service\"?"),
    Mistake(
      "autoscaling/v2", "autoscaling/v2beta2",
      "no matches for kind \"HorizontalPodAutoscaler\" in version \"autoscaling/v2beta2\"; removed in Kubernetes 1.26: write autoscaling/v2"
    ),
    Mistake(
      "apps/v1\nkind", "extensions/v1beta1\nkind",
      "no matches for kind \"Deployment\" in version \"extensions/v1beta1\"; removed in Kubernetes 1.16: write apps/v1"),
  ]

  static let dangling = [
    Mistake(
      "port: {name: web}", "port: {name: http}",
      "spec.rules[0].http.paths[0].backend.service.port.name: Not found: \"http\": the Service \"web\" has no port of this name"
    ),
    Mistake(
      "service: {name: web,", "service: {name: wob,",
      "spec.rules[0].http.paths[0].backend.service.name: Not found: \"wob\": no manifest has a Service of this name in the "
        + "namespace default"),
    Mistake(
      "targetPort: http", "targetPort: ui",
      "spec.ports[0].targetPort: Not found: \"ui\": no container of the pods that the Service selects has a TCP port of this name"
    ),
    Mistake(
      "spec: {selector: {app: web}", "spec: {selector: {app: wob}",
      "spec.selector: Not found: \"app=wob\": no pod of the manifests in the namespace default has these labels"),
    Mistake(
      "kind: Deployment, name: web", "kind: Deployment, name: api",
      "spec.scaleTargetRef.name: Not found: \"api\": no manifest has a Deployment of this name in the namespace default"
    ),
    Mistake(
      "kind: Service\nmetadata: {name: web}\n",
      "kind: Service\nmetadata: {name: web}\nspec: {ports: [{port: 1}]}\n---\napiVersion: v1\nkind: Service\nmetadata: {name: web}\n",
      "metadata.name: the Service \"web\" already exists: it is in the manifests twice"),
  ]

  @Test(
    "whether a field, a type, a value or a reference", arguments: unknownFields + wrongTypes + impossible + dangling)
  func refused(mistake: Mistake) throws {
    try #require(Self.workload.contains(mistake.written))
    let text = Self.workload.replacing(mistake.written, with: mistake.instead, maxReplacements: 1)

    let refusals = ManifestFiles.refusals(of: try ManifestFiles.objects(text))

    #expect(refusals.contains(mistake.refusal), "\(refusals)")
  }

  @Test("all of it at once")
  func allAtOnce() throws {
    let text = Self.workload.replacing("replicas: 2\n", with: "replicas: -1\n  paused: maybe\n  strategi: {}\n")

    let refusals = ManifestFiles.refusals(of: try ManifestFiles.objects(text))

    #expect(refusals.count == 3, "\(refusals)")
  }

  @Test("fields that a type does not have are dropped where validation is not strict")
  func pruned() throws {
    let text = Self.workload.replacing("preStop:", with: "preStopHook:").replacing(
      "  replicas: 2", with: "  replica: 2")
    let object = try #require(try ManifestFiles.objects(text).first)

    let pruned = ObjectValidation.pruned(object, of: ObjectValidation.problems(in: object))

    #expect(pruned["spec", "replica"] == nil && pruned["spec", "selector"] != nil)
    #expect(pruned["spec", "template", "spec", "containers"]?[0]?["lifecycle"] == [:])
    #expect(ObjectValidation.problems(in: pruned) == [])
  }

  @Test("The rules are those of fields that exist")
  func rulesHaveFields() throws {
    let document = FieldCatalogue.kubernetes
    #expect(document.kinds.count == 49)
    for key in ValueRule.all.keys.sorted() {
      let parts = key.split(separator: ".").map(String.init)
      #expect(document.hasField(parts[1], ofTypeNamed: parts[0]), "\(key)")
    }
  }
}

@Suite("Kinds of objects")
struct ObjectKindTests {
  @Test(
    "are known, custom, or none",
    arguments: [
      ("apps/v1", "Deployment", ObjectKind.known), ("v1", "ConfigMap", .known),
      ("networking.istio.io/v1beta1", "VirtualService", .custom),
      ("gateway.networking.k8s.io/v1", "HTTPRoute", .custom),
      ("apiextensions.k8s.io/v1", "CustomResourceDefinition", .unlisted),
      (
        "apps/v2", "Deployment",
        .unknown(message: "no matches for kind \"Deployment\" in version \"apps/v2\"", hint: "write apps/v1")
      ),
      (
        "v1", "Deployment",
        .unknown(message: "no matches for kind \"Deployment\" in version \"v1\"", hint: "write apps/v1")
      ),
      (
        "networking.k8s.oi/v1", "Ingress",
        .unknown(
          message: "no matches for kind \"Ingress\" in version \"networking.k8s.oi/v1\"",
          hint: "write networking.k8s.io/v1")
      ),
    ])
  func standing(version: String, kind: String, expected: ObjectKind) {
    #expect(ObjectKind(apiVersion: version, kind: kind) == expected)
  }
}
