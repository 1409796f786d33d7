import KubernetesObjects
import Testing

@testable import SimulatedCluster

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
