import Curl
import Foundation

/// The service account of the pod that this program runs in (Kubernetes, client-go/rest/config.go, `InClusterConfig`).
package struct ServiceAccount: Sendable {
  /// Where the kubelet mounts it: `token`, `ca.crt` and `namespace`.
  package let folder: String
  private let host: String
  private let port: String
  private let namespaceVariable: String?

  /// `nil` outside of a pod, and in one that has no token.
  package init?(environment: [String: String], folder: String = "/var/run/secrets/kubernetes.io/serviceaccount") {
    guard let host = environment["KUBERNETES_SERVICE_HOST"], !host.isEmpty,
      let port = environment["KUBERNETES_SERVICE_PORT"], !port.isEmpty,
      FileManager.default.fileExists(atPath: folder + "/token")
    else { return nil }
    self.host = host
    self.port = port
    self.folder = folder
    namespaceVariable = environment["POD_NAMESPACE"]
  }

  var server: String { "https://\(host.contains(":") ? "[\(host)]" : host):\(port)" }

  var authority: PEM { .file(folder + "/ca.crt") }

  var credentials: CredentialSource { .tokenFile(TokenFile(path: folder + "/token")) }

  /// That of the pod (Kubernetes, client-go/tools/clientcmd/client_config.go, `inClusterClientConfig.Namespace`).
  var namespace: String {
    if let namespaceVariable, !namespaceVariable.isEmpty { return namespaceVariable }
    let text = (try? String(contentsOfFile: folder + "/namespace", encoding: .utf8)) ?? ""
    let namespace = text.trimmingCharacters(in: .whitespacesAndNewlines)
    return namespace.isEmpty ? "default" : namespace
  }
}
