import Foundation
import KubernetesObjects
import Testing

@testable import SimulatedCluster

/// What one user asks of a cluster.
private struct Asker {
  var cluster: ClusterSimulation
  var credentials: RequestCredentials

  init(_ user: APIUser?, manifests: [JSONValue] = []) throws {
    let workload = try Workload()
    cluster = try ClusterSimulation(
      manifests: workload.manifests + manifests.map { ClusterManifest(source: "access", object: $0) })
    cluster.advance(to: .seconds(60))
    credentials = RequestCredentials(impersonated: user)
  }

  mutating func ask(
    _ method: String, _ path: String, query: [String: String] = [:], body: JSONValue? = nil
  ) -> (status: Int, body: JSONValue) {
    let type = method == "PATCH" ? "application/merge-patch+json" : "application/json"
    return cluster.ask(method, path, query: query, type: type, body: body, credentials: credentials)
  }
}

private func role(
  _ rules: [JSONValue], name: String = "some", kind: String = "Role"
) -> JSONValue {
  var role: JSONValue = [
    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind), "metadata": ["name": .string(name)],
    "rules": .array(rules),
  ]
  if kind == "Role" { role.setMember("production", at: ["metadata", "namespace"]) }
  return role
}

private func binding(
  _ subject: JSONValue, role: String = "some", of roleKind: String = "Role", kind: String = "RoleBinding"
) -> JSONValue {
  var binding: JSONValue = [
    "apiVersion": "rbac.authorization.k8s.io/v1", "kind": .string(kind), "metadata": ["name": "bound"],
    "subjects": [subject],
    "roleRef": [
      "apiGroup": "rbac.authorization.k8s.io", "kind": .string(roleKind), "name": .string(role),
    ],
  ]
  if kind == "RoleBinding" { binding.setMember("production", at: ["metadata", "namespace"]) }
  return binding
}

private let jane: JSONValue = ["kind": "User", "name": "jane"]

@Suite("Rights in the simulated cluster")
struct AccessTests {
  /// A rule, what is asked, and whether it allows it.
  struct Case: Sendable, CustomTestStringConvertible {
    let rule: JSONValue
    let method: String
    let path: String
    var query: [String: String] = [:]
    let isAllowed: Bool

    var testDescription: String { "\(rule.compactText): \(method) \(path) \(query) \(isAllowed)" }
  }

  private static func rule(
    _ verbs: [JSONValue], _ groups: [JSONValue], _ resources: [JSONValue], names: [JSONValue] = []
  ) -> JSONValue {
    var rule: JSONValue = ["verbs": .array(verbs), "apiGroups": .array(groups), "resources": .array(resources)]
    if !names.isEmpty { rule["resourceNames"] = .array(names) }
    return rule
  }

  private static let pods = "/api/v1/namespaces/production/pods"
  private static let web = "/apis/apps/v1/namespaces/production/deployments/aspnetcore-deployment"

