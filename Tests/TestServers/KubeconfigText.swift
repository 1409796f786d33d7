/// A kubeconfig for a server of a test.
package enum KubeconfigText {
  /// One whose only context, `test`, leads to a server without credentials.
  package static func leading(to url: String) -> String {
    """
    apiVersion: v1
    kind: Config
    current-context: test
    contexts: [{name: test, context: {cluster: test, user: test}}]
    clusters: [{name: test, cluster: {server: "\(url)"}}]
    users: [{name: test, user: {}}]
    """
  }
}
