import ClusterActions
import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles
import RunTimeline
import Units

/// Carries out actions of a profile through the Kubernetes API of a cluster.
struct ActionRunner: Sendable {
  let client: APIClient
  let cluster: ClusterDescription
  let clock: RunClock
  /// Runs programs; `nil` where none may be run.
  var commands: CommandRunner?

  /// Waits until a workload is as a condition wants it.
  ///
  /// - Parameter limit: run time until which it is waited for; `nil` for as long as somebody waits.
  /// - Returns: whether it came true; otherwise whoever waited is not there any more, or it is too late.
  func wait(for condition: WorkloadCondition, of workload: WorkloadReference, until limit: Duration? = nil) async
    -> Bool
  {
    var watch = ConditionWatch(condition)
    while !Task.isCancelled {
      // What cannot be read now may be later.
      let seen = try? await client.workload(workload, namespace: cluster.namespace)
      let now = clock.runTime(of: .now)
      if let seen, watch.see(seen, at: now) { return true }
      if let limit, now >= limit { return false }
      let rest = max(clock.wallTime(ofRun: .seconds(1)), .milliseconds(50))
      guard (try? await Task.sleep(for: rest)) != nil else { return false }
    }
    return false
  }

  /// Does what an action does.
  ///
  /// - Parameters:
  ///   - note: told of each request as soon as it is answered, and of what the action has come to.
  ///   - keep: told what it has changed so far, if that is to be put back.
  func carryOut(
    _ action: PlannedAction, of workload: WorkloadReference, note: (@Sendable (inout ActionSpan) -> Void) -> Void,
    keep: ([ChangedObject]) -> Void
  ) async throws {
    var course = ActionCourse(
      action.kind, of: workload, namespace: cluster.namespace, isPutBack: action.isPutBack)
    while let step = try course.next(at: Date().kubernetesTime) {
      switch step {
      case .read(let request): course.take(try await send(request, note).body)
      case .write(let request):
        let (answer, sent, received) = try await send(request, note)
        course.take(answer)
        let (generation, pods) = (course.generation, course.pods)
        let effect = action.effect(from: course.generationBefore, to: generation)
        note { span in
          span.sent = span.sent ?? sent
          span.answered = received
          span.generation = generation ?? span.generation
          span.effect = effect ?? span.effect
          if case .pods = span.effect { span.effect = .pods(pods) }
        }
        keep(course.changes)
      }
    }
  }

  /// Makes objects again what they were, the last one first.
  ///
  /// - Returns: why some were not, one line each.
  func putBack(_ changes: [ChangedObject]) async -> [String] {
    var problems: [String] = []
    for change in changes.reversed() {
      guard let back = PuttingBack(change) else { continue }
      do {
        _ = try await client.send(
          back.request.method, path: back.request.pathWithQuery, type: back.request.type.rawValue,
          body: back.request.body)
      } catch {
        problems.append("\(change.path) was not put back, or was changed by others since: \(error)")
      }
    }
    return problems
  }

  /// - Returns: the answer, `nil` where what was to go is gone; and when the request left and was answered, in run time.
  private func send(
    _ request: ActionRequest, _ note: (@Sendable (inout ActionSpan) -> Void) -> Void
  ) async throws -> (body: JSONValue?, sent: Duration, received: Duration) {
    let asked = clock.runTime(of: .now)
    while true {
      let began = clock.runTime(of: .now)
      do {
        let (object, answer) = try await client.send(
          request.method, path: request.pathWithQuery, type: request.type.rawValue, body: request.body)
        let (sent, received) = (clock.runTime(of: answer.sent), clock.runTime(of: answer.received))
        note { $0.requests.append(ActionSpan.Request(line: request.line, sent: sent, answered: received)) }
        return (object, sent, received)
      } catch {
        let ended = clock.runTime(of: .now)
        let problem = error.description
        note {
          $0.requests.append(
            ActionSpan.Request(line: request.line, sent: began, answered: ended, problem: problem))
        }
        if error.code == .notFound, request.mayBeMissing { return (nil, began, ended) }
        guard request.mayBeRefused, error.status?.code == 429, ended - asked < RefusalPatience.limit else {
          throw error
        }
        try await Task.sleep(for: clock.wallTime(ofRun: RefusalPatience.betweenTries))
      }
    }
  }
}