  private static let cases: [Case] = [
    Case(rule: rule(["list"], [""], ["pods"]), method: "GET", path: pods, isAllowed: true),
    Case(rule: rule(["list"], [""], ["pods"]), method: "GET", path: pods, query: ["watch": "1"], isAllowed: false),
    Case(rule: rule(["watch"], [""], ["pods"]), method: "GET", path: pods, query: ["watch": "1"], isAllowed: true),
    Case(rule: rule(["list"], [""], ["pods"]), method: "GET", path: "/api/v1/pods", isAllowed: false),
    Case(rule: rule(["get"], [""], ["pods"]), method: "GET", path: pods, isAllowed: false),
    Case(rule: rule(["*"], [""], ["*"]), method: "GET", path: pods, isAllowed: true),
    Case(rule: rule(["*"], ["apps"], ["*"]), method: "GET", path: pods, isAllowed: false),
    Case(rule: rule(["*"], ["*"], ["pods"]), method: "GET", path: pods, isAllowed: true),
    Case(rule: rule(["get"], ["apps"], ["deployments"]), method: "GET", path: web, isAllowed: true),
    Case(rule: rule(["get"], ["apps"], ["deployments"]), method: "HEAD", path: web, isAllowed: true),
    Case(rule: rule(["get"], [""], ["deployments"]), method: "GET", path: web, isAllowed: false),
    Case(rule: rule(["get"], ["apps"], ["deployments"]), method: "GET", path: web + "/scale", isAllowed: false),
    Case(rule: rule(["get"], ["apps"], ["deployments/scale"]), method: "GET", path: web + "/scale", isAllowed: true),
    Case(rule: rule(["get"], ["apps"], ["*/scale"]), method: "GET", path: web + "/scale", isAllowed: true),
    Case(rule: rule(["get"], ["apps"], ["*/scale"]), method: "GET", path: web, isAllowed: false),
    Case(
      rule: rule(["get"], ["apps"], ["deployments"], names: ["aspnetcore-deployment"]), method: "GET", path: web,
      isAllowed: true),
    Case(
      rule: rule(["get"], ["apps"], ["deployments"], names: ["other"]), method: "GET", path: web, isAllowed: false),
    Case(rule: rule(["list"], [""], ["pods"], names: ["one"]), method: "GET", path: pods, isAllowed: false),
    Case(
      rule: rule(["list"], [""], ["pods"], names: ["one"]), method: "GET", path: pods,
      query: ["fieldSelector": "metadata.name=one"], isAllowed: true),
    Case(rule: rule(["patch"], ["apps"], ["deployments"]), method: "PATCH", path: web, isAllowed: true),
    Case(rule: rule(["update"], ["apps"], ["deployments"]), method: "PATCH", path: web, isAllowed: false),
    Case(
      rule: rule(["delete"], [""], ["pods"]), method: "DELETE", path: pods + "/nobody", isAllowed: true),
    Case(rule: rule(["delete"], [""], ["pods"]), method: "DELETE", path: pods, isAllowed: false),
    Case(
      rule: rule(["get"], [""], ["namespaces"]), method: "GET", path: "/api/v1/namespaces/production",
      isAllowed: true),
    Case(
      rule: rule(["list"], [""], ["namespaces"]), method: "GET", path: "/api/v1/namespaces", isAllowed: false),
    Case(
      rule: rule(["get"], ["metrics.k8s.io"], ["pods"]), method: "GET",
      path: "/apis/metrics.k8s.io/v1beta1/namespaces/production/pods", isAllowed: false),
  ]

  @Test("A rule allows its verbs on its resources and names, and nothing else", arguments: cases)
  func rules(_ wanted: Case) throws {
    var asker = try Asker(APIUser(name: "jane"), manifests: [role([wanted.rule]), binding(jane)])
    let (status, body) = asker.ask(
      wanted.method, wanted.path, query: wanted.query, body: wanted.method == "PATCH" ? [:] : nil)
    #expect((status != 403) == wanted.isAllowed, "\(status) \(body["message"]?.string ?? "")")
  }

