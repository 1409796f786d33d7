/// Who asks the API (Kubernetes, apiserver/pkg/authentication/user).
package struct APIUser: Sendable, Hashable {
  package var name: String
  package var uid: String
  package var groups: [String]
  package var extra: [String: [String]]

  package init(name: String, uid: String = "", groups: [String] = [], extra: [String: [String]] = [:]) {
    self.name = name
    self.uid = uid
    self.groups = groups
    self.extra = extra
  }

  /// Who brings no credentials, as long as the cluster does not ask for any.
  static let administrator = APIUser(name: "simulated", groups: ["system:masters", authenticated])
  /// Who brings no credentials to a cluster that asks for them.
  static let anonymous = APIUser(name: "system:anonymous", groups: [unauthenticated])

  static let authenticated = "system:authenticated"
  static let unauthenticated = "system:unauthenticated"

  /// May do everything, whatever roles say.
  var isMaster: Bool { groups.contains("system:masters") }

  static func serviceAccount(_ key: ObjectKey, uid: String = "", extra: [String: [String]] = [:]) -> APIUser {
    APIUser(
      name: serviceAccountPrefix + "\(key.namespace):\(key.name)", uid: uid,
      groups: serviceAccountGroups(key.namespace) + [authenticated], extra: extra)
  }

  static func serviceAccountGroups(_ namespace: String) -> [String] {
    ["system:serviceaccounts", "system:serviceaccounts:\(namespace)"]
  }

  private static let serviceAccountPrefix = "system:serviceaccount:"

  /// The ServiceAccount that a name is of (Kubernetes, apiserver/pkg/authentication/serviceaccount/util.go, `SplitUsername`).
  static func serviceAccount(named name: String) -> ObjectKey? {
    guard name.hasPrefix(serviceAccountPrefix) else { return nil }
    let parts = name.dropFirst(serviceAccountPrefix.count).split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts.contains(where: \.isEmpty) else { return nil }
    return ObjectKey(namespace: String(parts[0]), name: String(parts[1]))
  }
}

/// Who a request says that it is from.
package struct RequestCredentials: Sendable, Equatable {
  /// The subject of a certificate that the server has verified.
  package struct Certificate: Sendable, Equatable {
    /// The common name: the user's name.
    package var commonName: String
    /// The organizations: the user's groups.
    package var organizations: [String]

    package init(commonName: String, organizations: [String] = []) {
      self.commonName = commonName
      self.organizations = organizations
    }
  }

  /// The value of the header `Authorization`.
  package var authorization: String?
  package var certificate: Certificate?
  /// Whom the request acts as, by its headers `Impersonate-…`; without a name where only details are given.
  package var impersonated: APIUser?

  package init(
    authorization: String? = nil, certificate: Certificate? = nil, impersonated: APIUser? = nil
  ) {
    self.authorization = authorization
    self.certificate = certificate
    self.impersonated = impersonated
  }
}
