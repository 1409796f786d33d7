import Foundation
import Glibc

/// Where the programs are that tests run.
package enum Programs {
  /// Where a program is: on the path, in the folder of services, or where `scripts/prepare` has unpacked it.
  package static func path(of name: String) throws -> String {
    guard let found = paths(of: name).first else {
      throw TestServerError("\(name) is missing: scripts/test gets it, or install it")
    }
    return found
  }

  static func paths(of name: String) -> [String] {
    let path = ProcessInfo.processInfo.environment["PATH"] ?? ""
    let tools = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent(".build/tools").path
    let unpacked = ["nginx/usr/sbin", "kubectl-distribution/usr/bin", "kubectl-newest"].map { "\(tools)/\($0)" }
    let folders = path.split(separator: ":").map(String.init) + ["/usr/sbin"] + unpacked
    var found: [String] = []
    for folder in folders {
      let candidate = URL(fileURLWithPath: folder).appendingPathComponent(name).path
      if access(candidate, X_OK) == 0, !found.contains(candidate) { found.append(candidate) }
    }
    return found
  }

  /// What a program prints, up to 64 KiB.
  static func output(of path: String, _ arguments: String) -> String? {
    // e: no process that another test starts meanwhile inherits the pipe.
    guard let stream = popen("'\(path)' \(arguments) 2>/dev/null", "re") else { return nil }
    defer { pclose(stream) }
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = fread(&bytes, 1, bytes.count, stream)
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
