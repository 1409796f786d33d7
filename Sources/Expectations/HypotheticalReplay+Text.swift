import AutoscalerModel
import KubernetesObjects
import RunTimeline
import Units

extension HypotheticalReplay {
  /// The replay as lines of text: both specs, what is assumed and left out, the rescales side by side, and every sync.
  ///
  /// - Parameter recorded: the plain replay of the same recording, which names what bound what was done.
  package func lines(of record: ScalingRecord, beside recorded: DecisionReplay) -> [String] {
    var lines = head(record)
    if let misdirection = record.misdirection { return lines + ["Nothing can be explained: \(misdirection)."] }
    guard let first = starts.first else { return lines + ["No sync left a trace: the autoscaler wrote no status."] }
    lines += assumptions(first)
    let rows = rows(record, beside: recorded)
    let rescales = rows.filter(\.isRescale)
    lines += rescales.isEmpty ? ["", "Neither rescales."] : ["", "Rescales:"] + rescales.map(\.headline)
    lines += cost(record).map { [$0] } ?? []
    lines += ["", "Every sync that left a trace, or would have rescaled:"]
    var (said, silent) = ([String](), 0)
    func flush() {
      guard silent > 0 else { return }
      let syncs = silent == 1 ? "the next sync" : "the next \(silent) syncs"
      lines.append("\(DecisionReplay.indent)\(syncs) would have come to the same")
      silent = 0
    }
    for row in rows {
      if row.isRepetition {
        silent += 1
        continue
      }
      flush()
      lines += [row.headline] + (row.reasons == said ? [] : row.reasons)
      said = row.reasons
    }
    flush()
    return lines + ending(record)
  }

  private func head(_ record: ScalingRecord) -> [String] {
    guard let autoscaler = record.history.autoscaler.last?.object else { return [DecisionReplay.rules(record)] }
    let other = spec.autoscaler(inPlaceOf: autoscaler).spec
    return [
      DecisionReplay.rules(record),
      "HPA \(autoscaler.metadata.name ?? ""): \(DecisionReplay.summary(of: autoscaler.spec, record))",
      "would be: \(DecisionReplay.summary(of: other, record))",
    ]
  }

  private func assumptions(_ first: Start) -> [String] {
    let memory =
      first.memoryIsUnknown ? "; what was remembered from before is not known, and all that fits is followed" : ""
    return [
      "In force from the first sync that was seen, with \(first.count.of("replica"))\(memory).",
      "Metrics are those of the recorded syncs. At another count than the recorded one, and for \(youth.plain) after that, "
        + "the use that was recorded in all is spread over the pods (constant total use).",
      "Left out is the feedback: other counts would have made other queues, errors, throttling and starting pods, and so "
        + "other metrics. scaleproof simulate has it.",
    ]
  }

  private func ending(_ record: ScalingRecord) -> [String] {
    guard let end, let last = record.history.autoscaler.last?.object else { return [] }
    let spec = spec.autoscaler(inPlaceOf: last).spec
    return [
      "\(DecisionReplay.instant(end.at))  from here on nothing is said but \(spec.minReplicas ?? 1) to \(spec.maxReplicas): "
        + end.reason
    ]
  }

  /// The wanted replicas over time, as recorded and as they would have been.
  private func cost(_ record: ScalingRecord) -> String? {
    guard let first = entries.first, entries.count > 1, starts.count == 1 else { return nil }
    let stop = end?.at ?? max(record.timeline.lastInstant, entries[entries.count - 1].at)
    let ends = entries.dropFirst().map(\.at) + [stop]
    let start = max(first.at, .zero)
    func minutes(_ count: (Entry) -> Int) -> Double {
      zip(entries, ends).reduce(0) { sum, piece in
        sum + Double(count(piece.0)) * max((piece.1 - max(piece.0.at, start)).seconds, 0)
      } / 60
    }
    let (least, most) = (Self.tenths(minutes(\.lowest)), Self.tenths(minutes(\.highest)))
    return "Wanted replica-minutes from \(DecisionReplay.seconds(start)) to \(DecisionReplay.seconds(stop)): "
      + "\(Self.tenths(minutes(\.to))) as recorded, \(least == most ? least : "\(least) to \(most)") as it would have been."
  }

  private static func tenths(_ value: Double) -> String {
    let tenths = Int((value * 10).rounded())
    return "\((tenths / 10).grouped).\(tenths % 10)"
  }
}

/// A sync as it was and as it would have been, in words.
private struct HypotheticalRow {
  let at: Duration
  let headline: String
  let reasons: [String]
  let isRescale: Bool
  /// Whether it left no trace, and would have done what the one before would have.
  let isRepetition: Bool
}

