import Foundation
import KubernetesClient
import KubernetesObjects
import Profiles
import Redaction
import Subprocess
import SystemPackage
import Units

/// Runs programs of a profile, each in a process group of its own, with the cluster of the run in its environment.
struct CommandRunner: Sendable {
  let access: CommandAccess

  /// How a program has ended.
  private struct Ending: Sendable {
    var status: TerminationStatus
    var output: [UInt8]
    /// What it said on standard error, or on standard output where it said nothing there.
    var complaint: [UInt8]
  }

  /// What a program prints is kept so far.
  private static let outputLimit = 4 << 20
  /// How long a program has after SIGTERM.
  private static let grace = Duration.seconds(10)

  /// Runs a program to its end.
  ///
  /// - Throws: ``ActionFailure`` where it could not be started, did not end in time, or ended with another status than 0;
  ///   `CancellationError` when the run ended before it.
  func run(_ command: PlannedCommand) async throws {
    let ending = try await end(of: command.words, within: command.within)
    guard ending.status.isSuccess else {
      throw ActionFailure(
        "\(command.words[0]) ended with \(ending.status.text)\(Self.said(ending.complaint))")
    }
  }

  /// The release of Helm as it is now; `nil` where there is none.
  func release(_ command: PlannedCommand) async throws -> HelmRelease? {
    guard let name = command.release else { return nil }
    let ending = try await end(of: [helm(of: command), "status", name, "--output", "json"], within: .seconds(60))
    if ending.status.isSuccess { return try HelmRelease(name: name, json: Data(ending.output)) }
    guard String(decoding: ending.complaint, as: UTF8.self).contains("release: not found") else {
      throw ActionFailure(
        "helm status \(name) ended with \(ending.status.text)\(Self.said(ending.complaint))")
    }
    return nil
  }

  /// Takes a release of Helm back to the revision that it had before a command; away, where there was none.
  func takeBack(_ command: PlannedCommand, to before: HelmRelease?) async throws {
    guard let name = command.release else { return }
    let words =
      before.map { ["rollback", name, "\($0.revision)"] } ?? ["uninstall", name]
    try await run(PlannedCommand(words: [helm(of: command)] + words, within: command.within))
  }

  /// The Helm that the command runs, or the one on the path.
  private func helm(of command: PlannedCommand) -> String {
    command.words[0].split(separator: "/").last == "helm" ? command.words[0] : "helm"
  }

  private func end(of words: [String], within limit: Duration) async throws -> Ending {
    let ending = try await withThrowingTaskGroup(of: Ending?.self) { group in
      group.addTask { try await start(words) }
      group.addTask {
        try await Task.sleep(for: limit)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next().flatMap { $0 }
    }
    try Task.checkCancellation()
    guard let ending else { throw ActionFailure("\(words[0]) did not end within \(limit.text), and was ended") }
    return ending
  }

  private func start(_ words: [String]) async throws -> Ending {
    var options = PlatformOptions()
    options.processGroupID = 0
    options.teardownSequence = [.gracefulShutDown(toProcessGroup: true, allowedDurationToNextStep: Self.grace)]
    let variables = access.environment.map { (Environment.Key(stringLiteral: $0.key), Optional($0.value)) }
    do {
      let result = try await Subprocess.run(
        words[0].contains("/") ? .path(FilePath(words[0])) : .name(words[0]),
        arguments: Arguments(Array(words.dropFirst())),
        environment: .inherit.updating(Dictionary(uniqueKeysWithValues: variables)), platformOptions: options,
        input: .none, output: .bytes(limit: Self.outputLimit), error: .bytes(limit: Self.outputLimit))
      let complaint = result.standardError.isEmpty ? result.standardOutput : result.standardError
      return Ending(status: result.terminationStatus, output: result.standardOutput, complaint: complaint)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw ActionFailure("\(words[0]) is not installed, or not on the path")
    }
  }

  /// `: "the last lines that it wrote"`, without secrets; or nothing.
  private static func said(_ bytes: [UInt8]) -> String { SecretText.redacted(ExecComplaint.text(bytes)) }
}
