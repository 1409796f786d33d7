import Foundation
import Glibc

/// The folder in which a run leaves its files.
package struct RunOutput: Sendable {
  package let folder: String

  package var recording: String { folder + "/run.sqlite" }
  package var html: String { folder + "/report.html" }
  package var json: String { folder + "/report.json" }
  package var junit: String { folder + "/junit.xml" }
  package var markdown: String { folder + "/summary.md" }

  package init(folder: String) {
    self.folder = folder
  }

  /// Makes the folder of a new run: the one that was asked for, or `Reports/<time>-<profile>`, with a number behind it where
  /// that one is there already: runs that begin in one second never share a folder.
  ///
  /// - Throws: ``HarnessError`` when it cannot be made, or holds a recording already.
  static func create(requested: String?, profile: String, at now: Date) throws(HarnessError) -> RunOutput {
    guard let folder = requested else {
      return RunOutput(folder: try fresh("Reports/\(stamp(now))-\(fileName(profile))"))
    }
    let output = RunOutput(folder: folder)
    if FileManager.default.fileExists(atPath: output.recording) {
      throw HarnessError(
        .refused, "\(output.recording): there is a recording already; name another folder with --output")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessError(.refused, "\(folder): the folder cannot be made: \(FileProblem.reason(of: error))")
    }
    return output
  }

  /// Makes a folder that was not there before; who makes it has it, also among programs that begin together.
  private static func fresh(_ name: String) throws(HarnessError) -> String {
    do {
      let parent = URL(fileURLWithPath: name).deletingLastPathComponent().relativePath
      try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    } catch {
      throw HarnessError(.refused, "\(name): the folder cannot be made: \(FileProblem.reason(of: error))")
    }
    for number in 1...1000 {
      let folder = number == 1 ? name : "\(name)-\(number)"
      if mkdir(folder, 0o777) == 0 { return folder }
      guard errno == EEXIST else {
        throw HarnessError(.refused, "\(folder): the folder cannot be made: \(String(cString: strerror(errno)))")
      }
    }
    throw HarnessError(
      .refused, "\(name): this folder and 999 more of its name are there already; name one with --output")
  }

  private static func stamp(_ date: Date) -> String {
    let format = DateFormatter()
    format.locale = Locale(identifier: "en_US_POSIX")
    format.timeZone = .current
    format.dateFormat = "yyyy-MM-dd'T'HH.mm.ss"
    return format.string(from: date)
  }

  private static func fileName(_ name: String) -> String {
    String(name.map { $0.isLetter || $0.isNumber || "-_.".contains($0) ? $0 : "-" })
  }
}
