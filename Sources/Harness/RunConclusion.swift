import Expectations
import Foundation
import Glibc
import KubernetesObjects
import Profiles
import Reporting
import RunRecording
import RunTimeline
import Units

/// What follows a recording: judging it, keeping the verdicts, writing the reports, and saying how the program ends.
struct RunConclusion {
  let output: RunOutput
  let profile: Profile
  let version: ProgramVersion
  var quiet = false
  var jsonLines = false
  var incidentCheck = IncidentCheck(isFixed: false)
  /// When the verdicts are said to be made; `nil` for now.
  var judgedAt: KubernetesTime?

  /// - Parameter failed: whether the generator or the recording failed, so that nothing can make up for it.
  func execute(interrupted: Bool, failed: Bool = false) throws -> ExitStatus {
    let timeline = try RecordingAccess.timeline(output.recording)
    let analysis = RunAnalysis(timeline, of: profile.expectations)
    let judgements = Judge.judge(profile.expectations, on: analysis)
    let recorded = JudgingProfile(source: timeline.run.profileSource, text: timeline.run.profileText)
    var problems: [String] = []
    do {
      try RecordingAccess.keep(
        judgements, by: recorded, version: version, at: judgedAt ?? Date().kubernetesTime, in: output.recording)
    } catch {
      problems.append("the verdicts are not kept in the recording: \(error)")
    }
    let reports = ReportFiles(output: output).write(analysis, judgements, by: JudgedProfile(profile))
    if !reports.problems.isEmpty {
      problems +=
        reports.problems + [
          "the recording is \(output.recording): scaleproof report \(output.recording) --output FOLDER writes the reports again"
        ]
    }
    var status =
      failed
      ? .untrusted : interrupted ? .interrupted : Verdicts.status(of: judgements, ended: timeline.run.endReason)
    // A status that says more about the run stays.
    if status == .passed, !problems.isEmpty { status = .defect }
    if jsonLines {
      for judgement in judgements { JSONLines.write(JSONLines.line(judgement)) }
      JSONLines.write(JSONLines.endLine(run: timeline.run, status: status, output: output, reports: reports))
    } else {
      Verdicts.print(judgements, of: analysis, totals: !quiet)
      if !quiet {
        if reports.has(output.html) { StandardOutput.line("\nReport     \(output.html)") }
        StandardOutput.line("\(reports.has(output.html) ? "" : "\n")Recording  \(output.recording)")
        for line in profile.incident.map({ incidentCheck.lines($0, judgements) }) ?? [] { StandardOutput.line(line) }
      }
    }
    for problem in problems { StandardOutput.complain(problem) }
    return status
  }
}

/// Verdicts on their way to the user and to the exit status.
enum Verdicts {
  static func print(
    _ judgements: [Judgement], of run: RunAnalysis, by profile: JudgedProfile = JudgedProfile(), totals: Bool = true
  ) {
    let colour = StandardOutput.takesControlSequences
    var size = winsize()
    let known = ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let text = TerminalTable.render(
      run, judgements, by: profile, width: known ? Int(size.ws_col) : 100, colour: colour, totals: totals)
    StandardOutput.write(text.hasSuffix("\n") ? text : text + "\n")
  }

  /// A run that a stop rule has ended never passes: the rest of it was not seen. One that failed is not trusted.
  static func status(of judgements: [Judgement], ended reason: EndReason? = .completed) -> ExitStatus {
    if judgements.contains(where: { $0.verdict == .fail }) { return .failed }
    if reason == .failed || judgements.contains(where: \.isUntrusted) { return .untrusted }
    let isUndecided = reason == .aborted || judgements.contains { $0.verdict == .inconclusive }
    return isUndecided ? .inconclusive : .passed
  }
}

/// Reading a recording and keeping verdicts in it, with errors for the user.
enum RecordingAccess {
  static func timeline(_ path: String) throws(HarnessError) -> Timeline {
    do {
      return try RecordingReader.timeline(path: path)
    } catch {
      throw HarnessError(.invalidInput, "\(error)")
    }
  }

