import Foundation
import KubernetesObjects
import Testing

@testable import SimulatedCluster

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
