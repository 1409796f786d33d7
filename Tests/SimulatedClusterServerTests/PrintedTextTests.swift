import Foundation
import KubernetesObjects
import SimulatedCluster
import SimulatedClusterServer
import Subprocess
import SystemPackage
import TestServers
import Testing

/// What kubectl prints against a real API server and against the simulated cluster, line by line.
@Suite("What kubectl prints", .timeLimit(.minutes(5)))
struct PrintedTextTests {
  /// Each conversation, told by a kubectl of about its age.
  private static let tellers: [(client: String, kubectl: Kubectl)] = {
    var tellers: [(client: String, kubectl: Kubectl)] = []
    if let old = Kubectl.found.first(where: { $0.minor == 20 }) { tellers.append(("v1.20", old)) }
    if let new = Kubectl.found.last, new.minor >= 32 { tellers.append(("v1.32", new)) }
    return tellers
  }()

  @Test("there is a kubectl for each conversation")
  func found() {
    #expect(Self.tellers.map(\.client) == ["v1.20", "v1.32"], "scripts/test gets both versions")
  }

  @Test("is what it printed then, but for what is known, and all that is known is still so")
  func same() async throws {
    let known = try KnownDifference.all()
    var used: Set<Int> = []
    for (client, kubectl) in Self.tellers {
      let (compared, differences) = try await told(client, kubectl)
      var unknown: [String] = []
      print("kubectl \(kubectl.version) against what \(client) printed:")
      for (command, difference) in differences {
        let reasons = known.indices.filter { known[$0].covers(difference, client: client, command: command) }
        used.formUnion(reasons)
        if reasons.isEmpty { unknown.append("\(command): \(difference)") }
        print(reasons.isEmpty ? "UNKNOWN" : "known  ", "\(command): \(difference)")
      }
      #expect(compared > 40)
      #expect(unknown.isEmpty, "\(client): \(unknown.joined(separator: "\n"))")
    }
    let idle = known.indices.filter { !used.contains($0) }.map { "\(known[$0].command): \(known[$0].reason)" }
    #expect(idle.isEmpty, "no longer so: \(idle.joined(separator: "\n"))")
  }

  /// The lines that only one of the two sides has, command by command.
  private func told(
    _ client: String, _ kubectl: Kubectl
  ) async throws -> (compared: Int, differences: [(command: String, LineDifference)]) {
    let conversation = try PrintedConversation(client: client)
    var differences: [(command: String, LineDifference)] = []
    try await SteppedRig.withCluster(kubectl) { rig in
      for command in conversation.commands {
        let here = try await rig.tell(command)
        let isTable = ["events", "get-selector", "get-chunked", "get-watch"].contains(command.name)
        differences += LineDifference.between(
          then: ComparableText(command.printed, isTable: isTable).lines,
          here: ComparableText(here, isTable: isTable).lines
        ).map { (command.name, $0) }
      }
    }
    return (conversation.commands.count, differences)
  }
}

/// A cluster whose time goes on by steps, and not with the clock on the wall: between commands, and while one waits.
struct SteppedRig {
  let rig: KubectlRig

  /// Cluster time before the first command: the clock on the wall does not come there in a test.
  private static let lead = Duration.seconds(3_600)

  static func withCluster(_ kubectl: Kubectl, _ body: (SteppedRig) async throws -> Void) async throws {
    try await KubectlRig.withCluster(
      kubectl, manifests: "namespace.json", timeScale: 1, ahead: Self.lead + .seconds(900)
    ) { rig in
      try await rig.server.withCluster { $0.advance(to: Self.lead) }
      _ = try await rig.kubectl("config", "set-context", "simulated", "--namespace=production")
      for name in ["seed.yaml", "conflict.yaml"] {
        try FileManager.default.copyItem(
          at: PrintedConversation.folder.appending(path: name), to: rig.folder.appending(path: name))
      }
      try await body(SteppedRig(rig: rig))
    }
  }

  /// Lets cluster time pass.
  func pass(_ time: Duration) async throws {
    try await rig.server.withCluster { $0.advance(to: $0.now + time) }
  }

  /// Commands that wait for something, so that time has to pass meanwhile.
  private static let waiting: Set<String> = ["rollout-status", "wait", "delete-pod", "raw-expired", "raw-bookmarks"]

  /// What a command prints, a while after the one before.
  func tell(_ command: PrintedConversation.Command) async throws -> [String] {
    switch command.name {
    case "get-all": try await pass(.seconds(13))
    case "get-watch": return try await watch(command)
    case "get-wide", "get-json", "raw-expired", "raw-bookmarks": break
    // What was set in motion before comes to rest.
    case "rollout-history", "top-pods", "get-selector", "delete-pod", "delete": try await pass(.seconds(60))
    default: try await pass(.seconds(1))
    }
    var arguments = command.arguments.map {
      ["seed.yaml", "conflict.yaml"].contains($0) ? rig.folder.appending(path: $0).path : $0
    }
    if command.name == "delete-pod" {
      let pods = try await rig.kubectl("get", "pods", "-o", "jsonpath={.items[0].metadata.name}")
      arguments = ["delete", "pod", pods.output, "--wait=true"]
    }
    guard Self.waiting.contains(command.name) else { return Self.lines(try await rig.kubectl(arguments).output) }
    let server = rig.server
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          try await server.withCluster { $0.advance(to: $0.now + .milliseconds(250)) }
          try await Task.sleep(for: .milliseconds(10))
        }
      }
      let output = try await rig.kubectl(arguments).output
      group.cancelAll()
      return Self.lines(output)
    }
  }

  /// A watch of 25 seconds; two seconds after its begin somebody asks for a pod more, and the autoscaler takes it back.
  private func watch(_ command: PrintedConversation.Command) async throws -> [String] {
    let server = rig.server
    return try await run(
      .path(FilePath(rig.program.path)),
      arguments: Arguments(["--cache-dir", rig.folder.path] + command.arguments),
      environment: .inherit.updating(["KUBECONFIG": rig.folder.appending(path: "config").path]),
      input: .none, output: .sequence, error: .discarded
    ) { execution in
      var lines: [String] = []
      var isStarted = false
      for try await line in execution.standardOutput.strings() {
        lines.append(line)
        if !isStarted, lines.count == 4 {
          isStarted = true
          try await pass(.seconds(2))
          try await server.withCluster { cluster in
            _ = cluster.respond(
              to: APIRequest(
                method: "PATCH", path: "/apis/apps/v1/namespaces/production/deployments/aspnetcore-deployment/scale",
                contentType: "application/merge-patch+json", body: ["spec": ["replicas": 4]]))
          }
          for _ in 0..<46 { try await pass(.milliseconds(500)) }
        }
        if line.hasPrefix("DELETED") { try execution.send(signal: .terminate) }
      }
      return lines
    }.closureResult
  }

  private static func lines(_ text: String) -> [String] {
    text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
  }
}