  @Test("Roles reach users, groups and ServiceAccounts, in one namespace or in all, by what binds them")
  func subjects() throws {
    let list = Self.rule(["list"], [""], ["pods"])
    func allows(_ user: APIUser, _ path: String, _ manifests: [JSONValue]) throws -> Bool {
      var asker = try Asker(user, manifests: manifests)
      return asker.ask("GET", path).status == 200
    }
    let account = APIUser(name: "system:serviceaccount:production:bot")
    let bot: JSONValue = ["kind": "ServiceAccount", "name": "bot", "namespace": "production"]
    let team: JSONValue = ["kind": "Group", "name": "team"]
    let member = APIUser(name: "bob", groups: ["team"])
    let wide = role([list], kind: "ClusterRole")

    #expect(try allows(account, Self.pods, [role([list]), binding(bot)]))
    #expect(try !allows(APIUser(name: "system:serviceaccount:default:bot"), Self.pods, [role([list]), binding(bot)]))
    #expect(try allows(member, Self.pods, [role([list]), binding(team)]))
    #expect(try !allows(APIUser(name: "bob"), Self.pods, [role([list]), binding(team)]))
    #expect(try allows(member, Self.pods, [wide, binding(team, of: "ClusterRole")]))
    #expect(try !allows(member, "/api/v1/pods", [wide, binding(team, of: "ClusterRole")]))
    #expect(
      try allows(member, "/api/v1/pods", [wide, binding(team, of: "ClusterRole", kind: "ClusterRoleBinding")]))
    #expect(try allows(member, Self.pods, [binding(team, role: "view", of: "ClusterRole")]))
    #expect(try allows(APIUser(name: "root", groups: ["system:masters"]), "/api/v1/pods", []))
  }

  private static let refusals: [(method: String, path: String, message: String)] = [
    (
      "GET", pods,
      "pods is forbidden: User \"jane\" cannot list resource \"pods\" in API group \"\" in the namespace \"production\""
    ),
    (
      "PATCH", web,
      "deployments.apps \"aspnetcore-deployment\" is forbidden: User \"jane\" cannot patch resource \"deployments\" in API "
        + "group \"apps\" in the namespace \"production\""
    ),
    (
      "GET", web + "/scale",
      "deployments.apps \"aspnetcore-deployment\" is forbidden: User \"jane\" cannot get resource \"deployments/scale\" in "
        + "API group \"apps\" in the namespace \"production\""
    ),
    (
      "GET", "/api/v1/nodes",
      "nodes is forbidden: User \"jane\" cannot list resource \"nodes\" in API group \"\" at the cluster scope"
    ),
    ("GET", "/metrics", "forbidden: User \"jane\" cannot get path \"/metrics\""),
  ]

  @Test("Who has no right is told so in the words of an API server", arguments: refusals)
  func forbidden(method: String, path: String, message: String) throws {
    var asker = try Asker(APIUser(name: "jane"))
    let (status, body) = asker.ask(method, path, body: method == "PATCH" ? [:] : nil)
    #expect(status == 403 && body["reason"] == "Forbidden" && body["code"] == 403)
    #expect(body["message"] == .string(message))
  }

  @Test("A binding to a role that is not there is named in the refusal")
  func missingRole() throws {
    var asker = try Asker(APIUser(name: "jane"), manifests: [binding(jane, role: "nothing")])
    let message = asker.ask("GET", Self.pods).body["message"]?.string ?? ""
    #expect(
      message.hasSuffix(
        "in the namespace \"production\": RBAC: role.rbac.authorization.k8s.io \"nothing\" not found"), "\(message)")
  }

  @Test(
    "Everybody who is known may look at what is served and ask about themselves; others see health and version only")
  func discovery() throws {
    var known = try Asker(APIUser(name: "jane"))
    for path in ["/api", "/apis", "/api/v1", "/apis/apps/v1", "/version", "/openapi/v2", "/openapi/v3", "/readyz"] {
      #expect(known.ask("GET", path).status == 200, "\(path)")
    }
    var nobody = try Asker(nil)
    nobody.cluster.requiresCredentials = true
    #expect(nobody.ask("GET", "/version").status == 200)
    #expect(nobody.ask("GET", "/readyz").status == 200)
    let refused = nobody.ask("GET", "/api")
    #expect(refused.status == 403)
    #expect(refused.body["message"] == "forbidden: User \"system:anonymous\" cannot get path \"/api\"")
  }

  private static let reviews = "/apis/authorization.k8s.io/v1/"

  @Test("Reviews say what is allowed, by whom, and which rules there are")
  func reviews() throws {
    let rules = [Self.rule(["list", "watch"], [""], ["pods"]), Self.rule(["get"], ["apps"], ["*/scale"])]
    var asker = try Asker(APIUser(name: "jane"), manifests: [role(rules), binding(jane)])
    func status(_ verb: String, _ resource: String, group: String = "", subresource: String = "") -> JSONValue? {
      asker.ask(
        "POST", Self.reviews + "selfsubjectaccessreviews",
        body: [
          "spec": [
            "resourceAttributes": [
              "verb": .string(verb), "resource": .string(resource), "group": .string(group),
              "subresource": .string(subresource), "namespace": "production",
            ]
          ]
        ]
      ).body["status"]
    }
    #expect(
      status("list", "pods") == [
        "allowed": true,
        "reason": "RBAC: allowed by RoleBinding \"bound/production\" of Role \"some\" to User \"jane\"",
      ])
    #expect(status("get", "pods") == ["allowed": false])
    #expect(status("get", "deployments", group: "apps", subresource: "scale")?["allowed"] == true)
    let path = asker.ask(
      "POST", Self.reviews + "selfsubjectaccessreviews",
      body: ["spec": ["nonResourceAttributes": ["verb": "get", "path": "/healthz"]]])
    #expect(path.body["status", "allowed"] == true)

    let listed = asker.ask(
      "POST", Self.reviews + "selfsubjectrulesreviews", body: ["spec": ["namespace": "production"]]
    ).body["status"]
    let shown = listed?["resourceRules"]?.array ?? []
    #expect(shown.contains(["verbs": ["list", "watch"], "apiGroups": [""], "resources": ["pods"]]), "\(shown)")
    #expect(shown.count == 4 && listed?["incomplete"] == false)
    let who = asker.ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", body: [:]).body
    #expect(who["status", "userInfo"] == ["username": "jane", "groups": ["system:authenticated"]])
  }

  @Test("Nobody gives away rights that they do not have, unless they may escalate or bind")
  func escalation() throws {
    let writing = Self.rule(
      ["create", "update", "patch"], ["rbac.authorization.k8s.io"], ["roles", "rolebindings"])
    let path = "/apis/rbac.authorization.k8s.io/v1/namespaces/production/roles"
    let wanted = role([Self.rule(["get", "delete"], [""], ["pods"])], name: "more")
    var asker = try Asker(
      APIUser(name: "jane"), manifests: [role([writing, Self.rule(["get"], ["*"], ["pods"])]), binding(jane)])
    let refused = asker.ask("POST", path, body: wanted)
    #expect(refused.status == 403)
    #expect(
      refused.body["message"]?.string
        == "roles.rbac.authorization.k8s.io \"more\" is forbidden: user \"jane\" (groups=[\"system:authenticated\"]) is "
        + "attempting to grant RBAC permissions not currently held:\n{APIGroups:[\"\"], Resources:[\"pods\"], "
        + "Verbs:[\"delete\"]}")
    #expect(asker.ask("POST", path, body: role([Self.rule(["get"], [""], ["pods"])], name: "less")).status == 201)

    var master = try Asker(
      APIUser(name: "jane"),
      manifests: [
        role([writing, Self.rule(["escalate"], ["rbac.authorization.k8s.io"], ["roles"])]), binding(jane),
      ])
    #expect(master.ask("POST", path, body: wanted).status == 201)
    let bound = master.ask(
      "POST", "/apis/rbac.authorization.k8s.io/v1/namespaces/production/rolebindings",
      body: binding(["kind": "User", "name": "bob"], role: "cluster-admin", of: "ClusterRole"))
    #expect(bound.status == 403, "\(bound.body)")
  }

  @Test("A binding keeps its role for as long as it is there")
  func fixedRole() throws {
    var asker = try Asker(nil, manifests: [role([]), binding(jane)])
    let (status, body) = asker.ask(
      "PATCH", "/apis/rbac.authorization.k8s.io/v1/namespaces/production/rolebindings/bound",
      body: ["roleRef": ["name": "other"]])
    #expect(status == 422 && body["message"]?.string?.hasSuffix("cannot change roleRef") == true, "\(body)")
  }
}

