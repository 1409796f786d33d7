import Profiles
import Units

/// What a recording without load is judged by: those expectations of a profile that need neither load nor actions.
struct RecordedExpectations {
  private let source: ProfileDocument
  private let kept: [Int]
  /// Which expectations are left out and why, one line each.
  let notes: [String]

  /// - Parameter path: of the profile; `nil` judges nothing.
  /// - Throws: ``HarnessError`` when the profile is not valid, or has nothing that can be judged.
  init(profile path: String?) throws(HarnessError) {
    let text = try path.map { path throws(HarnessError) in try LoadedProfile.text(of: path, what: "the profile") }
    do {
      source = try ProfileDocument(text: text ?? Self.nothing, source: path ?? "scaleproof record")
      let expectations = try source.profile().expectations
      kept = expectations.indices.filter { expectations[$0].needOfRun == nil }
      notes = expectations.compactMap { expectation in
        expectation.needOfRun.map {
          "\(Self.place(of: expectation, in: path ?? "")): \(expectation.name): left out: \($0)"
        }
      }
    } catch {
      throw HarnessError(.invalidInput, error.problems.map(\.description))
    }
    guard kept.isEmpty, path != nil else { return }
    throw HarnessError(
      .invalidInput,
      notes + [
        "\(path ?? ""): none of its expectations can be judged without load; \(Self.judgeable)"
      ])
  }

  /// The profile to record: the workload, no target, and one phase as long as the recording is to be.
  func document(_ cluster: ClusterReference, length: Duration?) -> ProfileDocument {
    source.withoutLoad(
      cluster: cluster, phase: RecordSession.phase, length: length ?? RecordSession.longest, keeping: kept)
  }

  /// `hpaConformance and withinCorridor can, and scaleUp and scaleDown with after: run.start, …`.
  private static var judgeable: String {
    let kinds = Expectation.KindName.allCases
    func names(_ need: Expectation.KindName.WithoutLoad) -> String {
      kinds.filter { $0.withoutLoad == need }.map(\.rawValue).joined(separator: " and ")
    }
    var places: [[String]] = []
    for case .overTheRun(let place) in kinds.map(\.withoutLoad) where !places.contains(place) { places.append(place) }
    let overTheRun = places.map { "\(names(.overTheRun($0))) with \($0.joined(separator: " and "))" }
    return "\(names(.anyhow)) can, and \(overTheRun.joined(separator: ", "))"
  }

  private static func place(of expectation: Expectation, in path: String) -> String {
    expectation.line.map { "\(path):\($0)" } ?? path
  }

  private static let nothing = """
    apiVersion: scaleproof/v1
    kind: Profile
    metadata: {name: recorded}
    target: {url: "http://recorded.invalid"}
    requests: [{name: none, path: /}]
    load: {phases: [{name: recording, for: 1s, rate: 1/s}]}
    expectations: []
    """
}
