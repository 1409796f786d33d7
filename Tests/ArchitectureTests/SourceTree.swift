import Foundation

/// The files of the project, as they stand.
enum SourceTree {
  static let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let sources = top.appending(path: "Sources")

  /// All Swift files below a folder.
  static func swiftFiles(in folder: URL = sources) -> [URL] {
    let files = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)
    return (files?.allObjects as? [URL] ?? []).filter { $0.pathExtension == "swift" }
  }
}