@Suite("Who asks the simulated cluster")
struct AuthenticationTests {
  private static let accounts = "/api/v1/namespaces/production/serviceaccounts"
  private static let who = "/apis/authentication.k8s.io/v1/selfsubjectreviews"

  private func name(_ cluster: inout ClusterSimulation, _ credentials: RequestCredentials) -> JSONValue? {
    cluster.ask("POST", Self.who, body: [:], credentials: credentials).body["status", "userInfo", "username"]
  }

  private func bearer(_ token: JSONValue?) -> RequestCredentials {
    RequestCredentials(authorization: "Bearer \(token?.string ?? "")")
  }

  @Test(
    "A certificate's subject is the user and its groups; nobody is the administrator, unless credentials are asked for")
  func certificates() throws {
    var cluster = try Workload().settledCluster()
    let certificate = RequestCredentials(certificate: .init(commonName: "kim", organizations: ["system:masters"]))
    #expect(name(&cluster, certificate) == "kim")
    #expect(cluster.ask("GET", "/api/v1/pods", credentials: certificate).status == 200)
    #expect(name(&cluster, RequestCredentials()) == "simulated")
    cluster.requiresCredentials = true
    #expect(cluster.ask("GET", "/api/v1/pods").status == 403)
    #expect(cluster.ask("GET", "/api/v1/pods", credentials: certificate).status == 200)
  }

