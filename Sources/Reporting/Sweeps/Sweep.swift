package import Expectations
import Units

/// Runs of one profile that differ in some of its fields, or in the seed only.
package struct Sweep: Sendable {
  /// Runs with the same values of the swept fields, one for each seed.
  package struct Row: Sendable, Equatable {
    package let values: [String]
    package let runs: [RunCost]

    package init(values: [String], runs: [RunCost]) {
      self.values = values
      self.runs = runs
    }
  }

  package let profile: String
  /// Paths of the fields that differ.
  package let fields: [String]
  /// Names of the expectations.
  package let expectations: [String]
  package let rows: [Row]

  package init(profile: String, fields: [String], expectations: [String], rows: [Row]) {
    self.profile = profile
    self.fields = fields
    self.expectations = expectations
    self.rows = rows
  }

  /// What columns are headed by: the last name of each path, or all of it where two would be alike.
  var columns: [String] {
    let short = fields.map { $0.split(separator: ".").last.map(String.init) ?? $0 }
    return zip(fields, short).map { field, name in short.count { $0 == name } > 1 ? field : name }
  }
}

extension Sweep.Row {
  /// How often an expectation came to a verdict.
  func count(_ verdict: Verdict, of expectation: Int) -> Int {
    runs.count { $0.verdicts[expectation] == verdict }
  }

  /// The worst verdict of any run: fail before inconclusive before pass. What was cut short or not judged is undecided.
  var verdict: Verdict {
    let all = Set(runs.map(\.verdict))
    return all.contains(.fail) ? .fail : all.contains(.inconclusive) ? .inconclusive : .pass
  }

  var isCutShort: Bool { runs.contains(where: \.isCutShort) }

  /// `12 pass`, `1 fail, 11 pass`; of several runs `18 of 20 runs pass`.
  var verdictText: String {
    let cut = runs.count(where: \.isCutShort)
    guard runs.allSatisfy({ !$0.verdicts.isEmpty }) else { return "not judged\(cut > 0 ? ", cut short" : "")" }
    guard runs.count == 1, let run = runs.first else {
      let passing = runs.count { $0.verdict == .pass }
      return "\(passing) of \(runs.count) runs pass\(cut > 0 ? ", \(cut) cut short" : "")"
    }
    let counts = [Verdict.fail, .inconclusive, .pass].compactMap { verdict in
      let count = run.verdicts.count { $0 == verdict }
      return count == 0 ? nil : "\(count) \(verdict.rawValue)"
    }
    return (counts + (cut > 0 ? ["cut short"] : [])).joined(separator: ", ")
  }

  /// The median over the runs; `nil` where one of them does not know.
  func median(_ figure: (RunCost) -> Double?) -> Double? {
    let figures = runs.compactMap(figure).sorted()
    guard !figures.isEmpty, figures.count == runs.count else { return nil }
    let middle = figures.count / 2
    return figures.count % 2 == 1 ? figures[middle] : (figures[middle - 1] + figures[middle]) / 2
  }

  var failedShare: Double? { median { $0.requests == 0 ? nil : Double($0.failed) / Double($0.requests) } }
  var failed: Double? { median { Double($0.failed) } }
  var p99: Double? { median { $0.p99?.seconds } }
  var podMinutes: Double? { median { ($0.podTime?.seconds).map { $0 / 60 } } }
  var missing: Double? { median { $0.missing?.seconds } }
  var idle: Double? { median { $0.idle?.seconds } }

  /// The figures as people read them, one for each of ``Sweep/figureNames``.
  var figureTexts: [String] {
    [
      failed.map(\.rateText), p99.map { WallTime(.seconds($0)).text }, podMinutes.map { $0.fixed(1) },
      missing.map(\.rateText), idle.map(\.rateText),
    ].map { $0 ?? "–" }
  }
}

extension Sweep {
  static let figureNames = ["failed", "p99", "pod minutes", "missing pod s", "idle pod s"]

  /// In which runs an expectation did not pass, in words; `nil` where it passed in all.
  func exceptions(of expectation: Int) -> String? {
    let parts = [Verdict.fail, .inconclusive].compactMap { verdict -> String? in
      let found = rows.filter { $0.count(verdict, of: expectation) > 0 }
      guard !found.isEmpty else { return nil }
      let word = verdict == .fail ? "fails" : "is undecided"
      if rows.count == 1 {
        return "\(word) in \(found[0].count(verdict, of: expectation)) of \(found[0].runs.count) runs"
      }
      if found.count == rows.count, found.allSatisfy({ $0.count(verdict, of: expectation) == $0.runs.count }) {
        return "\(word) everywhere"
      }
      let places = found.map { row in
        let count = row.count(verdict, of: expectation)
        let often = row.runs.count > 1 ? " (\(count) of \(row.runs.count))" : ""
        return row.values.joined(separator: " ") + often
      }
      return "\(word) at \(places.joined(separator: ", "))"
    }
    return parts.isEmpty ? nil : parts.joined(separator: "; ")
  }
}

extension RunCost {
  /// A run that was cut short never passes: the rest of it was not seen.
  package var verdict: Verdict {
    if verdicts.contains(.fail) { return .fail }
    return isCutShort || verdicts.isEmpty || verdicts.contains(.inconclusive) ? .inconclusive : .pass
  }
}
