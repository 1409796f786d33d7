import LoadFacts
import RunTimeline
import Units

/// The version whose answers fail while those of others do not: held against each other where both answered, so that what
/// happens to all of them at some time speaks against none.
struct VersionContrast {
  /// Who answers, as the answers tell: by the name of its version, or by the template of its pods.
  enum Answerer: Hashable {
    case version(String)
    case template(String)
  }

  let answerer: Answerer
  /// When it answered for the first time.
  let since: InstantBounds
  /// How many of its answers failed in the whole run.
  let failed: Int
  /// Of all requests, the share that it answered.
  let share: Double
  /// How many requests it answered about which moment.
  let answers: [(moment: Duration, requests: Double)]
  /// Where others answered as well; the p-value is corrected for the number of versions.
  let test: AttributionTest
  let pValue: Double

  /// That of which the failures tell most; `nil` where fewer than two answered, or none of those that failed.
  static func strongest(_ load: AttributedLoad, _ pods: ServingPods) -> VersionContrast? {
    let rows = Rows(load, pods)
    let all = rows.answerers.compactMap { VersionContrast($0, rows, load) }
    return all.filter { $0.failed > 0 }.min { ($0.pValue, $1.failed) < ($1.pValue, $0.failed) }
  }

  private init?(_ answerer: Answerer, _ rows: Rows, _ load: AttributedLoad) {
    var (inside, all, expected, failed, requests) = (0.0, 0.0, 0.0, 0.0, 0.0)
    var chances: [(share: Double, count: Int)] = []
    var answers: [(moment: Duration, requests: Double)] = []
    var since: Range<Duration>?
    for row in rows.all {
      guard let own = row.answers[answerer], own.share > 0 else { continue }
      since = since ?? row.range
      failed += own.failed
      requests += own.requests
      answers.append((row.middle, own.requests))
      guard own.share < 1 else { continue }
      let failing = row.answers.values.reduce(0) { $0 + $1.failed }
      inside += own.failed
      all += failing
      expected += failing * own.share
      chances.append((own.share, Int(failing.rounded())))
    }
    guard let since, rows.answerers.count > 1 else { return nil }
    self.answerer = answerer
    self.answers = answers
    self.since = InstantBounds(since.lowerBound, since.upperBound)
    self.failed = Int(failed.rounded())
    share = load.requests > 0 ? min(requests / Double(load.requests), 1) : 0
    test = AttributionTest(
      Int(min(inside, all).rounded()), of: Int(all.rounded()), share: all > 0 ? expected / all : 0)
    let chance = UnequalChances.pValue(atLeast: test.inside, chances) ?? test.pValue
    pValue = min(chance * Double(rows.answerers.count), 1)
  }

  /// Who answered how many requests at which time.
  private struct Rows {
    struct Answers {
      var requests: Double
      var failed: Double
      /// Of the requests of that time, at most.
      var share: Double
    }

    struct Row {
      let range: Range<Duration>
      var answers: [Answerer: Answers]

      var middle: Duration { range.lowerBound + range.length / 2 }
    }

    let all: [Row]
    let answerers: Set<Answerer>

    init(_ load: AttributedLoad, _ pods: ServingPods) {
      if load.slices.contains(where: { !$0.answered.isEmpty }) {
        all = load.slices.map(Self.row)
      } else {
        let isToldOfPods = load.kept.contains { pods.pod(of: $0) != nil }
        all = isToldOfPods ? load.slices.map { Self.row(of: $0, pods) } : []
      }
      answerers = all.reduce(into: []) { $0.formUnion($1.answers.keys) }
    }

    private static func row(of slice: AttributedLoad.Slice) -> Row {
      let total = slice.answered.values.reduce(0) { $0 + $1.requests }
      let answers = slice.answered.map { name, answers in
        (
          Answerer.version(name),
          Answers(requests: answers.requests, failed: answers.failed, share: answers.requests / max(total, 1))
        )
      }
      return Row(range: slice.range, answers: Dictionary(uniqueKeysWithValues: answers))
    }

    /// Answers that succeed tell of no pod: all that are sent requests get as many, and proxies notice late who comes and goes.
    private static func row(of slice: AttributedLoad.Slice, _ pods: ServingPods) -> Row {
      let moment = slice.middle
      let serving = pods.pods.filter { pods.isServing($0, at: moment) }
      var answers: [Answerer: Answers] = [:]
      for hash in Set(pods.pods.filter { pods.mayServe($0, at: moment) }.compactMap(\.templateHash)) {
        let most = pods.pods.count { $0.templateHash == hash && pods.mayServe($0, at: moment) }
        let others = pods.pods.count {
          $0.templateHash != hash && pods.isServing($0, at: moment, for: PodLifeline.propagation)
        }
        let own = serving.count { $0.templateHash == hash }
        answers[.template(hash)] = Answers(
          requests: serving.isEmpty ? 0 : Double(slice.requests * own) / Double(serving.count), failed: 0,
          share: Double(most) / Double(most + others))
      }
      for failure in slice.kept {
        guard let hash = pods.pod(of: failure)?.templateHash else { continue }
        answers[.template(hash)]?.failed += Double(slice.failed) / Double(slice.kept.count)
      }
      return Row(range: slice.range, answers: answers)
    }
  }
}

extension VersionContrast {
  /// Whether it answered a request that failed.
  func hasAnswered(_ failure: FailedRequest, _ pods: ServingPods) -> Bool {
    switch answerer {
    case .version(let name): failure.version == name
    case .template(let hash): pods.pod(of: failure)?.templateHash == hash
    }
  }
}

extension VersionContrast.Answerer {
  var text: String {
    switch self {
    case .version(let name): "version \(name)"
    case .template(let hash): "pods of template \(hash)"
    }
  }
}
