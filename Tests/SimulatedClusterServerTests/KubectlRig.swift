import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Subprocess
import SystemPackage
import TestServers

/// A running server, its kubeconfig in a folder of its own, and kubectl pointed at it.
struct KubectlRig {
  let server: ClusterServer
  let endpoints: ClusterServer.Endpoints
  let folder: URL
  let program: Kubectl

  func kubectl(_ arguments: String...) async throws -> (output: String, succeeded: Bool) {
    try await kubectl(arguments)
  }

  func kubectl(_ arguments: [String], input: String = "") async throws -> (output: String, succeeded: Bool) {
    let result = try await run(
      .path(FilePath(program.path)), arguments: Arguments(["--cache-dir", folder.path] + arguments),
      environment: .inherit.updating(["KUBECONFIG": folder.appending(path: "config").path]),
      input: .string(input), output: .string(limit: 4 << 20), error: .string(limit: 1 << 20))
    let text = result.standardOutput + result.standardError
    return (text, result.terminationStatus.isSuccess)
  }

  /// Runs Helm on the cluster, with what it keeps in the folder.
  func helm(_ program: Helm, _ arguments: [String]) async throws -> (output: String, succeeded: Bool) {
    let result = try await run(
      .path(FilePath(program.path)), arguments: Arguments(arguments),
      environment: .inherit.updating([
        "KUBECONFIG": folder.appending(path: "config").path, "HELM_CACHE_HOME": folder.path,
        "HELM_CONFIG_HOME": folder.path, "HELM_DATA_HOME": folder.path,
      ]),
      output: .string(limit: 4 << 20), error: .string(limit: 1 << 20))
    let text = result.standardOutput + result.standardError
    return (text, result.terminationStatus.isSuccess)
  }

  /// What curl prints of an answer.
  func curl(_ arguments: [String], input: String) async throws -> String {
    try await run(
      .name("curl"), arguments: Arguments(["-sS"] + arguments), input: .string(input),
      output: .string(limit: 1 << 20), error: .string(limit: 1 << 16)
    ).standardOutput
  }

  /// Whether a watch prints a line within half a minute; it is ended then.
  func sees(_ line: String, _ arguments: String...) async throws -> Bool {
    try await run(
      .path(FilePath(program.path)),
      arguments: Arguments(["--cache-dir", folder.path, "--request-timeout=30s"] + arguments),
      environment: .inherit.updating(["KUBECONFIG": folder.appending(path: "config").path]),
      input: .none, output: .sequence, error: .discarded
    ) { execution in
      for try await printed in execution.standardOutput.strings() where printed == line {
        try execution.send(signal: .terminate)
        return true
      }
      return false
    }.closureResult
  }

  /// - Parameters:
  ///   - manifests: a file of Tests/SimulatedClusterTests/Resources.
  ///   - ahead: how much cluster time is to pass faster than that of the wall, so that nothing lies in the future then.
  static func withCluster(
    _ kubectl: Kubectl, manifests: String = "aspnetcore.json", timeScale: Double = 50,
    workload: SimulatedWorkload = SimulatedWorkload(), ahead: Duration = .zero,
    _ body: (KubectlRig) async throws -> Void
  ) async throws {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "SimulatedClusterTests/Resources/\(manifests)")
    // kubectl before 1.29 does not know a hook that sleeps, and leaves it out of what it writes back.
    let text = try String(contentsOf: file, encoding: .utf8)
      .replacing(#/"sleep":\s*\{\s*"seconds":\s*10\s*\}/#, with: #""exec": {"command": ["sleep", "10"]}"#)
    let objects = try JSONValue(json: Data(text.utf8)).array ?? []
    let now = KubernetesTime(
      microseconds: Int64(Date().timeIntervalSince1970 * 1e6) - ahead.components.seconds * 1_000_000)
    let server = try ClusterServer(
      manifests: objects.map { ClusterManifest(source: manifests, object: $0) }, workload: workload,
      timeScale: timeScale,
      startDate: now)
    let endpoints = try await server.start()
    let folder = URL.temporaryDirectory.appending(path: "simulated-cluster-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try Data(endpoints.kubeconfig.utf8).write(to: folder.appending(path: "config"))
    do {
      try await body(KubectlRig(server: server, endpoints: endpoints, folder: folder, program: kubectl))
    } catch {
      await server.stop()
      throw error
    }
    await server.stop()
  }
}
