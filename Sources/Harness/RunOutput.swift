import Foundation

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

  /// Makes the folder of a new run: the one that was asked for, or `Reports/<time>-<profile>`.
  ///
  /// - Throws: ``HarnessError`` when it cannot be made, or holds a recording already.
  static func create(requested: String?, profile: String, at now: Date) throws(HarnessError) -> RunOutput {
    let folder = requested ?? "Reports/\(stamp(now))-\(fileName(profile))"
    let output = RunOutput(folder: folder)
    if FileManager.default.fileExists(atPath: output.recording) {
      throw HarnessError(
        .refused, "\(output.recording): there is a recording already; name another folder with --output")
    }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessError(.refused, "\(folder): the folder cannot be made: \(error.localizedDescription)")
    }
    return output
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
