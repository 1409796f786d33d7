import KubernetesObjects
import Testing

@testable import KubernetesValidation
@testable import SimulatedCluster

/// Every field of what pods are made of is done as in a cluster, named in a note, or of no effect on what is judged.
@Suite("What becomes of each field of a pod")
struct PodSpecFieldTests {
  struct Fields: Sendable, CustomTestStringConvertible {
    /// The type, as the API calls it.
    let type: String
    /// The members of the spec of a pod with these members at the place of the type, and the path of that.
    let place: @Sendable (JSONValue) -> JSONValue
    let path: String
    /// What is done as in a cluster.
    let done: Set<String>
    /// What is named in a note, with a value for which it is.
    var noted: [String: JSONValue] = [:]
    /// One of which nothing is named.
    var plain: JSONValue = [:]
    /// What changes neither when pods serve nor where they run, or that no simulation can tell.
    let idle: Set<String>

    var testDescription: String { type }
  }

  private static func container(_ members: JSONValue) -> JSONValue {
    ["containers": [.object((members.object ?? [:]).merging(["name": "a", "image": "a:1"]) { $1 })]]
  }

  private static let required = "requiredDuringSchedulingIgnoredDuringExecution"
  private static let preferred = "preferredDuringSchedulingIgnoredDuringExecution"
  private static let term: JSONValue = ["topologyKey": "kubernetes.io/hostname", "labelSelector": [:]]

  static let all = [
    Fields(
      type: "PodSpec", place: { $0 }, path: "",
      done: [
        "affinity", "containers", "hostNetwork", "initContainers", "priority", "preemptionPolicy", "priorityClassName",
        "resources", "restartPolicy", "schedulingGates", "serviceAccount", "serviceAccountName",
        "terminationGracePeriodSeconds", "tolerations", "topologySpreadConstraints", "volumes",
      ],
      noted: [
        "activeDeadlineSeconds": 60, "nodeName": "node-1", "nodeSelector": ["disk": "ssd"], "os": ["name": "windows"],
        "overhead": ["cpu": "1"], "readinessGates": [["conditionType": "a/b"]],
        "resourceClaims": [["name": "gpu"]], "runtimeClassName": "kata", "schedulerName": "mine",
        "schedulingGates": [["name": "a/b"]], "schedulingGroup": ["podGroupName": "a"],
      ],
      idle: [
        "automountServiceAccountToken", "dnsConfig", "dnsPolicy", "enableServiceLinks", "ephemeralContainers",
        "hostAliases", "hostIPC", "hostPID", "hostUsers", "hostname", "hostnameOverride", "imagePullSecrets",
        "securityContext", "setHostnameAsFQDN", "shareProcessNamespace", "subdomain",
      ]),
    Fields(
      type: "Container", place: { container($0) }, path: "containers[0].",
      done: [
        "args", "command", "env", "envFrom", "image", "lifecycle", "livenessProbe", "name", "ports", "readinessProbe",
        "resources", "startupProbe", "volumeMounts",
      ],
      noted: [
        "imagePullPolicy": "Never", "restartPolicy": "Always", "restartPolicyRules": [["action": "Restart"]],
        "resources": ["limits": ["nvidia.com/gpu": "1"]],
      ],
      idle: [
        "resizePolicy", "securityContext", "stdin", "stdinOnce", "terminationMessagePath", "terminationMessagePolicy",
        "tty", "volumeDevices", "workingDir",
      ]),
    Fields(
      type: "ContainerPort", place: { container(["ports": [$0]]) }, path: "containers[0].ports[0].",
      done: ["containerPort", "hostIP", "hostPort", "name", "protocol"], idle: []),
    Fields(
      type: "Probe", place: { container(["livenessProbe": $0]) }, path: "containers[0].livenessProbe.",
      done: [
        "failureThreshold", "initialDelaySeconds", "periodSeconds", "successThreshold", "terminationGracePeriodSeconds",
        "timeoutSeconds",
      ],
      // The application answers each kind of probe alike.
      idle: ["exec", "grpc", "httpGet", "tcpSocket"]),
    Fields(
      type: "Lifecycle", place: { container(["lifecycle": $0]) }, path: "containers[0].lifecycle.", done: ["preStop"],
      noted: ["preStop": ["exec": ["command": ["/stop"]]], "postStart": ["exec": ["command": ["/start"]]]],
      idle: ["stopSignal"]),
    Fields(
      type: "LifecycleHandler", place: { container(["lifecycle": ["preStop": $0]]) },
      path: "containers[0].lifecycle.preStop", done: ["exec", "sleep"],
      noted: ["httpGet": ["port": 80], "tcpSocket": ["port": 80]], plain: ["sleep": ["seconds": 1]], idle: []),
    Fields(
      type: "ResourceRequirements", place: { container(["resources": $0]) }, path: "containers[0].resources.",
      done: ["limits", "requests"], noted: ["requests": ["ephemeral-storage": "1Gi"]], idle: ["claims"]),
    Fields(
      type: "Affinity", place: { ["affinity": $0] }, path: "affinity.", done: ["podAntiAffinity"],
      noted: ["nodeAffinity": [required: [:]], "podAffinity": [required: [term]]], idle: []),
    Fields(
      type: "NodeAffinity", place: { ["affinity": ["nodeAffinity": $0]] }, path: "affinity.nodeAffinity", done: [],
      noted: [required: ["nodeSelectorTerms": [[:]]], preferred: [["weight": 1]]], idle: []),
    Fields(
      type: "PodAffinity", place: { ["affinity": ["podAffinity": $0]] }, path: "affinity.podAffinity", done: [],
      noted: [required: [term], preferred: [["weight": 1]]], idle: []),
    Fields(
      type: "PodAntiAffinity", place: { ["affinity": ["podAntiAffinity": $0]] }, path: "affinity.podAntiAffinity.",
      done: [required], noted: [preferred: [["weight": 1]]], idle: []),
    Fields(
      type: "PodAffinityTerm", place: { ["affinity": ["podAntiAffinity": [required: [$0]]]] },
      path: "affinity.podAntiAffinity.\(required)[0].",
      done: [
        "labelSelector", "matchLabelKeys", "mismatchLabelKeys", "namespaceSelector", "namespaces", "topologyKey",
      ],
      noted: ["topologyKey": "topology.kubernetes.io/zone"], plain: term, idle: []),
    Fields(
      type: "TopologySpreadConstraint", place: { ["topologySpreadConstraints": [$0]] },
      path: "topologySpreadConstraints[0].",
      done: [
        "labelSelector", "matchLabelKeys", "maxSkew", "minDomains", "nodeTaintsPolicy", "topologyKey",
        "whenUnsatisfiable",
      ],
      noted: ["topologyKey": "topology.kubernetes.io/zone", "whenUnsatisfiable": "ScheduleAnyway"], plain: term,
      // Every node is taken to be as the pod asks for.
      idle: ["nodeAffinityPolicy"]),
    Fields(
      type: "Toleration", place: { ["tolerations": [$0]] }, path: "tolerations[0].",
      done: ["effect", "key", "operator", "tolerationSeconds", "value"], idle: []),
    Fields(
      type: "EnvVarSource", place: { container(["env": [["name": "A", "valueFrom": $0]]]) },
      path: "containers[0].env[0].valueFrom.", done: ["configMapKeyRef", "secretKeyRef"],
      idle: ["fieldRef", "fileKeyRef", "resourceFieldRef"]),
  ]

