import Foundation
import SimulatedCluster
import Testing

@Suite("Names in certificates")
struct CertificateNamesTests {
  /// A certificate that openssl made.
  private static func pem(_ name: String) throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(
      contentsOf: root.appending(path: "Sources/SimulatedClusterServer/Certificates/\(name).pem"), encoding: .utf8)
  }

  @Test("the subject's common name and organizations, and the DNS names it is for, are read from what openssl writes")
  func names() throws {
    #expect(
      CertificateNames(pem: try Self.pem("administrator"))
        == CertificateNames(commonName: "kubernetes-admin", organizations: ["system:masters"]))
    #expect(
      CertificateNames(pem: try Self.pem("api-server"))
        == CertificateNames(
          commonName: "kube-apiserver",
          hosts: ["localhost", "kubernetes", "kubernetes.default", "kubernetes.default.svc"]))
    let fake = try #require(CertificateNames(pem: try Self.pem("fake")))
    #expect(fake.commonName == "Kubernetes Ingress Controller Fake Certificate" && fake.hosts == ["ingress.local"])
  }

  @Test(
    "a host is covered by its name or a wildcard of its first label, in any case of letters",
    arguments: [
      ("api.example.com", true), ("API.example.com", true), ("x.api.example.com", false), ("a.shop.example.com", true),
      ("a.b.shop.example.com", false), ("shop.example.com", false), ("*.shop.example.com", true), ("common", true),
      ("example.com", false),
    ])
  func hosts(host: String, isCovered: Bool) {
    let names = CertificateNames(commonName: "common", hosts: ["Api.example.com", "*.shop.example.com"])

    #expect(names.isFor(host: host) == isCovered)
  }

  @Test("what is cut off anywhere, or is none, is no certificate and no crash")
  func broken() throws {
    let pem = try Self.pem("fake")
    let lines = pem.split(separator: "\n")
    let bytes = Array(try #require(Data(base64Encoded: lines.dropFirst().dropLast().joined())))
    #expect(CertificateNames(der: bytes) != nil)
    for length in 0..<bytes.count { _ = CertificateNames(der: Array(bytes[..<length])) }
    for place in bytes.indices {
      var wrong = bytes
      wrong[place] ^= 0xFF
      _ = CertificateNames(der: wrong)
    }
    #expect(CertificateNames(der: Array(bytes[..<60])) == nil)
    #expect(CertificateNames(pem: "-----BEGIN CERTIFICATE-----\n!!\n-----END CERTIFICATE-----") == nil)
    #expect(CertificateNames(pem: "nothing") == nil)
  }
}
