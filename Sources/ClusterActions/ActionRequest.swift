package import KubernetesObjects

/// A request of an action to the Kubernetes API.
package struct ActionRequest: Sendable, Equatable {
  package enum Body: String, Sendable {
    case json = "application/json"
    /// RFC 6902
    case jsonPatch = "application/json-patch+json"
    /// RFC 7386
    case mergePatch = "application/merge-patch+json"
    case strategicMergePatch = "application/strategic-merge-patch+json"
    /// JSON is YAML.
    case apply = "application/apply-patch+yaml"
  }

  package let method: String
  /// Without the query.
  package let path: String
  package let query: [String: String]
  package let type: Body
  package let body: JSONValue?
  /// Whether a refusal for the time being (429) is no failure: a disruption budget allows what was asked for later, perhaps.
  package let mayBeRefused: Bool
  /// Whether it is no failure that what it is about is not there (404).
  package let mayBeMissing: Bool

  init(
    _ method: String, _ path: String, query: [String: String] = [:], type: Body = .json, body: JSONValue? = nil,
    mayBeRefused: Bool = false, mayBeMissing: Bool = false
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.type = type
    self.body = body
    self.mayBeRefused = mayBeRefused
    // What is to be taken away may be gone already.
    self.mayBeMissing = mayBeMissing || mayBeRefused || method == "DELETE"
  }

  /// Who writes, in `managedFields`.
  package static let fieldManager = "scaleproof"

  static func patch(_ path: String, _ type: Body, _ body: JSONValue) -> ActionRequest {
    // A field that Kubernetes does not have would else be dropped in silence (KEP-2885).
    ActionRequest(
      "PATCH", path, query: ["fieldManager": fieldManager, "fieldValidation": "Strict"], type: type, body: body)
  }

  /// With the query, as in the request line of HTTP.
  package var pathWithQuery: String {
    let unreserved = Set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~".utf8)
    func escaped(_ text: String) -> String {
      text.utf8.map { byte in
        unreserved.contains(byte)
          ? String(UnicodeScalar(byte)) : "%" + (byte < 16 ? "0" : "") + String(byte, radix: 16, uppercase: true)
      }.joined()
    }
    guard !query.isEmpty else { return path }
    return path + "?" + query.sorted { $0.key < $1.key }.map { "\($0.key)=\(escaped($0.value))" }.joined(separator: "&")
  }

  /// The same request, of which the server tells what would come of it, and changes nothing.
  package var dryRun: ActionRequest {
    ActionRequest(
      method, path, query: query.merging(["dryRun": "All"]) { $1 }, type: type, body: body, mayBeRefused: mayBeRefused,
      mayBeMissing: mayBeMissing)
  }

  /// The request as a line: `PATCH /apis/apps/v1/namespaces/shop/deployments/web/scale`.
  package var line: String { "\(method) \(path)" }
}

/// How what is refused for the time being, as by a disruption budget, is asked for again
/// (Kubernetes 1.36, staging/src/k8s.io/kubectl/pkg/drain/drain.go, `evictPods`). Run time.
package enum RefusalPatience {
  package static let betweenTries = Duration.seconds(5)
  /// After which a refusal is a failure.
  package static let limit = Duration.seconds(300)
}

/// Why an action cannot be done, or went wrong.
package struct ActionProblem: Error, Equatable, CustomStringConvertible {
  package let description: String

  package init(_ description: String) { self.description = description }
}
