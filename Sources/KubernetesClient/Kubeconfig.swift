package import Curl
import Foundation
import KubernetesObjects

/// The parts of a kubeconfig that make a connection: clusters, users and contexts, merged from one or more files.
///
/// Where several files name the same thing, the first one wins and nothing of the others is taken
/// (Kubernetes, client-go/tools/clientcmd/loader.go, `Load`). Paths inside a file are relative to its folder.
package struct Kubeconfig: Sendable {
  /// `nil` when none is set.
  package var currentContext: String?
  package var contexts: [String: Context] = [:]
  package var clusters: [String: Cluster] = [:]
  package var users: [String: User] = [:]
  /// The files that were read, for messages.
  package var sources: [String]

  package struct Context: Sendable {
    package var place: KubeconfigPlace
    package var cluster: String
    /// Empty when it names none.
    package var user: String
    /// `nil` when it names none, or an empty one.
    package var namespace: String?
  }

  package struct Cluster: Sendable {
    package var place: KubeconfigPlace
    /// Empty when it names none.
    package var server: String
    package var certificateAuthority: FileOrData
    package var skipsVerification: Bool
    package var serverName: String?
    /// The proxy for this server, whatever the environment says; `nil` for what the environment says.
    package var proxyURL: String?
    /// What is handed to credential commands that ask for cluster information: the extension
    /// `client.authentication.k8s.io/exec`.
    var execConfiguration: JSONValue?
  }

  package struct User: Sendable {
    package var place: KubeconfigPlace
    package var token: String
    package var tokenFile: String
    package var clientCertificate: FileOrData
    package var clientKey: FileOrData
    package var username: String
    package var password: String
    package var impersonation: Impersonation
    /// The name of an `auth-provider`; `nil` without.
    package var authProvider: String?
    package var exec: ExecCommand?
  }

  /// Something that is named as a file, or written into the kubeconfig itself.
  package struct FileOrData: Sendable, Equatable {
    /// Empty when there is none.
    package var file: String
    package var data: [UInt8]

    package var isEmpty: Bool { file.isEmpty && data.isEmpty }
    package var isBoth: Bool { !file.isEmpty && !data.isEmpty }
    package var pem: PEM? { data.isEmpty ? (file.isEmpty ? nil : .file(file)) : .data(data) }
  }

  /// A command that prints credentials (`client.authentication.k8s.io`).
  package struct ExecCommand: Sendable {
    package var place: KubeconfigPlace
    package var apiVersion: String
    package var command: String
    package var arguments: [String]
    package var environment: [(name: String, value: String)]
    package var installHint: String
    /// As it is written; empty where it is left to the version.
    package var interactiveMode: String
    package var providesClusterInformation: Bool
  }

  /// Whether it says nothing, as where there is no kubeconfig at all.
  var isEmpty: Bool { currentContext == nil && contexts.isEmpty && clusters.isEmpty && users.isEmpty }

  /// Reads the files that `path` or `KUBECONFIG` name, or `~/.kube/config`.
  ///
  /// - Throws: ``KubernetesError`` with the code `configuration`, naming the place.
  package static func load(path: String? = nil, environment: [String: String]) throws(KubernetesError) -> Kubeconfig {
    guard let config = try loadIfPresent(path: path, environment: environment) else {
      throw KubernetesError(
        .configuration, attempt: "cannot read the kubeconfig \(paths(path, environment).joined(separator: ", "))",
        cause: "no such file", hint: "set KUBECONFIG, or name a file with --kubeconfig")
    }
    return config
  }

  /// - Returns: `nil` where none of the files exists.
  static func loadIfPresent(
    path: String?, environment: [String: String]
  ) throws(KubernetesError) -> Kubeconfig? {
    var merged: Kubeconfig?
    for path in paths(path, environment) {
      // kubectl passes over files of the list that do not exist, and over nothing else.
      guard FileManager.default.fileExists(atPath: path) else { continue }
      let config = try Kubeconfig(file: path)
      merged = merged?.merging(config) ?? config
    }
    return merged
  }

  private static func paths(_ path: String?, _ environment: [String: String]) -> [String] {
    if let path { return [path] }
    var paths: [String] = []
    for part in (environment["KUBECONFIG"] ?? "").split(separator: ":").map(String.init) where !paths.contains(part) {
      paths.append(part)
    }
    return paths.isEmpty ? [(environment["HOME"] ?? "") + "/.kube/config"] : paths
  }

  private func merging(_ other: Kubeconfig) -> Kubeconfig {
    Kubeconfig(
      currentContext: currentContext ?? other.currentContext,
      contexts: contexts.merging(other.contexts) { mine, _ in mine },
      clusters: clusters.merging(other.clusters) { mine, _ in mine },
      users: users.merging(other.users) { mine, _ in mine }, sources: sources + other.sources)
  }
}
