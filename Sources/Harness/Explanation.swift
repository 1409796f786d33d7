import AutoscalerModel
import Expectations
import RunTimeline
import Units

/// Says of each sync of the autoscaler what the metrics said, what the model makes of it, and what was done.
package struct Explanation {
  let recording: String

  package init(recording: String) {
    self.recording = recording
  }

  package func execute() throws -> ExitStatus {
    let timeline = try RecordingAccess.timeline(recording)
    guard let record = ScalingRecord(timeline) else {
      throw HarnessError(
        .invalidInput, "\(recording): there is nothing to explain: no autoscaler with its Deployment was observed")
    }
    for line in Self.lines(DecisionReplay(record), record: record) { print(TerminalText.plain(line)) }
    return .passed
  }

  static func lines(_ replay: DecisionReplay, record: ScalingRecord) -> [String] {
    let version = record.versionIsKnown ? "" : " (the recording does not say which; another may differ)"
    var lines = ["Explained by the autoscaler of Kubernetes \(record.version)\(version).", ""]
    for entry in replay.entries { lines += Self.lines(entry) }
    for change in record.changes {
      guard case .other(let name) = change.author else { continue }
      lines.append("\(seconds(change.at))  \(change.from) -> \(change.to)  by \(name), not by the autoscaler")
    }
    if replay.entries.isEmpty { lines.append("No sync left a trace: the autoscaler wrote no status.") }
    return lines
  }

  private static func lines(_ entry: DecisionReplay.Entry) -> [String] {
    let step = entry.from == entry.to ? "stays at \(entry.from)" : "\(entry.from) -> \(entry.to)"
    let term = entry.decision.map { $0.bindingTerm.name } ?? "unknown"
    var lines = ["\(seconds(entry.at))  \(step)  [\(entry.agrees ? term : "not explained")]  \(entry.reading)"]
    if let decision = entry.decision {
      lines.append("    model: \(decision.sentence)")
      if entry.agrees {
        lines.append("    otherwise: \(entry.alternative)")
      } else {
        lines.append("    the controller did something else; it may remember what was before the recording")
      }
    } else {
      lines.append("    \(entry.alternative)")
    }
    if entry.repeats > 0 {
      let syncs = entry.repeats == 1 ? "the next sync" : "the next \(entry.repeats) syncs"
      lines.append("    \(syncs) came to the same and wrote nothing")
    }
    return lines
  }

  private static func seconds(_ at: InstantBounds) -> String {
    let tenths = Int((at.latest.seconds * 10).rounded())
    let text = "\(tenths / 10).\(abs(tenths % 10))s"
    return String(repeating: " ", count: max(0, 8 - text.count)) + text
  }
}
