import Statistics

/// Which fails of a run stand where several of its expectations infer: with each of them alone as sure as it says, one of many
/// fails by chance sooner or later.
///
/// It changes no verdict: each expectation is judged as if it were the only one.
package struct SeveralInferences: Sendable, Equatable {
  package struct Row: Sendable, Equatable {
    package let name: String
    package let verdict: Verdict
    package let pValue: Double
    /// Among all of them, by ``HolmCorrection``.
    package let adjusted: Double
    package let risk: Double
    /// Whether its bound is refuted also where all are asked at once.
    package var isRefuted: Bool { adjusted < risk }
  }

  package let rows: [Row]

  /// `nil` where fewer than two infer.
  package init?(_ judgements: [Judgement]) {
    let inferring = judgements.compactMap { judgement in judgement.inference.map { (judgement, $0) } }
    guard inferring.count > 1 else { return nil }
    let adjusted = HolmCorrection.adjusted(inferring.map { ($0.1.pValue.upperBound, $0.1.risk) })
    rows = zip(inferring, adjusted).map { inferring, adjusted in
      Row(
        name: inferring.0.name, verdict: inferring.0.verdict, pValue: inferring.1.pValue.upperBound,
        adjusted: adjusted, risk: inferring.1.risk)
    }
  }

  /// Which of the failed ones would still fail; `nil` where none of them failed.
  package var sentence: String? {
    let failed = rows.filter { $0.verdict == .fail }
    if failed.isEmpty { return nil }
    let (standing, falling) = (failed.filter(\.isRefuted), failed.filter { !$0.isRefuted })
    let names = { (rows: [Row]) in rows.map { "“\($0.name)”" }.joined(separator: ", ") }
    let start = "\(rows.count) expectations infer a rate, and by chance one of many fails sooner than one alone"
    if falling.isEmpty { return "\(start): corrected for that (Holm), \(names(failed)) would still fail." }
    let kept = standing.isEmpty ? "" : "\(names(standing)) would still fail, and "
    return "\(start): corrected for that (Holm), \(kept)\(names(falling)) would not, and may be chance."
  }
}
