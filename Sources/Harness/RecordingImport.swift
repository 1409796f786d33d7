import Foundation
import KubernetesObjects
import LogFiles
import RunRecording
import RunTimeline
import Units

/// Turns a watch log, one JSON object a line, into a recording that can be judged, explained and reported.
package struct RecordingImport {
  let watchLog: String
  let output: String
  let workload: String?
  let autoscaler: String?
  let serverVersion: String?

  package init(watchLog: String, output: String, workload: String?, autoscaler: String?, serverVersion: String?) {
    self.watchLog = watchLog
    self.output = output
    self.workload = workload
    self.autoscaler = autoscaler
    self.serverVersion = serverVersion
  }

  package func execute() throws -> ExitStatus {
    let version = try serverVersion.map { text throws(HarnessError) in try ServerVersionOption(text) }
    let log = try read()
    let cluster = try ImportedCluster(log, workload: workload, autoscaler: autoscaler, path: watchLog)
    let phases = Self.phases(of: log)
    let name = Self.name(of: watchLog)
    var description = cluster.description
    description.serverVersion = version?.text
    let run = RunDescription(
      name: name, toolVersion: ProgramVersion.text,
      profileText: Self.profile(name: name, cluster: description, phases: phases), profileSource: watchLog,
      startedAt: log.startedAt, cluster: description, environment: environment(of: log))
    do {
      let writer = try RecordingWriter(path: output, run: run)
      writer.append(observations: log.observations)
      writer.set(phases: phases)
      writer.append(clock: Self.clock(of: log), at: log.end)
      try writer.finish(endedAt: log.end, reason: .completed)
    } catch {
      throw HarnessError(.refused, "\(error)")
    }
    for note in log.notes { StandardOutput.complain("warning: \(watchLog): \(note)") }
    if let warning = version?.warning { StandardOutput.complain("warning: \(warning)") }
    StandardOutput.line(output)
    return .passed
  }

  /// What whoever reads the reports must know of the log.
  private func environment(of log: WatchLog) -> [String: String] {
    var environment = [RunDescription.importSource: watchLog]
    if !log.notes.isEmpty { environment["order of the log"] = log.notes.joined(separator: "; ") }
    return environment
  }

  /// The run's name from that of its log: `incident` of `logs/incident.jsonl.gz`.
  private static func name(of path: String) -> String {
    let file = URL(fileURLWithPath: path)
    return (file.pathExtension == "gz" ? file.deletingPathExtension() : file).deletingPathExtension().lastPathComponent
  }

  private func read() throws(HarnessError) -> WatchLog {
    let data: Data
    do {
      data = try LogFile.contents(ofPath: watchLog)
    } catch {
      throw HarnessError(.invalidInput, "\(watchLog): the watch log cannot be read: \(error)")
    }
    do {
      return try WatchLog(data)
    } catch {
      throw HarnessError(.invalidInput, "\(watchLog):\(error.line): \(error.reason)")
    }
  }

  /// From each mark to the next one is a phase with the name of the mark; from the first lists to the first mark it is
  /// `start`.
  static func phases(of log: WatchLog) -> [PhaseSpan] {
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

  /// What the objects' own times say of the server's clock.
  ///
  /// A write bears its second, and reaches a watch shortly after. The middle one of the differences is not moved by
  /// writes that came late; half a second is allowed for its own way.
  static func clock(of log: WatchLog) -> ServerClock {
    struct Head: Decodable { let metadata: ObjectMetadata }
    let decoder = JSONDecoder()
    let leads = log.observations.compactMap { observation -> Duration? in
      guard observation.kind == .modified, let object = observation.object,
        let written = (try? decoder.decode(Head.self, from: object))?.metadata.managedFields?.compactMap(\.time).max()
      else { return nil }
      return .microseconds(written.microseconds - log.startedAt.microseconds) - observation.received
    }.sorted()
    guard !leads.isEmpty else { return ServerClock(runStart: log.startedAt) }
    let middle = leads[leads.count / 2]
    return ServerClock(runStart: log.startedAt, offset: middle...(middle + .seconds(1.5)))
  }

  /// A profile with which the recording can be judged: that nothing was asked of it but to obey its own spec.
  private static func profile(name: String, cluster: ClusterDescription, phases: [PhaseSpan]) -> String {
    let lines = phases.map { phase in
      let length = max((phase.plannedEnd - phase.plannedStart).seconds, 0.001)
      return "    - {name: \(phase.name), for: \(Int((length * 1000).rounded()))ms, rate: 1/s}"
    }
    let expectations =
      cluster.autoscaler == nil ? "[]" : "\n  - {name: obeys its own spec, hpaConformance: {}}"
    return """
      # Made by the import of a watch log, which tells nothing of the load: target and rates stand for nothing.
      apiVersion: scaleproof/v1
      kind: Profile
      metadata: {name: imported}
      target: {url: "http://imported.invalid"}
      cluster: {namespace: "\(cluster.namespace)", workload: "deployment/\(cluster.deployment)"\(cluster.autoscaler.map { ", hpa: \"\($0)\"" } ?? "")}
      requests: [{name: none, path: /}]
      load:
        phases:
      \(lines.joined(separator: "\n"))
      expectations: \(expectations)
      """
  }
}
