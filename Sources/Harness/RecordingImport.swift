import Foundation
import Glibc
import KubernetesObjects
import LogFiles
import RunRecording
import RunTimeline
import Units

/// Turns logs of a cluster into a recording that can be judged, explained and reported: watch logs, one JSON object a line,
/// or what kubectl printed.
package struct RecordingImport {
  let watchLogs: [String]
  let output: String
  let workload: String?
  let autoscaler: String?
  let serverVersion: String?
  let version: ProgramVersion

  /// - Parameter watchLogs: paths, at least one; `-` is standard input.
  package init(
    watchLogs: [String], output: String, workload: String?, autoscaler: String?, serverVersion: String?,
    version: ProgramVersion
  ) {
    self.watchLogs = watchLogs
    self.output = output
    self.workload = workload
    self.autoscaler = autoscaler
    self.serverVersion = serverVersion
    self.version = version
  }

  private var source: String { watchLogs.joined(separator: ", ") }

  package func execute() throws -> ExitStatus {
    let serverVersion = try serverVersion.map { text throws(HarnessError) in try ServerVersionOption(text) }
    let log = try read()
    let cluster = try ImportedCluster(log, workload: workload, autoscaler: autoscaler, path: source)
    let phases = Self.phases(of: log)
    let name = Self.name(of: watchLogs.first ?? "")
    var description = cluster.description
    description.serverVersion = serverVersion?.text
    let run = RunDescription(
      name: name, toolVersion: version.description,
      profileText: Self.profile(name: name, cluster: description, phases: phases, judged: !log.isOneMoment),
      profileSource: source, startedAt: log.startedAt, cluster: description, environment: environment(of: log))
    try write(run, log, phases)
    for note in log.notes { StandardOutput.complain("note: \(note)") }
    for warning in log.warnings { StandardOutput.complain("warning: \(warning)") }
    if let warning = serverVersion?.warning { StandardOutput.complain("warning: \(warning)") }
    StandardOutput.line(output)
    return .passed
  }

  /// Writes the recording beside its place and moves it there when it is whole, so that an import that is killed leaves
  /// nothing that reads as a recording of less.
  private func write(_ run: RunDescription, _ log: ImportedLog, _ phases: [PhaseSpan]) throws(HarnessError) {
    let part = "\(output).\(getpid()).part"
    do throws(RecordingError) {
      guard !FileManager.default.fileExists(atPath: output) else { throw .fileExists(path: output) }
      let writer = try RecordingWriter(path: part, run: run)
      writer.append(observations: log.observations)
      writer.set(phases: phases)
      writer.append(clock: log.clock, at: log.end)
      try writer.finish(endedAt: log.end, reason: .completed)
      // Unlike a renaming this never replaces what somebody has put there meanwhile.
      guard link(part, output) == 0 else {
        if errno == EEXIST { throw .fileExists(path: output) }
        throw .cannotOpen(path: output, reason: String(cString: strerror(errno)))
      }
      unlink(part)
    } catch {
      for file in [part, part + "-wal", part + "-shm"] { unlink(file) }
      let isWritten = if case .fileExists = error { true } else if case .folderMissing = error { true } else { false }
      throw HarnessError(isWritten ? .refused : .defect, error.description.replacing(part, with: output))
    }
  }

  /// What whoever reads the reports must know of the logs.
  private func environment(of log: ImportedLog) -> [String: String] {
    var environment = [RunDescription.importSource: source]
    if !log.withoutArrivals.isEmpty {
      environment[RunDescription.arrivalsMissing] = log.withoutArrivals.sorted().joined(separator: ", ")
    }
    if !log.warnings.isEmpty { environment["order of the log"] = log.warnings.joined(separator: "; ") }
    if !log.notes.isEmpty { environment["what the logs tell"] = log.notes.joined(separator: "; ") }
    return environment
  }

  /// The run's name from that of its log: `incident` of `logs/incident.jsonl.gz`.
  private static func name(of path: String) -> String {
    guard path != "-" else { return "imported" }
    let file = URL(fileURLWithPath: path)
    return (file.pathExtension == "gz" ? file.deletingPathExtension() : file).deletingPathExtension().lastPathComponent
  }

  private func read() throws(HarnessError) -> ImportedLog {
    var sources: [ImportedLog.Source] = []
    for path in watchLogs {
      do {
        let text = try LogFile.contents(ofPath: path)
        sources.append(ImportedLog.Source(name: path, text: text, lastChange: Self.lastChange(of: path)))
      } catch {
        throw HarnessError(.invalidInput, "\(path): the watch log cannot be read: \(error)")
      }
    }
    do {
      return try ImportedLog(sources)
    } catch {
      throw HarnessError(.invalidInput, error.description)
    }
  }

  /// When a file was last written; now for standard input, and where nobody knows.
  private static func lastChange(of path: String) -> KubernetesTime {
    let attributes = path == "-" ? nil : try? FileManager.default.attributesOfItem(atPath: path)
    let date = attributes?[.modificationDate] as? Date ?? Date()
    return KubernetesTime(microseconds: Int64(date.timeIntervalSince1970 * 1e6))
  }

  /// From each mark to the next one is a phase with the name of the mark; from the first lists to the first mark it is
  /// `start`.
  static func phases(of log: ImportedLog) -> [PhaseSpan] {
    var starts: [(name: String, at: Duration)] = [("start", log.begin)]
    for mark in log.marks where mark.at < log.end {
      if starts.last?.at == mark.at { starts.removeLast() }
      var name = String(mark.name.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" })
      if name.first.map({ !$0.isLetter }) ?? true { name = "mark-" + name }
      let taken = starts.map(\.name)
      var number = 2
      let plain = name
      while taken.contains(name) {
        name = "\(plain)-\(number)"
        number += 1
      }
      starts.append((name, mark.at))
    }
    return starts.indices.map { index in
      let end = index + 1 < starts.count ? starts[index + 1].at : max(log.end, starts[index].at)
      return PhaseSpan(
        name: starts[index].name, plannedStart: starts[index].at, plannedEnd: end, startRate: 0, endRate: 0,
        start: starts[index].at, end: end)
    }
  }

  /// A profile with which the recording can be judged: that nothing was asked of it but to obey its own spec.
  ///
  /// - Parameter judged: whether anything can be: one moment tells of no rescale, which is not to have obeyed.
  private static func profile(name: String, cluster: ClusterDescription, phases: [PhaseSpan], judged: Bool) -> String {
    let lines = phases.map { phase in
      let length = max((phase.plannedEnd - phase.plannedStart).seconds, 0.001)
      return "    - {name: \(phase.name), for: \(Int((length * 1000).rounded()))ms, rate: 1/s}"
    }
    let expectations =
      cluster.autoscaler == nil || !judged ? "[]" : "\n  - {name: obeys its own spec, hpaConformance: {}}"
    return """
      # Made by the import of a watch log, which tells nothing of the load: target and rates stand for nothing.
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: imported}
      target: {url: "http://imported.invalid"}
      cluster: {namespace: "\(cluster.namespace)", workload: "\(cluster.workload.text)"\(cluster.autoscaler.map { ", hpa: \"\($0)\"" } ?? "")}
      requests: [{name: none, path: /}]
      load:
        phases:
      \(lines.joined(separator: "\n"))
      expectations: \(expectations)
      """
  }
}
