import Foundation
import KubernetesObjects

/// Tokens of ServiceAccounts: for a while, as `kubectl create token` asks for them, or in a Secret for as long as it is there.
extension ClusterSimulation {
  private static let issuer = "https://kubernetes.default.svc.cluster.local"
  private static let tokenSecretType = "kubernetes.io/service-account-token"
  private static let accountAnnotation = "kubernetes.io/service-account.name"

  /// Answers a `TokenRequest` (Kubernetes 1.36, pkg/registry/core/serviceaccount/storage/token.go).
  mutating func tokenAnswer(_ key: ObjectKey, _ request: APIRequest) throws(APIFailure) -> APIAnswer {
    guard request.method == "POST" else { throw .methodNotAllowed(request.method) }
    guard let account = context.store[.serviceAccount, key] else { throw .notFound(.serviceAccount, key.name) }
    let spec = request.body?["spec"] ?? [:]
    let seconds = spec["expirationSeconds"]?.integer ?? 3_600
    guard seconds >= 600 else {
      throw Self.invalidTokenRequest(seconds, "may not specify a duration less than 10 minutes")
    }
    guard seconds <= 1 << 32 else {
      throw Self.invalidTokenRequest(seconds, "may not specify a duration larger than 2^32 seconds")
    }
    let audiences = spec["audiences"]?.array ?? []
    var bound: [TokenTable.Reference] = []
    if let reference = spec["boundObjectRef"] { bound.append(try self.bound(reference, key.namespace)) }
    let now = context.date.microseconds / 1_000_000
    let expires = KubernetesTime(seconds: now + seconds)
    let identifier = tokens.uid()
    let token = issue(
      account, expires: expires, bound: bound,
      [
        "aud": .array(audiences.isEmpty ? [.string(Self.issuer)] : audiences), "exp": .integer(now + seconds),
        "iat": .integer(now), "nbf": .integer(now), "jti": .string(identifier),
      ], extra: ["authentication.kubernetes.io/credential-id": ["JTI=\(identifier)"]])
    var shown: JSONValue = [
      "kind": "TokenRequest", "apiVersion": "authentication.k8s.io/v1",
      "metadata": [
        "name": .string(key.name), "namespace": .string(key.namespace),
        "creationTimestamp": .string(context.date.description),
      ],
      "spec": [
        "audiences": .array(audiences.isEmpty ? [.string(Self.issuer)] : audiences),
        "expirationSeconds": .integer(seconds), "boundObjectRef": spec["boundObjectRef"] ?? .null,
      ],
    ]
    shown["status"] = ["token": .string(token), "expirationTimestamp": .string(expires.description)]
    return .object(status: 201, shown)
  }

  private static func invalidTokenRequest(_ seconds: Int64, _ why: String) -> APIFailure {
    let problem = FieldProblem.invalid("spec.expirationSeconds", seconds, why)
    return APIFailure(
      code: 422, reason: "Invalid",
      message: "TokenRequest.authentication.k8s.io \"\" is invalid: \(problem)",
      details: [
        "group": "authentication.k8s.io", "kind": "TokenRequest",
        "causes": [
          ["reason": "FieldValueInvalid", "message": .string(problem.detail), "field": .string(problem.field)]
        ],
      ])
  }

  private func bound(_ reference: JSONValue, _ namespace: String) throws(APIFailure) -> TokenTable.Reference {
    let kindName = reference["kind"]?.string ?? ""
    guard let kind = [ClusterKind.pod, .secret].first(where: { $0.resource.kind == kindName }) else {
      throw .badRequest("cannot bind token for serviceaccount to object of type \(kindName)")
    }
    let key = ObjectKey(namespace: namespace, name: reference["name"]?.string ?? "")
    guard let object = context.store[kind, key] else { throw .notFound(kind, key.name) }
    let uid = object.metadata.uid ?? ""
    if let wanted = reference["uid"]?.string, !wanted.isEmpty, wanted != uid { throw .conflict(kind, key.name) }
    return TokenTable.Reference(kind: kind, key: key, uid: uid)
  }

  private mutating func issue(
    _ account: ClusterObject, expires: KubernetesTime?, bound: [TokenTable.Reference], _ claims: [String: JSONValue],
    extra: [String: [String]] = [:]
  ) -> String {
    let uid = account.metadata.uid ?? ""
    let user = APIUser.serviceAccount(account.key, uid: uid, extra: extra)
    var said: JSONValue = .object(claims)
    said["iss"] = .string(expires == nil ? "kubernetes/serviceaccount" : Self.issuer)
    said["sub"] = .string(user.name)
    said["kubernetes.io"] = [
      "namespace": .string(account.key.namespace),
      "serviceaccount": ["name": .string(account.key.name), "uid": .string(uid)],
    ]
    let itself = TokenTable.Reference(kind: .serviceAccount, key: account.key, uid: uid)
    return tokens.add(TokenTable.Token(user: user, expires: expires, bound: [itself] + bound), claims: said)
  }

  /// Puts a token into a Secret that asks for one; removes it where there is no such account
  /// (Kubernetes 1.36, pkg/controller/serviceaccount/tokens_controller.go).
  mutating func fillTokenSecret(_ key: ObjectKey) {
    guard var secret = context.store[.secret, key], secret.written["type"]?.string == Self.tokenSecretType,
      secret.written["data"]?["token"] == nil,
      let name = secret.metadata.annotations?[Self.accountAnnotation]
    else { return }
    guard let account = context.store[.serviceAccount, ObjectKey(namespace: key.namespace, name: name)] else {
      discard(.secret, key)
      return
    }
    let itself = TokenTable.Reference(kind: .secret, key: key, uid: secret.metadata.uid ?? "")
    let token = issue(
      account, expires: nil, bound: [itself], ["kubernetes.io/serviceaccount/secret.name": .string(key.name)])
    var data = secret.written["data"] ?? [:]
    for (name, text) in [("token", token), ("namespace", key.namespace)] {
      data[name] = .string(Data(text.utf8).base64EncodedString())
    }
    secret.written["data"] = data
    secret.metadata.annotations?["kubernetes.io/service-account.uid"] = account.metadata.uid
    secret.recordWriter(ControllerContext.controllerManager, at: date)
    commit(secret)
  }

  /// Removes the Secrets with tokens of an account that is gone.
  mutating func removeTokenSecrets(ofAccount key: ObjectKey) {
    for secret in context.store.all(.secret, namespace: key.namespace)
    where secret.written["type"]?.string == Self.tokenSecretType
      && secret.metadata.annotations?[Self.accountAnnotation] == key.name
    {
      discard(.secret, secret.key)
    }
  }
}
