package import Foundation

/// An authority, a server certificate for `localhost` and 127.0.0.1, and a client certificate, made by openssl.
package enum TestCertificates {
  private static let files = Result { try makeOnce() }

  /// Writes them into a folder. They are made once in a process, since that takes longer than most tests.
  package static func make(in folder: URL) throws {
    for (name, content) in try files.get() { try content.write(to: folder.appendingPathComponent(name)) }
  }

  private static func makeOnce() throws -> [String: Data] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("scaleproof-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try makeFiles(in: folder)
    var files: [String: Data] = [:]
    for name in ["authority.pem", "server.pem", "server.key", "client.pem", "client.key"] {
      files[name] = try Data(contentsOf: folder.appendingPathComponent(name))
    }
    return files
  }

  private static func makeFiles(in folder: URL) throws {
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
    let words = arguments.split(separator: " ").map { word in
      let isFile = [".pem", ".key", ".csr", ".ext"].contains { word.hasSuffix($0) }
      return isFile ? folder.appendingPathComponent(String(word)).path : String(word)
    }
    let process = try ChildProcess(["/usr/bin/openssl"] + words)
    guard process.awaitEnd() == 0 else { throw TestServerError("openssl \(arguments) failed") }
  }
}

package struct TestServerError: Error, CustomStringConvertible {
  package let description: String

  init(_ description: String) {
    self.description = description
  }
}
