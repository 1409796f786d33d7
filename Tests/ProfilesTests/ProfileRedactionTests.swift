import Testing

@testable import Profiles

@Suite("A profile as it is recorded")
struct ProfileRedactionTests {
  private func recorded(target: String = "", request: String = "", line: String = "") throws -> String {
    try ProfileDocument(
      text: """
        apiVersion: scaleproof/v1
        kind: Profile
        metadata: {name: secrets}
        target: {url: "http://localhost"\(target)}
        requests: [{name: home, path: /\(request)}]
        load: {phases: [{name: steady, for: 1m, rate: 10/s}]}
        \(line)
        """, source: "p.yaml"
    ).redactedText
  }

  @Test(
    "has no secret of a request, wherever it stands",
    arguments: [
      "x?sig=CANARY", "x?key=CANARY&page=2", ", headers: {Ocp-Apim-Subscription-Key: CANARY}",
      ", headers: {x-functions-key: CANARY}", ", headers: {X-Auth: CANARY}", ", headers: {Cookie: 'a=1; b=CANARY'}",
      ", headers: {X-Forwarded-Credentials: 'CANARY, CANARY'}", ", headers: {X-List: 'a, Bearer CANARY1'}",
      ", headers: {Session: CANARY}", ", body: {json: {otp: CANARY}}", ", body: {json: {otp: 123456CANARY}}",
      ", body: {json: {a: [{passphrase: CANARY}]}}", ", body: {json: {args: [--token, CANARY]}}",
      ", body: {json: [Bearer CANARY1, x]}", ", body: {text: 'user=me&passphrase=CANARY'}",
      ", body: {text: '{\"clientSecret\": \"CANARY\"}'}", ", auth: {bearer: CANARY}",
      ", auth: {basic: {user: me, password: CANARY}}", ", expect: {headers: {Set-Cookie: CANARY}}",
      ", expect: {json: {/token: CANARY}}", ", expect: {bodyContains: 'token=CANARY'}",
    ])
  func requests(text: String) throws {
    let recorded = try recorded(request: text)

    #expect(!recorded.contains("CANARY"), "\(recorded)")
    #expect(throws: Never.self) { try ProfileReader.read(text: recorded, source: "p.yaml") }
  }

  @Test(
    "has no secret of a comment, at the price of its comments",
    arguments: ["# token: CANARY", "# curl -H 'Authorization: Bearer CANARY1'", "#sig=CANARY"])
  func comments(text: String) throws {
    #expect(!(try recorded(line: text)).contains("CANARY"))
    #expect(try recorded(line: "# calm: 10/s").contains("# calm: 10/s"))
  }

  @Test(
    "keeps what has a meaning of its own, though its name be like that of a secret",
    arguments: [
      ", tls: {clientCertificate: c.pem, clientKey: client.key}", ", connectTo: token.example.com:8443",
      ", auth: {bearer: '{{env TOKEN}}'}",
    ])
  func targets(text: String) throws {
    #expect(try recorded(target: text).contains(text))
  }

  @Test("keeps images and feeds, whatever the container or the feed is called")
  func names() throws {
    let actions = "actions: [{name: release, at: steady, rollout: {setImage: {token-issuer: 'auth-token:v2'}}}]"
    let data = "data: {tokens: {file: tokens.csv, order: random}}"

    let kept = try recorded(line: actions + "\n" + data)

    #expect(kept.contains(actions) && kept.contains(data))
  }

  @Test(
    "and a problem of it quotes no secret",
    arguments: [
      ", headers: {Authorization: 'CANARY\\u0007'}", ", auth: {bearer: 'CANARY{{uuid}}'}",
      ", body: {json: {token: 'CANARY{{nope}}'}}",
      ", auth: {bearer: ''}, path: 'https://me:CANARY@a.example/'", ", weight: 'token=CANARY'",
    ])
  func problems(text: String) throws {
    let problems = #expect(throws: ProfileProblems.self) {
      try ProfileReader.read(
        text: """
          apiVersion: scaleproof/v1
          kind: Profile
          metadata: {name: secrets}
          target: {url: "http://localhost"}
          requests: [{name: home, path: /\(text.replacing("\\u0007", with: "\u{7F}"))}]
          load: {phases: [{name: steady, for: 1m, rate: 10/s}]}
          """, source: "p.yaml")
    }

    #expect(problems?.description.contains("CANARY") == false, "\(problems?.description ?? "")")
  }
}
