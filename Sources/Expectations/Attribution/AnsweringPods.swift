import LoadFacts
import RunTimeline

/// The pods that answered all of the failed requests themselves.
struct AnsweringPods: Sendable, Equatable {
  let count: Int
  /// The version that all of them are of, or their template, where there were others: `version v2`.
  let only: String?

  /// `nil` where not all failures that were kept whole name one.
  init?(_ load: AttributedLoad, _ pods: ServingPods) {
    let kept = load.kept
    let names = Set(kept.compactMap(\.pod))
    guard !names.isEmpty, kept.allSatisfy({ $0.pod != nil }) else { return nil }
    count = names.count
    let versions = Set(kept.map(\.version))
    let templates = Set(kept.map { pods.pod(of: $0)?.templateHash })
    let hadOthers = (
      versions: Set(load.slices.flatMap(\.answered.keys)).count > 1,
      templates: Set(pods.pods.compactMap(\.templateHash)).count > 1
    )
    if hadOthers.versions, versions.count == 1, let version = versions.first ?? nil {
      only = "version \(version)"
    } else if hadOthers.templates, templates.count == 1, let template = templates.first ?? nil {
      only = "template \(template)"
    } else {
      only = nil
    }
  }
}
