import Units

extension Attribution {
  /// What the failures have to do with, in one line; `nil` where nothing explains them, and nothing tells who answered them.
  package var sentence: String? {
    switch cause {
    case .none:
      guard let answerers, answerers.count > 1 else { return nil }
      return
        "\(failed.of("failed request")) \(failed == 1 ? "was" : "were") answered by the application itself, in "
        + "\(answerers.count.of("pod"))\(answerers.only.map { ", all of \($0)," } ?? ",") and nothing that was seen of the "
        + "cluster explains them: look at the application and at what it depends on."
    case .named(let trigger):
      guard let row = row(of: trigger) else { return nil }
      return row.gathering(of: failed) + (advice.map { ": \($0)." } ?? ".")
    case .ambiguous(let triggers):
      guard let first = triggers.first.flatMap(row(of:)) else { return nil }
      let others = triggers.dropFirst().compactMap { row(of: $0)?.title }.joined(separator: " or ")
      return "\(first.gathering(of: failed)); or it was \(others): these fell together, so that nothing tells which."
    }
  }
}

extension Attribution.Row {
  /// `34 of 37 failed requests, and 12% of all, were due around terminations of pods (p < 0.001; 502, half of them within
  /// 3ms)`
  fileprivate func gathering(of all: Int) -> String {
    // In virtual time a refusal takes none.
    let time = median ?? .zero > .zero ? ["half of them within \(medianText)"] : []
    let looks = (outcomes.prefix(2) + time).joined(separator: ", ")
    return
      "\(failed.grouped) of \(all.of("failed request")), and \(shareText) of all, were \(trigger == .version ? "answered by" : "due around") \(title) "
      + "(\(pText)\(looks.isEmpty ? "" : "; \(looks)"))"
  }

  /// `12.3%`
  package var shareText: String { Self.percent(share) }

  /// `p < 0.001`, `p = 0.04`: corrected for the number of kinds.
  package var pText: String {
    adjusted < 0.001 ? "p < 0.001" : "p = \((adjusted * 1000).rounded() / 1000)"
  }

  /// `92.1% (88% to 95.2%)`; empty where the failures in the windows are no more than elsewhere.
  package var fractionText: String {
    fraction.map { "\(Self.percent($0.value)) (\(Self.percent($0.lower)) to \(Self.percent($0.upper)))" } ?? ""
  }

  /// `3ms`; empty where no failure was kept whole.
  package var medianText: String { median?.plain ?? "" }

  private static func percent(_ share: Double) -> String {
    Percentage(billionths: Int64((share * 1000).rounded()) * 1_000_000).description
  }
}
