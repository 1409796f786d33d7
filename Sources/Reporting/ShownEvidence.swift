import Expectations
import Units

/// What stands behind a verdict that is no pass, for renderings that have no room for all of it.
struct ShownEvidence: Sendable {
  /// So many rows are shown: the first ones, which say most.
  static let limit = 8

  /// Each with its time in front, where it has one.
  let rows: [String]

  init(_ judgement: Judgement) {
    guard judgement.verdict != .pass else {
      rows = []
      return
    }
    let shown = judgement.evidence.prefix(Self.limit).map { fact in
      fact.at.map { "\($0.clock): \(fact.text)" } ?? fact.text
    }
    let rest = judgement.evidence.count - shown.count
    rows = shown + (rest > 0 ? ["and \(rest.counted("more row", "more rows")) in the report"] : [])
  }
}