  /// All that was observed, as it was.
  static func observations(_ path: String) throws(HarnessError) -> [Observation] {
    do {
      return try RecordingReader.observations(path: path)
    } catch {
      throw HarnessError(.invalidInput, "\(error)")
    }
  }

  /// The profile that was recorded with a run.
  static func profile(of timeline: Timeline, in path: String) throws(HarnessError) -> Profile {
    try self.profile(timeline.run.profileText, source: timeline.run.profileSource, in: path)
  }

  /// The newest evaluation that was kept; `nil` when none was.
  static func newestJudging(of path: String) throws(HarnessError) -> Judging? {
    do {
      return try RecordingReader.judgings(path: path).last
    } catch {
      throw HarnessError(.invalidInput, "\(error)")
    }
  }

  /// A profile that is kept in a recording.
  static func profile(_ text: String, source: String, in path: String) throws(HarnessError) -> Profile {
    do {
      return try ProfileReader.read(text: text, source: source, isRun: false)
    } catch {
      throw HarnessError(.invalidInput, error.problems.map { "\(path): in the recorded profile: \($0)" })
    }
  }

  static func keep(
    _ judgements: [Judgement], by profile: JudgingProfile, version: ProgramVersion, at now: KubernetesTime,
    in path: String
  ) throws(HarnessError) {
    let rows = judgements.map { judgement in
      VerdictRow(
        name: judgement.name, kind: judgement.kind, expected: judgement.expected,
        verdict: judgement.verdict.rawValue, finding: judgement.finding, reason: judgement.reason,
        window: judgement.window, evidence: judgement.evidence.map { VerdictRow.Evidence(at: $0.at, text: $0.text) },
        measurements: judgement.measurements.map(VerdictRow.Measurement.init))
    }
    do {
      try RecordingVerdicts.append(
        Judging(at: now, toolVersion: version.description, profile: profile, verdicts: rows),
        path: path)
    } catch {
      throw HarnessError(.invalidInput, "\(error)")
    }
  }
}

extension VerdictRow.Measurement {
  fileprivate init(_ measurement: Judgement.Measurement) {
    self.init(
      name: measurement.name, unit: measurement.unit.rawValue, lowest: measurement.lowest, highest: measurement.highest,
      limit: measurement.limit.map { Limit(relation: $0.relation.rawValue, value: $0.value) })
  }
}

/// The report files of a run.
struct ReportFiles {
  let output: RunOutput

  /// Makes the folder if need be.
  static func make(folder: String) throws(HarnessError) -> ReportFiles {
    if folder.isEmpty { throw HarnessError(.usage, "--output is empty: name a folder, or leave the option out") }
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw HarnessError(.refused, "\(folder): the folder cannot be made: \(FileProblem.reason(of: error))")
    }
    return ReportFiles(output: RunOutput(folder: folder))
  }

  /// What became of the files.
  struct Written {
    /// Paths of those that are there.
    var files: Set<String> = []
    /// A line for each that is not.
    var problems: [String] = []

    func has(_ path: String) -> Bool { files.contains(path) }
  }

  /// Writes all that can be written: a report that is missing takes no other with it.
  func write(_ run: RunAnalysis, _ judgements: [Judgement], by profile: JudgedProfile) -> Written {
    var written = Written()
    write(HTMLReport.render(run, judgements, by: profile), to: output.html, &written)
    write(JSONReport.render(run, judgements, by: profile), to: output.json, &written)
    write(JUnitReport.render(run, judgements, by: profile), to: output.junit, &written)
    write(MarkdownSummary.render(run, judgements, by: profile), to: output.markdown, &written)
    return written
  }

  private func write(_ text: String, to path: String, _ written: inout Written) {
    do {
      try text.write(toFile: path, atomically: true, encoding: .utf8)
      written.files.insert(path)
    } catch {
      written.problems.append("\(path): the report cannot be written: \(FileProblem.reason(of: error))")
    }
  }
}
