import KubernetesObjects
import Profiles
import RunTimeline

// Programs that actions run.
extension ActionRunner {
  /// What takes a Helm release back to what it was before a command.
  struct ReleaseBefore: Sendable {
    let command: PlannedCommand
    /// `nil` where there was no release.
    let release: HelmRelease?
  }

  /// Runs the program of an action to its end.
  ///
  /// - Parameters:
  ///   - note: told of the program and of its release as soon as something is known.
  ///   - keep: told what the release was before, once it may have been changed.
  func carryOut(
    _ command: PlannedCommand, of workload: WorkloadReference,
    note: (@Sendable (inout ActionSpan) -> Void) -> Void, keep: (ReleaseBefore) -> Void
  ) async throws {
    guard let commands else { throw ActionFailure("programs may not be run: allow it with --allow-exec") }
    let before = try await release(command, by: commands, note)
    let generation = try await client.workload(workload, namespace: cluster.namespace).metadata.generation
    if let generation { note { $0.effect = .changes(after: generation) } }
    if command.release != nil { keep(ReleaseBefore(command: command, release: before)) }
    let sent = clock.runTime(of: .now)
    note { $0.sent = sent }
    let failure: (any Error)?
    do {
      try await commands.run(command)
      failure = nil
    } catch {
      failure = error
    }
    let answered = clock.runTime(of: .now)
    note { span in
      span.answered = answered
      span.requests.append(
        ActionSpan.Request(line: command.text, sent: sent, answered: answered, problem: failure.map { "\($0)" }))
    }
    if let failure { throw failure }
    let after = try await client.workload(workload, namespace: cluster.namespace).metadata.generation
    if after != generation { note { $0.generation = after } }
    _ = try await release(command, by: commands, note)
  }

  /// Takes releases back, the last one first.
  ///
  /// - Returns: why some were not, one line each.
  func takeBack(_ releases: [ReleaseBefore]) async -> [String] {
    var problems: [String] = []
    for before in releases.reversed() {
      do {
        guard let commands, try await commands.release(before.command) != before.release else { continue }
        try await commands.takeBack(before.command, to: before.release)
      } catch {
        problems.append("the Helm release \(before.command.release ?? "") was not taken back: \(error)")
      }
    }
    return problems
  }

  private func release(
    _ command: PlannedCommand, by commands: CommandRunner, _ note: (@Sendable (inout ActionSpan) -> Void) -> Void
  ) async throws -> HelmRelease? {
    guard let name = command.release else { return nil }
    let asked = clock.runTime(of: .now)
    let release = try await commands.release(command)
    let told = clock.runTime(of: .now)
    let line = release?.text ?? "helm release \(name): none"
    note { $0.requests.append(ActionSpan.Request(line: line, sent: asked, answered: told)) }
    return release
  }
}
