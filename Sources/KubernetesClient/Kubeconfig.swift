package import Curl
import Foundation
import Yams

/// The parts of a kubeconfig that make a connection: clusters, users and contexts, merged from one or more files.
///
/// Where several files name the same thing the first one wins, as in kubectl
/// (Kubernetes, client-go/tools/clientcmd/loader.go). Paths inside a file are relative to its folder.
package struct Kubeconfig: Sendable, Equatable {
  package var currentContext: String?
  package var contexts: [String: Context]
  package var clusters: [String: Cluster]
  package var users: [String: User]
  /// The files that were read, for messages.
  package var sources: [String]

  package struct Context: Sendable, Equatable {
    package var cluster: String
    package var user: String
    package var namespace: String?
  }

  package struct Cluster: Sendable, Equatable {
    package var server: String
    package var certificateAuthority: PEM?
    package var skipsVerification: Bool
    package var serverName: String?
    /// The proxy for this server, whatever the environment says; empty for what the environment says.
    package var proxyURL: String?
  }

  package struct User: Sendable, Equatable {
    package var token: String?
    package var tokenFile: String?
    package var clientCertificate: PEM?
    package var clientKey: PEM?
    package var username: String?
    package var password: String?
    package var exec: ExecCommand?
  }

  /// A command that prints credentials (`client.authentication.k8s.io`).
  package struct ExecCommand: Sendable, Equatable {
    package var apiVersion: String
    package var command: String
    package var arguments: [String]
    package var environment: [String: String]
  }

  /// Reads the files that `KUBECONFIG` names, or `~/.kube/config`.
  ///
  /// - Throws: ``KubernetesError`` with the code `configuration`, naming the file.
  package static func load(path: String? = nil, environment: [String: String]) throws(KubernetesError) -> Kubeconfig {
    let named = path ?? environment["KUBECONFIG"].flatMap { $0.isEmpty ? nil : $0 }
    let paths =
      named.map { $0.split(separator: ":").map(String.init) } ?? [(environment["HOME"] ?? "") + "/.kube/config"]
    var merged: Kubeconfig?
    for path in paths {
      // kubectl passes over files of the list that do not exist, as long as one does.
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let config = try Kubeconfig(file: path)
      merged = merged?.merging(config) ?? config
    }
    guard let merged else {
      throw KubernetesError(
        .configuration, attempt: "cannot read the kubeconfig \(paths.joined(separator: ", "))",
        cause: "no such file", hint: "set KUBECONFIG, or name a file with --kubeconfig")
    }
    return merged
  }

  private func merging(_ other: Kubeconfig) -> Kubeconfig {
    Kubeconfig(
      currentContext: currentContext ?? other.currentContext,
      contexts: contexts.merging(other.contexts) { mine, _ in mine },
      clusters: clusters.merging(other.clusters) { mine, _ in mine },
      users: users.merging(other.users) { mine, _ in mine }, sources: sources + other.sources)
  }
}

extension Kubeconfig {
  init(file path: String) throws(KubernetesError) {
    let attempt = "cannot read the kubeconfig \(path)"
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw KubernetesError(.configuration, attempt: attempt, cause: "the file cannot be opened or is not text")
    }
    do {
      try self.init(text: text, source: path)
    } catch let error as KubernetesError {
      throw error
    } catch let error as YamlError {
      throw KubernetesError(.configuration, attempt: attempt, cause: Self.summary(of: error))
    } catch {
      throw KubernetesError(.configuration, attempt: attempt, cause: "it is not YAML")
    }
  }

  /// The problem and its place, without the document around it, which may hold credentials.
  private static func summary(of error: YamlError) -> String {
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      "line \(mark.line), column \(mark.column): \(problem)"
    default: "it is not YAML"
    }
  }

  /// Reads one kubeconfig from text; `source` stands in messages and is what paths are relative to.
  package init(text: String, source: String) throws {
    let attempt = "cannot read the kubeconfig \(source)"
    guard let root = try Yams.compose(yaml: text)?.mapping else {
      throw KubernetesError(.configuration, attempt: attempt, cause: "it is empty or no mapping")
    }
    let folder = URL(fileURLWithPath: source).deletingLastPathComponent().path
    currentContext = root["current-context"]?.string.flatMap { $0.isEmpty ? nil : $0 }
    sources = [source]
    contexts = [:]
    clusters = [:]
    users = [:]
    for (name, node) in Self.entries(root["contexts"], "context") {
      guard let cluster = node["cluster"]?.string else { continue }
      contexts[name] = Context(
        cluster: cluster, user: node["user"]?.string ?? "", namespace: node["namespace"]?.string)
    }
    for (name, node) in Self.entries(root["clusters"], "cluster") {
      guard let server = node["server"]?.string else { continue }
      clusters[name] = Cluster(
        server: server,
        certificateAuthority: try Self.pem("certificate-authority", in: node, folder: folder, attempt: attempt),
        skipsVerification: node["insecure-skip-tls-verify"]?.bool ?? false,
        serverName: node["tls-server-name"]?.string,
        proxyURL: node["proxy-url"]?.string.flatMap { $0.isEmpty ? nil : $0 })
    }
    for (name, node) in Self.entries(root["users"], "user") {
      users[name] = User(
        token: node["token"]?.string, tokenFile: node["tokenFile"]?.string.map { Self.absolute($0, in: folder) },
        clientCertificate: try Self.pem("client-certificate", in: node, folder: folder, attempt: attempt),
        clientKey: try Self.pem("client-key", in: node, folder: folder, attempt: attempt),
        username: node["username"]?.string, password: node["password"]?.string,
        exec: Self.exec(node["exec"]))
    }
  }

  private static func entries(_ list: Node?, _ member: String) -> [(String, Node.Mapping)] {
    (list?.sequence.map(Array.init) ?? []).compactMap { entry in
      guard let name = entry["name"]?.string, let mapping = entry[member]?.mapping else { return nil }
      return (name, mapping)
    }
  }

  private static func pem(
    _ key: String, in node: Node.Mapping, folder: String, attempt: String
  ) throws(KubernetesError) -> PEM? {
    if let text = node[Node(key + "-data")]?.string, !text.isEmpty {
      guard let data = Data(base64Encoded: text, options: .ignoreUnknownCharacters) else {
        throw KubernetesError(.configuration, attempt: attempt, cause: "\(key)-data is not base64")
      }
      return .data(Array(data))
    }
    return node[Node(key)]?.string.flatMap { $0.isEmpty ? nil : .file(absolute($0, in: folder)) }
  }

  private static func absolute(_ path: String, in folder: String) -> String {
    path.hasPrefix("/") ? path : folder + "/" + path
  }

  private static func exec(_ node: Node?) -> ExecCommand? {
    guard let node, let command = node["command"]?.string else { return nil }
    var environment: [String: String] = [:]
    for entry in node["env"]?.sequence.map(Array.init) ?? [] {
      if let name = entry["name"]?.string { environment[name] = entry["value"]?.string ?? "" }
    }
    return ExecCommand(
      apiVersion: node["apiVersion"]?.string ?? "client.authentication.k8s.io/v1", command: command,
      arguments: (node["args"]?.sequence.map(Array.init) ?? []).compactMap(\.string), environment: environment)
  }
}