extension HypotheticalReplay {
  private func rows(_ record: ScalingRecord, beside recorded: DecisionReplay) -> [HypotheticalRow] {
    var rows: [HypotheticalRow] = []
    var before: Entry?
    for entry in entries {
      rows += starts.dropFirst().filter { $0.at == entry.at }.map { Self.row(beginningAnew: $0) }
      let isRescale = entry.from != entry.to || entry.outcomes.contains { $0.from != $0.to }
      let did = recorded.entries.indices.contains(entry.sync) ? recorded.entries[entry.sync] : nil
      let terms = Self.terms(entry.outcomes)
      let isRepetition =
        !entry.hasTrace && !isRescale
        && before.map { $0.left == entry.left && Self.terms($0.outcomes) == terms } ?? false
      rows.append(
        HypotheticalRow(
          at: entry.at, headline: Self.headline(entry, did: did), reasons: Self.reasons(entry), isRescale: isRescale,
          isRepetition: isRepetition))
      before = entry
    }
    for edit in record.edits {
      rows.append(Self.row(at: edit.at.latest, "\(edit.text) (changed by --set as well)", isRescale: false))
    }
    for change in record.changes where change.sync == nil && change.at.latest > (starts.first?.at ?? .zero) {
      let author =
        switch change.author {
        case .other(let name): "by \(name), not by the autoscaler, and taken to have come all the same"
        case .unknown: "by somebody unknown; both is followed: that it came all the same, and that it did not"
        case .autoscaler: "by the autoscaler, whose status of it was not seen"
        }
      rows.append(Self.row(at: change.at.latest, "\(change.from) -> \(change.to)  \(author)", isRescale: true))
    }
    return rows.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
  }

  private static func row(at: Duration, _ text: String, isRescale: Bool) -> HypotheticalRow {
    HypotheticalRow(
      at: at, headline: "\(DecisionReplay.instant(at))  \(text)", reasons: [], isRescale: isRescale,
      isRepetition: false)
  }

  private static func row(beginningAnew start: Start) -> HypotheticalRow {
    row(
      at: start.at, "begun anew with the \(start.count) that were recorded: \(start.reason ?? "nobody watched")",
      isRescale: true)
  }

  private static func headline(_ entry: Entry, did: DecisionReplay.Entry?) -> String {
    let step = entry.from == entry.to ? "stayed at \(entry.from)" : "did \(entry.from) -> \(entry.to)"
    let term = did?.agrees ?? false ? did?.decision?.bindingTerm.name : nil
    let doubt = entry.isCertain ? "" : "  (if it took place)"
    return "\(DecisionReplay.instant(entry.at))  \(step)\(entry.hasTrace ? "  [\(term ?? "not explained")]" : ""); "
      + "\(would(entry))  [\(terms(entry.outcomes).joined(separator: " or "))]\(doubt)"
  }

  /// `would do 3 -> 5`, `would stay at 8`, or with several counts where what is known leaves them open.
  private static func would(_ entry: Entry) -> String {
    let staying = entry.outcomes.filter { $0.from == $0.to }.map(\.to)
    let moving = entry.outcomes.filter { $0.from != $0.to }
    if Set(entry.outcomes.map(\.from)).count > 2 {
      // Where many ways are possible, what lies between their bounds is as well.
      let text = "be at \(bounds(entry.outcomes.map(\.to)))"
      return "would \(text)"
    }
    let moves = Set(moving.map(\.from)).sorted().map { from in
      "\(from) -> \(bounds(moving.filter { $0.from == from }.map(\.to)))"
    }
    let stay = staying.isEmpty ? nil : "stay at \(bounds(staying))"
    let move = moves.isEmpty ? nil : "do \(moves.joined(separator: " or "))"
    return "would \([move, stay].compactMap { $0 }.joined(separator: ", or "))"
  }

  /// `7`, or `5 to 8`.
  private static func bounds(_ counts: [Int]) -> String { counts.range.map { CountEvidence.text($0) } ?? "?" }

  private static func terms(_ outcomes: [Outcome]) -> [String] {
    outcomes.reduce(into: []) { terms, outcome in
      if !terms.contains(outcome.term) { terms.append(outcome.term) }
    }
  }

  /// The model's sentences for the ways that differ most, at most three.
  private static func reasons(_ entry: Entry) -> [String] {
    var sentences: [String] = []
    for outcome in entry.outcomes {
      guard let decision = outcome.decision else {
        let text = "nothing tells what its metrics asked for"
        if !sentences.contains(text) { sentences.append(text) }
        continue
      }
      if !sentences.contains(decision.sentence) { sentences.append(decision.sentence) }
    }
    let shown = sentences.prefix(3).enumerated().map { index, sentence in
      "\(DecisionReplay.indent)\(index == 0 ? "would" : "or"): \(sentence)"
    }
    return shown + (sentences.count > 3 ? ["\(DecisionReplay.indent)or \((sentences.count - 3).of("other way"))"] : [])
  }
}
