package import Foundation
import LogFiles
import Synchronization

/// The data that tests of more than one module read: `Tests/Resources`, or the folder that `SCALEPROOF_TEST_DATA` names.
package enum TestData {
  package static let folder: URL = {
    if let path = ProcessInfo.processInfo.environment["SCALEPROOF_TEST_DATA"], !path.isEmpty {
      return URL(filePath: path, directoryHint: .isDirectory)
    }
    return URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Resources", directoryHint: .isDirectory)
  }()

  /// A small input that was once answered wrongly; its story stands in the README beside it.
  package static func caseFile(_ path: String) -> URL { folder.appending(path: "cases/\(path)") }

  private static let texts = Mutex<[String: Data]>([:])

  /// The text of a file, unpacked where it is compressed, and read but once.
  package static func text(of file: URL) throws -> Data {
    if let known = texts.withLock({ $0[file.path] }) { return known }
    let text = try LogFile.contents(ofPath: file.path)
    texts.withLock { $0[file.path] = text }
    return text
  }
}
