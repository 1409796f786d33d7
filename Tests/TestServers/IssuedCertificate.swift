import Foundation

/// A certificate that issued itself, with its key, made by openssl.
package struct IssuedCertificate: Sendable {
  /// PEM.
  package let certificate: String
  package let key: String

  /// - Parameters:
  ///   - name: the common name of the subject.
  ///   - hosts: the alternative names.
  ///   - folder: where the files are made.
  package init(name: String, hosts: [String], in folder: TemporaryFolder) throws {
    let stem = folder.file(name)
    let arguments = [
      "/usr/bin/openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-days",
      "2", "-subj", "/O=scaleproof tests/CN=\(name)", "-addext",
      "subjectAltName=" + hosts.map { "DNS:\($0)" }.joined(separator: ","), "-keyout", stem + ".key", "-out",
      stem + ".pem",
    ]
    guard try ChildProcess(arguments).awaitEnd() == 0 else {
      throw TestServerError("openssl \(arguments.dropFirst().joined(separator: " ")) failed")
    }
    certificate = try String(contentsOfFile: stem + ".pem", encoding: .utf8)
    key = try String(contentsOfFile: stem + ".key", encoding: .utf8)
  }
}
