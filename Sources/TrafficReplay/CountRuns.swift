/// A series of counts, one a second, cut into runs that each stand for their mean.
struct CountRuns: Sendable {
  struct Run: Sendable, Equatable {
    var length: Int
    var sum: Int
  }

  private(set) var runs: [Run]

  /// Runs of a fixed length; neighbours with the same mean become one, which changes nothing.
  init(_ counts: [Int], length: Int) {
    runs = []
    for start in stride(from: 0, to: counts.count, by: max(length, 1)) {
      let part = counts[start..<min(start + max(length, 1), counts.count)]
      let run = Run(length: part.count, sum: part.reduce(0, +))
      if let last = runs.last, last.sum * run.length == run.sum * last.length {
        runs[runs.count - 1] = Run(length: last.length + run.length, sum: last.sum + run.sum)
      } else {
        runs.append(run)
      }
    }
  }

  /// As few runs as leave a share of the variance of the counts unexplained, or ``RatePlan/mostPhases`` where that would
  /// take more.
  ///
  /// Of all neighbours those are merged first whose merging adds the least squared error (Ward's method, for
  /// neighbours only). The correlation of the counts with the means of their runs is √(1 − share).
  static func merged(_ counts: [Int], unexplained share: Double) -> CountRuns {
    var result = CountRuns(counts, length: 1)
    let mean = Double(counts.reduce(0, +)) / Double(max(counts.count, 1))
    let variance = counts.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) }
    result.merge(within: share * variance, most: RatePlan.mostPhases)
    return result
  }

  /// Merges neighbours while the squared error stays within bounds, and on until at most `most` are left.
  private mutating func merge(within error: Double, most: Int) {
    var chain = RunChain(runs)
    var spent = 0.0
    while let cost = chain.cheapest, spent + cost <= error || chain.count > most {
      spent += cost
      chain.mergeCheapest()
    }
    runs = chain.runs
  }
}

/// Runs in a row, of which the two neighbours that are cheapest to merge are found at once.
private struct RunChain {
  private var run: [CountRuns.Run]
  private var next: [Int]
  private var previous: [Int]
  /// Rises when a run changes, so that older costs of it are known to be void.
  private var version: [Int]
  private var heap = CostHeap()
  private(set) var count: Int

  init(_ runs: [CountRuns.Run]) {
    run = runs
    count = runs.count
    next = runs.indices.map { $0 + 1 < runs.count ? $0 + 1 : -1 }
    previous = runs.indices.map { $0 - 1 }
    version = runs.map { _ in 0 }
    for index in runs.indices.dropLast() { push(index) }
  }

  var runs: [CountRuns.Run] {
    var result: [CountRuns.Run] = []
    var index = run.isEmpty ? -1 : 0
    while index >= 0 {
      result.append(run[index])
      index = next[index]
    }
    return result
  }

  /// Squared error that the cheapest merge adds; `nil` when one run is left.
  var cheapest: Double? {
    mutating get {
      while let top = heap.top, top.version != version[top.left] { heap.removeTop() }
      return heap.top?.cost
    }
  }

  /// Merges the pair that ``cheapest`` has just found.
  mutating func mergeCheapest() {
    guard let left = heap.top?.left else { return }
    heap.removeTop()
    let right = next[left]
    run[left] = CountRuns.Run(length: run[left].length + run[right].length, sum: run[left].sum + run[right].sum)
    next[left] = next[right]
    if next[right] >= 0 { previous[next[right]] = left }
    version[right] += 1
    count -= 1
    version[left] += 1
    push(left)
    let before = previous[left]
    if before >= 0 {
      version[before] += 1
      push(before)
    }
  }

  /// Keeps what it costs to merge a run with the next one: n·m / (n + m) · (difference of the means)².
  private mutating func push(_ left: Int) {
    let right = next[left]
    guard right >= 0 else { return }
    let (n, m) = (Double(run[left].length), Double(run[right].length))
    let difference = Double(run[left].sum) / n - Double(run[right].sum) / m
    heap.insert(CostHeap.Entry(cost: n * m / (n + m) * difference * difference, left: left, version: version[left]))
  }
}
