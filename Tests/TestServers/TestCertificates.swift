package import Foundation

/// An authority, certificates of servers and of a client, made by openssl.
///
/// `server` is for `localhost` and 127.0.0.1, as are `expired`, whose time is over, and `stranger`, which an authority
/// issued that is not in `authority.pem`. `elsewhere` is for another name. Each is a file `.pem` and a file `.key`.
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
    files["authority.pem"] = try Data(contentsOf: folder.appendingPathComponent("authority.pem"))
    for leaf in leaves {
      for name in ["\(leaf.name).pem", "\(leaf.name).key"] {
        files[name] = try Data(contentsOf: folder.appendingPathComponent(name))
      }
    }
    return files
  }

  /// A certificate that an authority issues.
  private struct Leaf {
    let name: String
    /// The line of an extension file.
    let use: String
    var authority = "authority"
    /// Until it expires; negative for the past.
    var days = 2
  }

  private static let local = "subjectAltName=DNS:localhost,DNS:api.example.com,IP:127.0.0.1"

  private static let leaves = [
    Leaf(name: "server", use: local), Leaf(name: "client", use: "extendedKeyUsage=clientAuth"),
    Leaf(name: "expired", use: local, days: -1),
    Leaf(name: "elsewhere", use: "subjectAltName=DNS:elsewhere.example.com"),
    Leaf(name: "stranger", use: local, authority: "other-authority"),
  ]

  private static func makeFiles(in folder: URL) throws {
    let newKey = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes"
    for name in ["authority", "other-authority"] {
      try openssl(
        folder, "req -x509 \(newKey) -days 2 -subj /CN=scaleproof-test-\(name) -keyout \(name).key -out \(name).pem")
    }
    for leaf in leaves {
      let (name, authority) = (leaf.name, leaf.authority)
      try (leaf.use + "\n")
        .write(to: folder.appendingPathComponent("\(name).ext"), atomically: true, encoding: .utf8)
      try openssl(folder, "req \(newKey) -subj /CN=\(name) -keyout \(name).key -out \(name).csr")
      try openssl(
        folder,
        "x509 -req -in \(name).csr -CA \(authority).pem -CAkey \(authority).key -CAcreateserial -days \(leaf.days) "
          + "-out \(name).pem -extfile \(name).ext")
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

  package init(_ description: String) {
    self.description = description
  }
}
