import KubernetesObjects
import Units

/// The Job controller (Kubernetes 1.36, pkg/controller/job/job_controller.go and backoff_utils.go; ttlafterfinished).
///
/// Reads Jobs, their pods, the quotas and LimitRanges; makes and deletes pods, writes the status of Jobs, and deletes Jobs
/// whose time after their end is over.
struct JobController: Sendable {
  static let name = "job-controller"
  private static let firstBackOff = Duration.seconds(10)
  private static let longestBackOff = Duration.seconds(600)

  /// How the pods of a Job have failed.
  private struct Record: Sendable {
    /// How many have failed since the last success, and when the last one did.
    var failuresInRow = 0
    var failedAt = Duration.zero
  }

  private var records: [ObjectKey: Record] = [:]

  mutating func reconcile(_ key: ObjectKey, in context: inout ControllerContext, pods: inout DataPlane) {
    guard let object = context.store[.job, key] else {
      records[key] = nil
      return
    }
    let spec = object.jobSpec
    let before = object.jobStatus
    guard !before.isOver else {
      clearUp(object, spec, before, in: &context)
      return
    }
    var status = before
    let members = pods.members(of: PodOwner(kind: .job, key: key))
    count(members, into: &status, of: key, in: context, pods: &pods)
    let active = members.filter { pods.runtimes[$0].map { !$0.hasEnded && !$0.isTerminating } ?? false }
    let terminating = members.count { pods.runtimes[$0].map { !$0.hasEnded && $0.isTerminating } ?? false }
    if status.startTime == nil, spec.suspend != true { status.startTime = context.date }

    let end = end(
      of: spec, status, active: active.count, restarts: restarts(of: members, pods), at: context.now, context)
    // One that is to go makes and ends nothing any more.
    let isLeaving = object.metadata.deletionTimestamp != nil
    let wanted =
      isLeaving ? active.count : end == nil && spec.suspend != true ? wanted(by: spec, status, active: active.count) : 0
    if active.count > wanted {
      for pod in active.suffix(active.count - wanted) { delete(pod, of: object, in: &context, pods: &pods) }
    }
    var failed = false
    if active.count < wanted {
      failed = !make(wanted - active.count, of: object, spec, in: &context, pods: &pods)
    }
    let kept = pods.members(of: PodOwner(kind: .job, key: key))
      .filter { pods.runtimes[$0].map { !$0.hasEnded && !$0.isTerminating } ?? false }
    status.active = kept.count
    status.ready = kept.count { pods.runtimes[$0]?.isReady ?? false }
    status.terminating = terminating + max(0, active.count - wanted)
    if let end { finish(end, &status, of: key, in: &context) }
    noteSuspension(spec, &status, of: key, in: &context)
    if status != before { write(status, of: key, in: &context) }
    if failed { context.schedule(.reconcile(.job(key)), after: .seconds(1)) }
    if !status.isOver, let start = status.startTime, let seconds = spec.activeDeadlineSeconds {
      let due = Duration.microseconds(start.microseconds - context.epoch.microseconds) + .seconds(seconds)
      if due > context.now { context.schedule(.reconcile(.job(key)), at: due + .seconds(1)) }
    }
  }

  /// Counts the pods that have ended since the last look.
  private mutating func count(
    _ members: [PodID], into status: inout JobStatus, of key: ObjectKey, in context: ControllerContext,
    pods: inout DataPlane
  ) {
    var record = records[key] ?? Record()
    for pod in members {
      guard let runtime = pods.runtimes[pod], runtime.hasEnded, !runtime.isCounted else { continue }
      pods.runtimes[pod]?.isCounted = true
      if runtime.endedWell == true {
        status.succeeded += 1
        record.failuresInRow = 0
      } else {
        status.failed += 1
        record.failuresInRow += 1
        record.failedAt = context.now
      }
    }
    records[key] = record
  }

  /// How often containers were started again in their pods, which counts as failing too.
  private func restarts(of members: [PodID], _ pods: DataPlane) -> Int {
    members.reduce(0) { sum, pod in
      sum + (pods.runtimes[pod].map { $0.task?.restartsOnFailure == true && !$0.hasEnded ? $0.restarts : 0 } ?? 0)
    }
  }

  private enum End {
    case complete
    case failed(reason: String, message: String)
  }

  private func end(
    of spec: JobSpec, _ status: JobStatus, active: Int, restarts: Int, at now: Duration, _ context: ControllerContext
  ) -> End? {
    if let failing = status.conditions.first(where: { $0.type == "FailureTarget" && $0.isTrue }) {
      return .failed(reason: failing.reason ?? "", message: failing.message ?? "")
    }
    if status.failed + restarts > spec.backoffLimit ?? 6 {
      return .failed(reason: "BackoffLimitExceeded", message: "Job has reached the specified backoff limit")
    }
    if let seconds = spec.activeDeadlineSeconds, let start = status.startTime, spec.suspend != true,
      Duration.microseconds(context.date.microseconds - start.microseconds) >= .seconds(seconds)
    {
      return .failed(reason: "DeadlineExceeded", message: "Job was active longer than specified deadline")
    }
    if let completions = spec.completions { return status.succeeded >= completions ? .complete : nil }
    return status.succeeded > 0 && active == 0 ? .complete : nil
  }

