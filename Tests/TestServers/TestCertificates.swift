package import Foundation

/// An authority, a server certificate for `localhost` and 127.0.0.1, and a client certificate, made by openssl.
package enum TestCertificates {
  package static func make(in folder: URL) throws {
    try openssl(
      folder,
      "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=scaleproof-test-authority "
        + "-keyout authority.key -out authority.pem")
    try "subjectAltName=DNS:localhost,DNS:api.example.com,IP:127.0.0.1\n"
      .write(to: folder.appendingPathComponent("server.ext"), atomically: true, encoding: .utf8)
    try "extendedKeyUsage=clientAuth\n"
      .write(to: folder.appendingPathComponent("client.ext"), atomically: true, encoding: .utf8)
    for name in ["server", "client"] {
      try openssl(
        folder,
        "req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -subj /CN=\(name) -keyout \(name).key "
          + "-out \(name).csr")
      try openssl(
        folder,
        "x509 -req -in \(name).csr -CA authority.pem -CAkey authority.key -CAcreateserial -days 2 -out \(name).pem "
          + "-extfile \(name).ext")
    }
  }

  private static func openssl(_ folder: URL, _ arguments: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
    process.arguments = arguments.split(separator: " ").map(String.init)
    process.currentDirectoryURL = folder
    process.standardError = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw TestServerError("openssl \(arguments) failed") }
  }
}

package struct TestServerError: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}
