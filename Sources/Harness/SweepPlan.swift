import Arrivals

/// Which variants of a profile a sweep runs.
struct SweepPlan: Sendable {
  /// More are a mistake rather than a wish.
  static let mostRuns = 20_000

  let fields: [SweptField]
  /// One value for each field.
  let points: [[String]]
  /// Each point is run with the seeds from 1 on; 0 for that of the profile alone.
  let seeds: Int

  /// - Parameters:
  ///   - sweeps: `PATH=VALUES`, each.
  ///   - samples: how many points to draw, evenly over each field (Latin hypercube; McKay, Beckman and Conover, 1979); `nil` for
  ///     every combination.
  ///   - seed: decides what is drawn.
  /// - Throws: ``HarnessError`` with the status `usage`.
  init(sweeps: [String], samples: Int?, seeds: Int?, seed: UInt64) throws(HarnessError) {
    var fields: [SweptField] = []
    for sweep in sweeps { fields.append(try SweptField(sweep)) }
    let paths = fields.map(\.path)
    if let twice = paths.first(where: { path in paths.count { $0 == path } > 1 }) {
      throw HarnessError(.usage, "--sweep \(twice): the field is swept twice: name all its values at once")
    }
    if samples != nil, fields.isEmpty {
      throw HarnessError(.usage, "--samples: nothing is swept: name a field with --sweep PATH=LOW..HIGH")
    }
    for (name, number) in [("--samples", samples), ("--seeds", seeds)] {
      if let number, number < 1 { throw HarnessError(.usage, "\(name) \(number): write a whole number from 1") }
    }
    self.fields = fields
    self.seeds = seeds ?? 0
    let count = samples ?? fields.reduce(1) { $0 * $1.count }
    guard count * max(self.seeds, 1) <= Self.mostRuns else {
      throw HarnessError(
        .usage,
        "--sweep: \(count * max(self.seeds, 1)) runs are more than \(Self.mostRuns): name fewer values, or draw some "
          + "with --samples")
    }
    if let samples {
      points = Self.drawn(samples, of: fields, seed: seed)
    } else {
      if let range = fields.first(where: { if case .range = $0.values { true } else { false } }) {
        throw HarnessError(
          .usage,
          "--sweep \(range.path): a range has no end of values: say how many to draw with --samples, or name them")
      }
      points = fields.reduce([[]]) { points, field in
        points.flatMap { point in field.listed.map { point + [$0] } }
      }
    }
  }

  /// Of each field every part of its values is drawn from as often as any other.
  private static func drawn(_ count: Int, of fields: [SweptField], seed: UInt64) -> [[String]] {
    var random = SplitMix64(seed: seed, purpose: .variants)
    let columns = fields.map { field -> [String] in
      (0..<count).shuffled(using: &random).map { part in
        let share = (Double(part) + Double.random(in: 0..<1, using: &random)) / Double(count)
        switch field.values {
        case .list(let list): return list[min(Int(share * Double(list.count)), list.count - 1)]
        case .range(let range): return range.value(at: share)
        }
      }
    }
    return (0..<count).map { row in columns.map { $0[row] } }
  }

  /// What `--set` would take for a point.
  func changes(_ point: [String], seed: Int?) -> [String] {
    zip(fields, point).map { "\($0.path)=\($1)" } + (seed.map { ["load.seed=\($0)"] } ?? [])
  }
}

extension SweptField {
  /// The values of a list; none of a range.
  fileprivate var listed: [String] { if case .list(let list) = values { list } else { [] } }
  fileprivate var count: Int { max(listed.count, 1) }
}