  private func wanted(by spec: JobSpec, _ status: JobStatus, active: Int) -> Int {
    let parallelism = spec.parallelism ?? 1
    // A row of workers at one queue: the first that is done says that there is nothing left to do.
    guard let completions = spec.completions else { return status.succeeded > 0 ? active : parallelism }
    return min(parallelism, max(completions - status.succeeded, 0))
  }

  /// Makes pods, unless the wait after a failure is not over.
  ///
  /// - Returns: whether none was refused.
  private func make(
    _ count: Int, of object: ClusterObject, _ spec: JobSpec, in context: inout ControllerContext, pods: inout DataPlane
  ) -> Bool {
    guard let template = spec.template else { return true }
    if let record = records[object.key], record.failuresInRow > 0 {
      let wait = min(Self.firstBackOff * (1 << min(record.failuresInRow - 1, 10)), Self.longestBackOff)
      if record.failedAt + wait > context.now {
        context.schedule(.reconcile(.job(object.key)), at: record.failedAt + wait)
        return true
      }
    }
    for _ in 0..<min(count, 500) {
      let name = "\(object.key.name)-\(context.random.suffix())"
      var pod = NewPod(
        name: name, owner: PodOwner(kind: .job, key: object.key), ownerUID: object.metadata.uid ?? "",
        labels: template.metadata?.labels, template: template,
        spec: object.written["spec"]?["template"]?["spec"] ?? [:])
      if let refusal = context.admit(&pod) {
        record(.warning, "FailedCreate", "Error creating: \(refusal)", object.key, &context)
        return false
      }
      pods.createPod(pod, in: &context)
      record(.normal, "SuccessfulCreate", "Created pod: \(name)", object.key, &context)
    }
    return true
  }

  private func delete(
    _ pod: PodID, of object: ClusterObject, in context: inout ControllerContext, pods: inout DataPlane
  ) {
    guard let key = pods.runtimes[pod]?.key else { return }
    // Its end is the controller's own doing, and no failure.
    pods.runtimes[pod]?.isCounted = true
    pods.deletePod(key, gracePeriod: nil, in: &context)
    record(.normal, "SuccessfulDelete", "Deleted pod: \(key.name)", object.key, &context)
  }

  /// Says that the Job has come to its end, once no pod of it runs any more.
  private func finish(_ end: End, _ status: inout JobStatus, of key: ObjectKey, in context: inout ControllerContext) {
    let time = context.date
    let isQuiet = status.active == 0 && status.terminating == 0
    switch end {
    case .complete:
      let message = "Reached expected number of succeeded pods"
      status.set("SuccessCriteriaMet", reason: "CompletionsReached", message: message, at: time)
      guard isQuiet else { return }
      status.set("Complete", reason: "CompletionsReached", message: message, at: time)
      status.completionTime = time
      record(.normal, "Completed", "Job completed", key, &context)
    case .failed(let reason, let message):
      status.set("FailureTarget", reason: reason, message: message, at: time)
      guard isQuiet else { return }
      status.set("Failed", reason: reason, message: message, at: time)
      record(.warning, reason, message, key, &context)
    }
    if let seconds = context.store[.job, key]?.jobSpec.ttlSecondsAfterFinished {
      context.schedule(.reconcile(.job(key)), after: .seconds(seconds + 1))
    }
  }

  private func noteSuspension(
    _ spec: JobSpec, _ status: inout JobStatus, of key: ObjectKey, in context: inout ControllerContext
  ) {
    guard !status.isOver, (spec.suspend == true) != status.holds("Suspended") else { return }
    if spec.suspend == true {
      status.set("Suspended", reason: "JobSuspended", message: "Job suspended", at: context.date)
      status.startTime = nil
      record(.normal, "Suspended", "Job suspended", key, &context)
    } else {
      status.set("Suspended", false, reason: "JobResumed", message: "Job resumed", at: context.date)
      status.startTime = context.date
      record(.normal, "Resumed", "Job resumed", key, &context)
    }
  }

  /// Deletes a Job that has been over for as long as it says.
  private mutating func clearUp(
    _ object: ClusterObject, _ spec: JobSpec, _ status: JobStatus, in context: inout ControllerContext
  ) {
    records[object.key] = nil
    guard let seconds = spec.ttlSecondsAfterFinished,
      let ended = status.conditions.last(where: { ["Complete", "Failed"].contains($0.type) })?.lastTransitionTime
    else { return }
    let due = Duration.microseconds(ended.microseconds - context.epoch.microseconds) + .seconds(seconds)
    if due <= context.now {
      context.discard(.job, object.key)
    } else {
      context.schedule(.reconcile(.job(object.key)), at: due + .seconds(1))
    }
  }

  private func write(_ status: JobStatus, of key: ObjectKey, in context: inout ControllerContext) {
    guard var object = context.store[.job, key] else { return }
    object.content = .plain(object.metadata, status: status.json)
    context.commitStatus(of: object)
  }

  private func record(
    _ severity: EventSeverity, _ reason: String, _ text: String, _ key: ObjectKey, _ context: inout ControllerContext
  ) {
    context.record(severity, reason, text, about: .job, key, by: Self.name)
  }
}
