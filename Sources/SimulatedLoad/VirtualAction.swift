import ClientRules
package import ClusterActions
package import KubernetesObjects
package import SimulatedCluster
import Units

/// One action of a run in virtual time: when it begins, and how it goes on from one answer to the next.
///
/// Instants are those of the load's clock, in nanoseconds of wall time.
package struct VirtualAction: Sendable {
  /// What has to come true before it begins.
  package enum Trigger: Sendable {
    /// A workload is in a way.
    case workload(ConditionWatch, of: ClusterKind, namespace: String, name: String)
    /// Something that only who counts the load sees; see ``ToldConditions``.
    case told
  }

  /// What came of a request.
  package struct Request: Sendable {
    package let line: String
    /// When it left, and when the answer came.
    package let sent: Int64
    package let answered: Int64
    package let problem: String?
    /// Whether it changes something.
    package let isWrite: Bool
  }

  /// What was asked, in order.
  package private(set) var requests: [Request] = []
  /// Why it was not done, or not all of it.
  package private(set) var problem: String?
  package var generation: Int64? { course.generation }
  package var generationBefore: Int64? { course.generationBefore }
  package var pods: [String] { course.pods }

  private enum State {
    /// Until an instant, and then for a condition.
    case waiting
    /// A request is on its way.
    case sending(ActionCourse.Step, sent: Int64, arrives: Int64, tries: Int, since: Int64)
    case done
  }

  /// Whether the load is ended when it fails.
  let endsRunOnError: Bool

  private var course: ActionCourse
  private let begins: Int64
  /// Until when its condition is waited for, and what is to be said when it does not come true; `nil` for the end of the run.
  private let limit: (instant: Int64, problem: String)?
  /// Until when it waited to begin.
  package private(set) var waited: Int64?
  private var trigger: Trigger?
  private var isTold = false
  private var state = State.waiting

  /// - Parameters:
  ///   - begins: when its first request leaves, or from when its condition is waited for.
  ///   - limit: until when its condition is waited for, and what is to be said when it does not come true by then.
  ///   - endsRunOnError: whether the load is ended when it fails.
  package init(
    _ course: ActionCourse, begins: Int64, trigger: Trigger? = nil, limit: (instant: Int64, problem: String)? = nil,
    endsRunOnError: Bool = false
  ) {
    self.limit = limit
    self.course = course
    self.endsRunOnError = endsRunOnError
    self.begins = begins
    self.trigger = trigger
  }

  /// Whether the cluster has to be looked at for its condition.
  func awaits(at now: Int64) -> Bool {
    if case .waiting = state, trigger != nil { now >= begins } else { false }
  }

  /// When something is due of it at the latest; `nil` when it is done, or waits for its condition for as long as may be.
  var due: Int64? {
    switch state {
    case .waiting: trigger == nil ? begins : limit?.instant
    case .sending(_, _, let arrives, _, _): arrives
    case .done: nil
    }
  }

  /// Whether it waits for its condition still.
  package var unmet: Bool { if case .waiting = state { trigger != nil } else { false } }

  /// Goes on to an instant at which something is due.
  ///
  /// - Parameters:
  ///   - latency: wall time that a request or its answer takes.
  ///   - date: the time of day at an instant.
  mutating func proceed(
    to now: Int64, latency: Int64, in cluster: inout ClusterSimulation, date: (Int64) -> KubernetesTime
  ) {
    switch state {
    case .waiting:
      guard trigger == nil || isMet(in: cluster) else {
        guard let limit, now >= limit.instant else { return }
        problem = limit.problem
        waited = limit.instant
        state = .done
        return
      }
      waited = now
      // Who waits for a condition hears of it a moment later.
      send(at: trigger == nil ? begins : now + latency, latency: latency, date: date)
    case .sending(let step, let sent, let arrives, let tries, let since) where arrives <= now:
      arrive(step, sent: sent, tries: tries, since: since, at: now, latency: latency, in: &cluster, date: date)
    case .sending, .done: return
    }
  }

  private mutating func isMet(in cluster: ClusterSimulation) -> Bool {
    switch trigger {
    case nil: return true
    case .told: return isTold
    case .workload(var watch, let kind, let namespace, let name):
      let isMet = watch.see(cluster.workload(kind, namespace: namespace, name: name), at: cluster.now)
      trigger = .workload(watch, of: kind, namespace: namespace, name: name)
      return isMet
    }
  }

  /// Its condition is met.
  mutating func tell() { isTold = true }

  /// Sends the next request, if there is one.
  private mutating func send(at instant: Int64, latency: Int64, date: (Int64) -> KubernetesTime) {
    do throws(ActionProblem) {
      guard let step = try course.next(at: date(instant)) else {
        state = .done
        return
      }
      state = .sending(step, sent: instant, arrives: instant + latency, tries: 1, since: instant)
    } catch {
      problem = error.description
      state = .done
    }
  }

  private mutating func arrive(
    _ step: ActionCourse.Step, sent: Int64, tries: Int, since: Int64, at now: Int64, latency: Int64,
    in cluster: inout ClusterSimulation, date: (Int64) -> KubernetesTime
  ) {
    let (request, isWrite): (ActionRequest, Bool) =
      switch step {
      case .read(let request): (request, false)
      case .write(let request): (request, true)
      }
    let answer = cluster.serve(APIRequest(request))
    let later: Int64? = wait(after: answer, to: request, tries: tries, since: since, at: now, in: cluster)
    requests.append(
      Request(line: request.line, sent: sent, answered: now + latency, problem: answer.problem, isWrite: isWrite))
    if let later {
      state = .sending(step, sent: now + later - latency, arrives: now + later, tries: tries + 1, since: since)
      return
    }
    switch answer {
    case .object(200..<300, let object), .warned(200..<300, let object, _): course.take(object)
    case .object(404, _) where request.mayBeMissing: course.take(nil)
    default:
      problem = answer.problem ?? "the API gave an answer that is no object"
      state = .done
      return
    }
    send(at: now + latency, latency: latency, date: date)
  }

  /// After how long a request is sent again that was not taken; `nil` for one that is not.
  private func wait(
    after answer: APIAnswer, to request: ActionRequest, tries: Int, since: Int64, at now: Int64,
    in cluster: ClusterSimulation
  ) -> Int64? {
    if case .later(let seconds, _) = answer, tries <= WriteRetry.most { return Int64(max(seconds, 0)) * 1_000_000_000 }
    guard request.mayBeRefused, case .object(429, _) = answer,
      Duration.nanoseconds(now - since) * cluster.timeScale < RefusalPatience.limit
    else { return nil }
    return (RefusalPatience.betweenTries / cluster.timeScale).nanoseconds
  }
}

extension APIRequest {
  fileprivate init(_ request: ActionRequest) {
    self.init(
      method: request.method, path: request.path, query: request.query, contentType: request.type.rawValue,
      userAgent: ActionRequest.fieldManager, body: request.body)
  }
}