  private static func notes(_ item: Fields, _ members: JSONValue) -> [String] {
    let spec = container([:]).object?.merging(item.place(members).object ?? [:]) { $1 } ?? [:]
    let object: JSONValue = [
      "apiVersion": "apps/v1", "kind": "Deployment", "metadata": ["name": "a"],
      "spec": ["template": ["spec": .object(spec)]],
    ]
    return SimulationNotes.notes(on: [object], areWhole: false).map(\.field)
  }

  @Test("The lists are of all its fields, and of no others", arguments: all)
  func listsAreWhole(item: Fields) throws {
    let catalogue = FieldCatalogue.kubernetes
    let type = try #require(catalogue.type("io.k8s.api.core.v1.\(item.type)"))
    let listed = item.done.union(item.noted.keys).union(item.idle)
    #expect(Set(type.fields.keys).subtracting(listed).isEmpty, "fields of which nobody knows what becomes of them")
    #expect(listed.subtracting(type.fields.keys).isEmpty)
    #expect(item.idle.isDisjoint(with: item.done.union(item.noted.keys)))
  }

  @Test("What is noted is named at its place, and without it nothing is", arguments: all)
  func notes(item: Fields) {
    for (field, value) in item.noted {
      let path = "spec.template.spec.\(item.path)\(item.path.isEmpty || item.path.hasSuffix(".") ? field : "")"
      #expect(!Self.notes(item, item.plain).contains { $0.hasPrefix(path) }, "\(path)")
      let members = (item.type == "LifecycleHandler" ? [:] : item.plain.object ?? [:]).merging([field: value]) { $1 }
      #expect(Self.notes(item, .object(members)).contains { $0.hasPrefix(path) }, "\(path)")
    }
  }

  @Test("What pods cannot do without is named where it is not among the manifests")
  func missing() {
    func object(_ kind: String, _ name: String, _ version: String = "v1", spec: JSONValue = [:]) -> JSONValue {
      ["apiVersion": .string(version), "kind": .string(kind), "metadata": ["name": .string(name)], "spec": spec]
    }
    let spec: JSONValue = [
      "containers": [["name": "a", "image": "a:1"]], "serviceAccountName": "web", "priorityClassName": "high",
      "volumes": [["name": "data", "persistentVolumeClaim": ["claimName": "disk"]]],
    ]
    let deployment = object("Deployment", "a", "apps/v1", spec: ["template": ["spec": spec]])
    let others = [
      object("ServiceAccount", "web"), object("PriorityClass", "high", "scheduling.k8s.io/v1"),
      object("PersistentVolumeClaim", "disk"),
    ]
    func missing(_ objects: [JSONValue]) -> [String] {
      SimulationNotes.notes(on: objects).filter { $0.text.contains("is not among the manifests") }.map(\.field)
    }
    #expect(
      missing([deployment]) == [
        "spec.template.spec.serviceAccountName", "spec.template.spec.priorityClassName",
        "spec.template.spec.volumes[0].persistentVolumeClaim.claimName",
      ])
    #expect(missing([deployment] + others).isEmpty)
    for index in others.indices {
      var some = others
      some.remove(at: index)
      #expect(missing([deployment] + some).count == 1)
    }
  }
}
