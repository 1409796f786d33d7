import Foundation
import Redaction
import Testing

@testable import struct Redaction.SecretScan

private func lines(of file: String) throws -> [String] {
  let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Resources")
  let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
  return text.split(separator: "\n").map { String($0.replacing("\\n", with: "\n")) }
}

@Suite("Secrets in texts")
struct SecretTextTests {
  @Test("are replaced in every form in which they come, and what stands beside them stays")
  func forms() throws {
    for line in try lines(of: "secrets.txt") {
      let kept = line.matches(of: /<<(.*?)>>/.dotMatchesNewlines()).map { String($0.output.1) }
      let text = line.replacing("<<", with: "").replacing(">>", with: "")

      let redacted = SecretText.redacted(text)

      #expect(!redacted.contains("CANARY"), "\(text) became \(redacted)")
      #expect(redacted.contains(SecretText.replacement), "\(text) became \(redacted)")
      for part in kept { #expect(redacted.contains(part), "\(part) of \(text) is gone: \(redacted)") }
    }
  }

  @Test("nothing else is replaced, though its name be like that of a secret")
  func harmless() throws {
    for line in try lines(of: "harmless.txt") {
      #expect(SecretText.redacted(line) == line)
    }
  }

  @Test("a quick look misses none of them")
  func quickLook() throws {
    for line in try lines(of: "secrets.txt") {
      #expect(SecretText.mayHoldSecret(Array(line.utf8)[...]), "\(line)")
    }
  }

  @Test("a text without secrets any more stays as it is")
  func twice() throws {
    for line in try lines(of: "secrets.txt") {
      let once = SecretText.redacted(line)
      #expect(SecretText.redacted(once) == once)
    }
  }

  @Test(
    "a line of our own keeps the field that it names",
    arguments: [
      "p.yaml:5:3: target.auth.basic.password: nothing stands here; write a value",
      "target.auth.bearer: the text is empty",
      "password: a password cannot be empty",
    ])
  func messages(line: String) {
    #expect(SecretText.redacted(message: line) == line)
  }

  @Test(
    "what a line of our own quotes is replaced",
    arguments: [
      "p.yaml:5:3: target.url: \"ftp://me:CANARY@a.example\" is not an http or https URL",
      "--set manifests.web.env.PASSWORD=CANARY: a real cluster's objects are not changed",
      "https://a.example/x?sig=CANARY does not answer: Authorization: Bearer CANARY",
      "the plugin said: Authorization: CANARY",
    ])
  func quotes(line: String) {
    #expect(!SecretText.redacted(message: line).contains("CANARY"))
  }

  @Test(
    "in a command line are replaced behind their flags, and in texts of shells",
    arguments: [
      (["--token", "CANARY", "--page", "2"], ["--token", "REDACTED", "--page", "2"]),
      (["--token=CANARY"], ["--token=REDACTED"]),
      (["-u", "me:CANARY", "https://a.example"], ["-u", "me:REDACTED", "https://a.example"]),
      (["sh", "-c", "run --password CANARY"], ["sh", "-c", "run --password REDACTED"]),
      (["-H", "Authorization: Bearer CANARY"], ["-H", "Authorization: REDACTED"]),
      (["--api-key", "--verbose", "--key", "$(KEY)"], ["--api-key", "--verbose", "--key", "REDACTED"]),
    ])
  func arguments(given: [String], expected: [String]) {
    #expect(SecretText.redacted(arguments: given) == expected)
  }

  /// Texts of which a careless search looks at every byte from every other one.
  private static let shapes: [(name: String, unit: String)] = [
    ("letters", "a"), ("names", "token"), ("names and signs", "token="), ("colons", "a:"), ("blanks", "a  "),
    ("signs of URLs", "://"), ("users", "http://a"), ("at signs", "://a@"), ("quotation marks", "\""),
    ("backslashes", "\\"),
    ("escaped quotation marks", "key=\\\""), ("brackets", "token=["), ("braces", "{"), ("places", "token={{"),
    ("encoded signs", "%3D"), ("encoded names", "key%3D"), ("flags", "--token "), ("users of curl", "-u a "),
    ("schemes", "bearer "), ("keys", "-----BEGIN PRIVATE KEY-----"), ("openings", "-----BEGIN "), ("tokens", "eyJ."),
    ("lines", "\nkey: "), ("dashes", "-"), ("code", "code=200,"), ("filled in", "key={{env A}}"),
  ]

  @Test("take a time that grows as the text does, whatever the text", arguments: shapes.map(\.name))
  func linear(shape: String) throws {
    let unit = try #require(Self.shapes.first { $0.name == shape }).unit
    func steps(_ length: Int) -> Int {
      var scan = SecretScan(Array(String(repeating: unit, count: length / unit.utf8.count).utf8))
      _ = scan.run()
      return scan.steps
    }

    let (short, long) = (steps(4_000), steps(40_000))

    #expect(long < 40_000 * 40, "\(long) looks at 40,000 bytes")
    #expect(Double(long) < 10.5 * Double(short) + 1000, "\(short) for 4,000 bytes, \(long) for 40,000")
  }

  @Test("a text of 200,000 characters is read in well under a second")
  func fast() {
    let text = String(repeating: "a", count: 200_000)
    let clock = ContinuousClock()
    let fastest = (0..<5).map { _ in clock.measure { _ = SecretText.redacted(text) } }.min() ?? .zero
    #expect(fastest < .seconds(1))
  }
}

@Suite("Names")
struct SecretNameTests {
  @Test(
    "of secrets are known however they are written",
    arguments: [
      "sig", "signature", "X-Amz-Signature", "X-Amz-Credential", "X-Amz-Security-Token", "key", "code", "jwt",
      "session",
      "sid", "otp", "auth", "passphrase", "Ocp-Apim-Subscription-Key", "x-functions-key", "apiKey", "API_KEY",
      "api-key",
      "APIKey", "accountKey", "clientSecret", "sessionId", "SessionID", "PHPSESSID", "refresh_token", "token2",
      "X-Auth",
      "user[password]", "user%5Bpassword%5D", "Authorization", "Proxy-Authorization", "Cookie", "Set-Cookie", "pwd",
      "dbPass",
    ])
  func secret(name: String) {
    #expect(SecretName.isSecret(name))
    #expect(SecretName.weight(of: name) == .weak || SecretName.mayBeStrong(Array(name.utf8)))
  }

  @Test(
    "of other things are not, though a part of them be the same",
    arguments: [
      "", "keepAlive", "keyspace", "monkey", "sessionAffinity", "statusCode", "exit_code", "encode", "decoder",
      "secretName",
      "secretKeyRef", "tokenFile", "token_type", "passwordPolicy", "author", "design", "compass", "sortKey",
      "partition-key",
      "Idempotency-Key", "X-Amz-Date", "X-Amz-Content-Sha256", "countryCode", "inside", "authMode", "host", "user",
      "200",
    ])
  func harmless(name: String) {
    #expect(!SecretName.isSecret(name))
  }
}
