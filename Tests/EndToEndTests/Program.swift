import Foundation
import Subprocess
import SystemPackage
import TestServers
import Testing

/// The program as a user runs it.
enum Program {
  static let repository = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent().path

  /// The binary that `SCALEPROOF_BINARY` names, else the debug build that was made with the tests.
  static var binary: String {
    ProcessInfo.processInfo.environment["SCALEPROOF_BINARY"] ?? repository + "/.build/debug/scaleproof"
  }

  struct Ending: Sendable {
    let status: TerminationStatus
    let output: String
    let complaints: String

    /// The exit status; `nil` when a signal ended the program.
    var code: Int32? {
      if case .exited(let code) = status { code } else { nil }
    }

    /// Whether all that was expected of a run held, but for what cannot be told when something else had this machine, so that
    /// the load was late.
    ///
    /// - Parameter folder: where its reports are.
    func holds(in folder: String) throws -> Bool {
      guard code != 0 else { return true }
      let junit = try String(contentsOfFile: folder + "/junit.xml", encoding: .utf8)
      return code == 3 && !junit.contains("<failure") && !junit.contains("<skipped")
        && junit.ranges(of: "<error").count == junit.ranges(of: "<error message=\"not to be trusted: ").count
    }
  }

  /// Runs the program in the repository's folder.
  ///
  /// - Parameters:
  ///   - starter: a command that becomes the program, with its arguments.
  ///   - during: what happens while it runs, for instance a signal.
  static func run(
    _ arguments: [String], environment: [Environment.Key: String?] = [:], through starter: [String] = [],
    during: @Sendable (ProcessHandle) async throws -> Void = { _ in }
  ) async throws -> Ending {
    let words = starter + [binary] + arguments
    return try await command(words[0], Array(words.dropFirst()), environment: environment, during: during)
  }

  /// Serves manifests by `cluster` while the body runs, and ends it in good order.
  ///
  /// - Parameter body: is given the kubeconfig, whose first line names the address of the Ingress.
  static func serving(
    _ manifests: [String], in folder: TemporaryFolder,
    _ body: @escaping @Sendable (_ kubeconfig: String) async throws -> Void
  ) async throws {
    let kubeconfig = folder.file("kubeconfig")
    let ending = try await run(["cluster"] + manifests + ["--kubeconfig", kubeconfig]) { process in
      defer { process.send(SIGINT) }
      try await eventually { FileManager.default.fileExists(atPath: kubeconfig) }
      try await body(kubeconfig)
    }
    #expect(ending.code == 0, "\(ending.complaints)")
  }

  /// Runs any program and keeps what it prints.
  static func command(
    _ path: String, _ arguments: [String], environment: [Environment.Key: String?] = [:],
    during: @Sendable (ProcessHandle) async throws -> Void = { _ in }
  ) async throws -> Ending {
    let result = try await Subprocess.run(
      path.contains("/") ? .path(FilePath(path)) : .name(path), arguments: Arguments(arguments),
      environment: .inherit.updating(environment), workingDirectory: FilePath(repository), input: .none,
      output: .string(limit: 16 << 20), error: .string(limit: 1 << 20)
    ) { execution in
      try await during(ProcessHandle(identifier: execution.processIdentifier.value))
    }
    return Ending(
      status: result.terminationStatus, output: result.standardOutput, complaints: result.standardError)
  }
}

/// A running program, to be sent signals.
struct ProcessHandle: Sendable {
  let identifier: Int32

  func send(_ signal: Int32) {
    kill(identifier, signal)
  }
}

/// Waits until something is there, by looking again and again; not for a length of time.
///
/// - Throws: ``NeverHappened`` after `limit`, which a test that works never reaches.
func eventually(within limit: Duration = .seconds(300), _ happened: @Sendable () async throws -> Bool) async throws {
  let start = ContinuousClock.now
  while try await !happened() {
    guard start.duration(to: .now) < limit else { throw NeverHappened() }
    try await Task.sleep(for: .milliseconds(20))
  }
}

struct NeverHappened: Error {}
