import Expectations

/// How a report tells the workloads of a run apart: by the names that the profile gives them. One alone needs none.
struct WorkloadLabel: Sendable {
  /// What the profile calls it.
  let name: String?
  private let position: Int

  /// The label of the only workload.
  static let alone = WorkloadLabel(name: nil, position: 0)

  /// An identifier of the page: that of the first workload as it is, of others with a number.
  func id(_ base: String) -> String { position == 0 ? base : "\(base)-\(position + 1)" }

  /// `Replicas`, or `Replicas of api`.
  func title(_ words: String) -> String { name.map { "\(words) of \($0)" } ?? words }

  /// Whether what the page needs once is to be written with it.
  var isFirst: Bool { position == 0 }

  /// All workloads of a run, each with its label.
  static func all(_ run: RunAnalysis) -> [(label: WorkloadLabel, run: RunAnalysis)] {
    run.ofEachWorkload.enumerated().map { position, each in
      (WorkloadLabel(name: each.workloadName, position: position), each)
    }
  }
}
