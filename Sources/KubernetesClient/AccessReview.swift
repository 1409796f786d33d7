package import KubernetesObjects

extension APIClient {
  /// What the API server says about a right of ours.
  package struct AccessAnswer: Sendable, Equatable {
    package let isAllowed: Bool
    /// The words of who decided, where there are any.
    package let reason: String?
  }

  /// Asks whether we have a right, without using it
  /// (Kubernetes, `SelfSubjectAccessReview` of authorization.k8s.io/v1, served since 1.6).
  package func review(_ right: AccessRight) async throws(KubernetesError) -> AccessAnswer {
    struct Review: Decodable {
      struct Status: Decodable {
        var allowed: Bool
        var denied: Bool?
        var reason: String?
        var evaluationError: String?
      }
      var status: Status
    }
    var attributes: JSONValue = [
      "verb": .string(right.verb.rawValue),
      "group": .string(right.resource.group), "version": .string(right.resource.version),
      "resource": .string(right.resource.plural),
    ]
    if let namespace = right.namespace { attributes["namespace"] = .string(namespace) }
    if let subresource = right.subresource { attributes["subresource"] = .string(subresource) }
    if let name = right.name { attributes["name"] = .string(name) }
    let path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews"
    let answer = try await post(
      path,
      [
        "apiVersion": "authorization.k8s.io/v1", "kind": "SelfSubjectAccessReview",
        "spec": ["resourceAttributes": attributes],
      ])
    let status = try decode(Review.self, from: answer.body, of: path).status
    let words = [status.reason, status.evaluationError].compactMap { $0 }.filter { !$0.isEmpty }
    return AccessAnswer(
      isAllowed: status.allowed && status.denied != true, reason: words.isEmpty ? nil : words.joined(separator: "; "))
  }

  /// The name that the API server knows us by; `nil` where it does not tell
  /// (Kubernetes, `SelfSubjectReview` of authentication.k8s.io/v1, served since 1.28).
  package func knownName() async -> String? {
    struct Review: Decodable {
      struct Status: Decodable {
        struct User: Decodable { var username: String }
        var userInfo: User
      }
      var status: Status
    }
    let path = "/apis/authentication.k8s.io/v1/selfsubjectreviews"
    let body: JSONValue = ["apiVersion": "authentication.k8s.io/v1", "kind": "SelfSubjectReview"]
    guard let answer = try? await post(path, body) else { return nil }
    return try? decode(Review.self, from: answer.body, of: path).status.userInfo.username
  }

  private func post(_ path: String, _ value: JSONValue) async throws(KubernetesError) -> Answer {
    let body: [UInt8]
    do {
      body = Array(try value.json())
    } catch {
      throw KubernetesError(.malformed, attempt: "cannot ask \(path)", cause: "the question is no JSON: \(error)")
    }
    return try await perform(
      "POST", path: path, timeout: timeout, headers: [("Content-Type", "application/json")], body: body)
  }
}
