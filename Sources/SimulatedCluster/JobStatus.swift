import KubernetesObjects

/// What a Job asks for.
struct JobSpec: Sendable, Decodable {
  var parallelism: Int?
  var completions: Int?
  var backoffLimit: Int?
  var activeDeadlineSeconds: Int64?
  var ttlSecondsAfterFinished: Int64?
  var suspend: Bool?
  var selector: LabelSelector?
  var template: PodTemplate?
}

/// The status of a Job (`batch/v1`).
struct JobStatus: Sendable, Equatable {
  var active = 0
  var ready = 0
  var terminating = 0
  var succeeded = 0
  var failed = 0
  var startTime: KubernetesTime?
  var completionTime: KubernetesTime?
  var conditions: [Condition] = []

  init() {}

  init(_ json: JSONValue?) {
    func time(_ name: String) -> KubernetesTime? { json?[name]?.string.flatMap { KubernetesTime(text: $0) } }
    active = json?["active"]?.int ?? 0
    ready = json?["ready"]?.int ?? 0
    terminating = json?["terminating"]?.int ?? 0
    succeeded = json?["succeeded"]?.int ?? 0
    failed = json?["failed"]?.int ?? 0
    startTime = time("startTime")
    completionTime = time("completionTime")
    conditions = (try? (json?["conditions"] ?? []).decoded()) ?? []
  }

  var json: JSONValue {
    var result = JSONMembers()
    result.put("active", number: active == 0 ? nil : active)
    result.put("ready", number: ready)
    result.put("terminating", number: terminating)
    result.put("succeeded", number: succeeded == 0 ? nil : succeeded)
    result.put("failed", number: failed == 0 ? nil : failed)
    result.put("startTime", time: startTime)
    result.put("completionTime", time: completionTime)
    result.put("uncountedTerminatedPods", [:])
    if !conditions.isEmpty {
      result.put("conditions", .array(conditions.map { $0.json(probed: true) }))
    }
    return result.json
  }

  func holds(_ type: String) -> Bool { conditions.contains { $0.type == type && $0.isTrue } }

  /// Whether it has come to its end, by success or by failure.
  var isOver: Bool { holds("Complete") || holds("Failed") }

  mutating func set(_ type: String, _ holds: Bool = true, reason: String, message: String, at time: KubernetesTime) {
    let status = holds ? "True" : "False"
    if let index = conditions.firstIndex(where: { $0.type == type }) {
      guard conditions[index].status != status else { return }
      conditions.remove(at: index)
    } else if !holds {
      return
    }
    conditions.append(
      Condition(type: type, status: status, reason: reason, message: message, lastTransitionTime: time))
  }
}

extension ClusterObject {
  var jobSpec: JobSpec { (try? (written["spec"] ?? [:]).decoded()) ?? JobSpec() }

  var jobStatus: JobStatus { if case .plain(_, let status) = content { JobStatus(status) } else { JobStatus() } }

  /// Gives a new Job the selector and labels by which its pods are its own
  /// (Kubernetes 1.36, pkg/registry/batch/job/strategy.go, `generateSelector`).
  mutating func nameJobPods() {
    let (name, uid) = (metadata.name ?? "", metadata.uid ?? "")
    var spec = written["spec"] ?? [:]
    guard spec["manualSelector"] != true else { return }
    for (label, value) in [
      ("batch.kubernetes.io/controller-uid", uid), ("controller-uid", uid), ("batch.kubernetes.io/job-name", name),
      ("job-name", name),
    ] { spec.setMember(.string(value), at: ["template", "metadata", "labels", label]) }
    spec["selector"] = ["matchLabels": ["batch.kubernetes.io/controller-uid": .string(uid)]]
    written["spec"] = spec
  }
}