  @Test("A token is that of its ServiceAccount until it expires, and not after the account is made anew")
  func tokenRequests() throws {
    var cluster = try Workload().settledCluster()
    let answer = cluster.ask("POST", "\(Self.accounts)/default/token", body: ["spec": ["expirationSeconds": 600]])
    #expect(answer.status == 201)
    let token = bearer(answer.body["status", "token"])
    #expect(answer.body["status", "token"]?.string?.split(separator: ".").count == 3)
    #expect(answer.body["status", "expirationTimestamp"] == "2026-01-01T00:11:00Z")
    #expect(name(&cluster, token) == "system:serviceaccount:production:default")

    var renewed = cluster
    #expect(renewed.ask("DELETE", "\(Self.accounts)/default").status == 200)
    #expect(renewed.ask("POST", Self.accounts, body: ["metadata": ["name": "default"]]).status == 201)
    #expect(renewed.ask("GET", "/api", credentials: token).status == 401)

    cluster.advance(to: .seconds(659))
    #expect(cluster.ask("GET", "/api", credentials: token).status == 200)
    cluster.advance(to: .seconds(660))
    let refused = cluster.ask("GET", "/api", credentials: token)
    #expect(
      refused.body == [
        "kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Failure", "message": "Unauthorized",
        "reason": "Unauthorized", "code": 401,
      ])
    #expect(cluster.ask("POST", "\(Self.accounts)/nobody/token", body: [:]).status == 404)
    let short = cluster.ask("POST", "\(Self.accounts)/default/token", body: ["spec": ["expirationSeconds": 60]])
    #expect(
      short.body["message"]?.string
        == "TokenRequest.authentication.k8s.io \"\" is invalid: spec.expirationSeconds: Invalid value: 60: may not specify a "
        + "duration less than 10 minutes")
  }

  @Test(
    "What is no token that the cluster has given out is 401, whatever else the request is",
    arguments: [
      "Bearer nothing", "Bearer ", "Basic amFuZTpzZWNyZXQ=", "nothing",
    ])
  func unknownTokens(header: String) throws {
    var cluster = try Workload().settledCluster()
    let credentials = RequestCredentials(authorization: header)
    for path in ["/version", "/api/v1/pods"] {
      #expect(cluster.ask("GET", path, credentials: credentials).status == 401)
    }
  }

  @Test("A Secret for an account gets a token that is good until the Secret goes; static tokens are good for ever")
  func lastingTokens() throws {
    let secrets = "/api/v1/namespaces/production/secrets"
    var cluster = try Workload().settledCluster()
    func secret(_ name: String, account: String) -> JSONValue {
      [
        "metadata": [
          "name": .string(name), "annotations": ["kubernetes.io/service-account.name": .string(account)],
        ], "type": "kubernetes.io/service-account-token",
      ]
    }
    #expect(cluster.ask("POST", secrets, body: secret("lasting", account: "default")).status == 201)
    let stored = cluster.ask("GET", "\(secrets)/lasting").body
    let text = try #require(stored["data", "token"]?.string)
    let decoded = try #require(Data(base64Encoded: text))
    let token = bearer(.string(String(decoding: decoded, as: UTF8.self)))
    #expect(stored["metadata", "annotations", "kubernetes.io/service-account.uid"]?.string?.isEmpty == false)
    #expect(name(&cluster, token) == "system:serviceaccount:production:default")
    #expect(cluster.ask("DELETE", "\(secrets)/lasting").status == 200)
    #expect(cluster.ask("GET", "/api", credentials: token).status == 401)
    cluster.ask("POST", secrets, body: secret("lost", account: "nobody"))
    #expect(cluster.ask("GET", "\(secrets)/lost").status == 404)

    let fixed = bearer(.string(cluster.addToken(for: APIUser(name: "jane", groups: ["team"]))))
    #expect(name(&cluster, fixed) == "jane")
    let reviewed = cluster.ask(
      "POST", "/apis/authentication.k8s.io/v1/tokenreviews",
      body: ["spec": ["token": .string(String(fixed.authorization?.dropFirst(7) ?? ""))]])
    #expect(reviewed.body["status", "user", "groups"] == ["team", "system:authenticated"])
  }

  @Test("Who may act as somebody else has their rights and no others; who may not is told what was refused")
  func impersonation() throws {
    var cluster = try Workload().settledCluster()
    let bot = APIUser(name: "system:serviceaccount:production:bot")
    let acting = RequestCredentials(impersonated: bot)
    let info = cluster.ask("POST", Self.who, body: [:], credentials: acting).body["status", "userInfo"]
    #expect(
      info?["groups"] == ["system:serviceaccounts", "system:serviceaccounts:production", "system:authenticated"])
    #expect(cluster.ask("GET", "/api/v1/pods", credentials: acting).status == 403)

    var token = bearer(.string(cluster.addToken(for: APIUser(name: "jane"))))
    token.impersonated = APIUser(name: "bob", groups: ["system:masters"])
    let refused = cluster.ask("GET", "/api", credentials: token)
    #expect(refused.status == 403)
    #expect(
      refused.body["message"]?.string
        == "users \"bob\" is forbidden: User \"jane\" cannot impersonate resource \"users\" in API group \"\" at the cluster "
        + "scope")
    let nameless = RequestCredentials(impersonated: APIUser(name: "", groups: ["team"]))
    #expect(cluster.ask("GET", "/api", credentials: nameless).status == 500)
  }
}
