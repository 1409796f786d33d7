import Curl
import Foundation
import KubernetesObjects
import Subprocess
import SystemPackage
import Units

/// A command that prints a credential (Kubernetes, client-go/plugin/pkg/client/auth/exec/exec.go).
struct ExecPlugin: Sendable {
  let command: Kubeconfig.ExecCommand
  /// Kubernetes, client-go/rest/exec.go, `ConfigToExecCluster`; handed over only where the command asks for it.
  let cluster: JSONValue
  /// How long the command may take; longer where somebody may have to log in at the terminal.
  var limit: Duration = .seconds(60)
  var interactiveLimit: Duration = .seconds(300)
  /// Told each line that the command says on standard error, as long as it may ask somebody.
  let announce: @Sendable (String) -> Void

  private static let outputLimit = 1 << 20

  private var attempt: String { "cannot get credentials from \(command.command)" }

  /// Runs the command.
  ///
  /// - Parameter mayAsk: whether somebody may be asked, or told something, at the terminal now.
  func fetch(mayAsk: Bool) async throws(KubernetesError) -> ExecCredential {
    let asks = try isInteractive(mayAsk: mayAsk)
    var variables = Dictionary(command.environment.map { ($0.name, Optional($0.value)) }) { _, last in last }
    variables["KUBERNETES_EXEC_INFO"] = try information(interactive: asks)
    let environment = Environment.inherit.updating(
      Dictionary(uniqueKeysWithValues: variables.map { (Environment.Key(stringLiteral: $0.key), $0.value) }))
    let ending: Ending
    do {
      ending = asks ? try await runAtTerminal(environment) : try await runAlone(environment, announces: mayAsk)
    } catch let error as SubprocessError where error.code == .executableNotFound {
      throw problem("it is not installed, or not on the path", hint: installHint)
    } catch {
      throw problem("it could not be run: \(error)", hint: installHint)
    }
    let said = ExecComplaint.text(ending.complaints)
    guard let status = ending.status else {
      let limit = asks ? interactiveLimit : limit
      throw problem("it did not end within \(limit.text)\(said)", hint: "run it by hand to see what it waits for")
    }
    guard status.isSuccess else {
      throw problem(
        "it ended with \(status.text)\(said)", hint: said.isEmpty ? "run it by hand to see why" : nil)
    }
    return try ExecCredential(Data(ending.output), version: command.apiVersion, attempt: attempt)
  }

  private struct Ending: Sendable {
    /// `nil` when it did not end in time.
    var status: TerminationStatus?
    var output: [UInt8] = []
    var complaints: [UInt8] = []
  }

  private enum Part: Sendable {
    case output([UInt8])
    case complaints([UInt8])
    case overdue
  }

  /// Runs the command in a process group of its own, so that what it has started ends with it.
  private func runAlone(_ environment: Environment, announces: Bool) async throws -> Ending {
    var options = PlatformOptions()
    options.processGroupID = 0
    let result = try await run(
      executable, arguments: Arguments(command.arguments), environment: environment, platformOptions: options,
      input: .none, output: .sequence, error: .sequence
    ) { execution in
      try await CredentialCommands.whileRunning(execution.processIdentifier.value) {
        try await read(execution, announces: announces)
      }
    }
    var (ending, isOverdue) = result.closureResult
    ending.status = isOverdue ? nil : result.terminationStatus
    return ending
  }

  /// Reads what a command prints and says, until it ends or its time is over; then it is ended.
  private func read(
    _ execution: Execution<NoInput, SequenceOutput, SequenceOutput>, announces: Bool
  ) async throws -> (Ending, isOverdue: Bool) {
    try await withThrowingTaskGroup(of: Part.self) { group in
      group.addTask { .output(try await Self.bytes(of: execution.standardOutput)) }
      group.addTask { .complaints(try await listen(to: execution.standardError, announces: announces)) }
      group.addTask {
        try await Task.sleep(for: limit)
        return .overdue
      }
      var ending = Ending()
      var isOverdue = false
      var open = 2
      reading: while open > 0, let part = try await group.next() {
        switch part {
        case .output(let bytes): (ending.output, open) = (bytes, open - 1)
        case .complaints(let bytes): (ending.complaints, open) = (bytes, open - 1)
        case .overdue where isOverdue: break reading
        case .overdue:
          isOverdue = true
          try? execution.send(signal: .kill, toProcessGroup: true)
          // What has left the group may still hold the pipes.
          group.addTask {
            try await Task.sleep(for: .seconds(1))
            return .overdue
          }
        }
      }
      group.cancelAll()
      return (ending, isOverdue)
    }
  }

  /// Runs the command with this program's terminal, where it may ask and say what it likes.
  private func runAtTerminal(_ environment: Environment) async throws -> Ending {
    try await withThrowingTaskGroup(of: Ending?.self) { group in
      group.addTask {
        let result = try await run(
          executable, arguments: Arguments(command.arguments), environment: environment,
          input: .currentStandardInput, output: .bytes(limit: Self.outputLimit), error: .currentStandardError)
        return Ending(status: result.terminationStatus, output: result.standardOutput)
      }
      group.addTask {
        try await Task.sleep(for: interactiveLimit)
        return nil
      }
      defer { group.cancelAll() }
      return try await group.next()?.flatMap { $0 } ?? Ending()
    }
  }

  private var executable: Executable {
    command.command.contains("/") ? .path(FilePath(command.command)) : .name(command.command)
  }

  private static func bytes(of sequence: SubprocessOutputSequence) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await buffer in sequence {
      // What is too long to be a credential is read on, so that the command does not hang in writing it.
      if bytes.count < outputLimit { bytes += buffer.withUnsafeBytes { Array($0) } }
    }
    return bytes
  }

  private func listen(to sequence: SubprocessOutputSequence, announces: Bool) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await line in sequence.strings() {
      if announces { announce(line) }
      if bytes.count < Self.outputLimit { bytes += Array((line + "\n").utf8) }
    }
    return bytes
  }

  private var installHint: String {
    command.installHint.isEmpty
      ? "install it, or correct the command in the kubeconfig" : ExecComplaint.plain(command.installHint)
  }

  private func problem(_ cause: String, hint: String?) -> KubernetesError {
    KubernetesError(.credentials, attempt: attempt, cause: cause, hint: hint)
  }

  /// Kubernetes, client-go/plugin/pkg/client/auth/exec/exec.go, `isInteractive`.
  private func isInteractive(mayAsk: Bool) throws(KubernetesError) -> Bool {
    let hasTerminal = mayAsk && isatty(STDIN_FILENO) == 1
    switch command.interactiveMode {
    case "Never": return false
    case "Always":
      guard hasTerminal else {
        throw problem(
          mayAsk
            ? "it asks at a terminal (interactiveMode: Always), and standard input is none"
            : "it asks at a terminal (interactiveMode: Always), which cannot be during a run",
          hint: "use credentials that last for the whole run")
      }
      return true
    default: return hasTerminal
    }
  }

  /// The value of `KUBERNETES_EXEC_INFO`.
  func information(interactive: Bool) throws(KubernetesError) -> String {
    var spec: JSONValue = ["interactive": .bool(interactive)]
    if command.providesClusterInformation { spec["cluster"] = cluster }
    let value: JSONValue = ["kind": "ExecCredential", "apiVersion": .string(command.apiVersion), "spec": spec]
    do {
      return String(decoding: try value.json(), as: UTF8.self)
    } catch {
      throw problem("what it is to be told cannot be written as JSON: \(error)", hint: nil)
    }
  }
}
