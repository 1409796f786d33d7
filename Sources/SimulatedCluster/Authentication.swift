import KubernetesObjects

/// Who asks, by what the request brings: a certificate, a token, nothing; and whom it acts as.
extension ClusterSimulation {
  /// - Throws: 401 for a token that is not, or no longer, good, and 403 where the user may not act as somebody else.
  func user(of request: APIRequest) throws(APIFailure) -> APIUser {
    var credentials = request.credentials
    if let names = request.clientCertificate, let name = names.commonName {
      credentials.certificate = RequestCredentials.Certificate(commonName: name, organizations: names.organizations)
    }
    let user = try authenticated(credentials)
    guard let other = credentials.impersonated else { return user }
    return try acting(user, as: other, path: request.path)
  }

  private func authenticated(_ credentials: RequestCredentials) throws(APIFailure) -> APIUser {
    if let certificate = credentials.certificate {
      return APIUser(name: certificate.commonName, groups: certificate.organizations + [APIUser.authenticated])
    }
    guard let authorization = credentials.authorization else {
      return requiresCredentials ? .anonymous : .administrator
    }
    let parts = authorization.split(separator: " ", maxSplits: 1)
    guard parts.count == 2, parts[0].lowercased() == "bearer", let user = user(ofToken: String(parts[1])) else {
      throw .unauthorized
    }
    return user
  }

  /// Checks each part of it, as the API server does (Kubernetes, apiserver/pkg/endpoints/filters/impersonation.go).
  private func acting(_ user: APIUser, as other: APIUser, path: String) throws(APIFailure) -> APIUser {
    guard !other.name.isEmpty else {
      let groups = other.groups.joined(separator: " ")
      throw APIFailure(
        code: 500, reason: "InternalError",
        message: "Internal Server Error: \"\(path)\": requested [\(groups)] without impersonating a user")
    }
    var parts: [AccessAttributes] = []
    func part(_ resource: String, _ name: String, group: String = "", namespace: String = "", _ detail: String = "") {
      parts.append(
        AccessAttributes(
          verb: "impersonate", namespace: namespace, group: group, resource: resource, subresource: detail, name: name))
    }
    let account = APIUser.serviceAccount(named: other.name)
    if let account {
      part("serviceaccounts", account.name, namespace: account.namespace)
    } else {
      part("users", other.name)
    }
    for group in other.groups { part("groups", group) }
    for (key, values) in other.extra.sorted(by: { $0.key < $1.key }) {
      for value in values { part("userextras", value, group: "authentication.k8s.io", key) }
    }
    if !other.uid.isEmpty { part("uids", other.uid, group: "authentication.k8s.io") }
    for attributes in parts { try authorize(user, attributes) }
    var result = other
    if result.groups.isEmpty, let account { result.groups = APIUser.serviceAccountGroups(account.namespace) }
    let standing = other.name == APIUser.anonymous.name ? APIUser.unauthenticated : APIUser.authenticated
    if !result.groups.contains(standing) { result.groups.append(standing) }
    return result
  }

  /// A token for a user, good for as long as the cluster runs.
  package mutating func addToken(for user: APIUser) -> String {
    var user = user
    if !user.groups.contains(APIUser.authenticated) { user.groups.append(APIUser.authenticated) }
    return tokens.add(user)
  }

  /// Whose token it is now; `nil` for one that the cluster has not given out, that is over, or whose account is gone.
  func user(ofToken text: String) -> APIUser? {
    guard let token = tokens[text] else { return nil }
    if let expires = token.expires, expires <= context.date { return nil }
    for reference in token.bound {
      guard let object = context.store[reference.kind, reference.key], object.metadata.uid == reference.uid else {
        return nil
      }
    }
    return token.user
  }
}

extension APIFailure {
  static let unauthorized = APIFailure(code: 401, reason: "Unauthorized", message: "Unauthorized")
}
