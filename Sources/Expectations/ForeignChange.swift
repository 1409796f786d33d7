import RunTimeline

/// A change of the workload or of its autoscaler that neither an action of the run nor the autoscaler made.
struct ForeignChange {
  let at: InstantBounds
  /// `Deployment web` or `HorizontalPodAutoscaler web`.
  let object: String
  /// `the pod template`; empty where it was deleted.
  let what: String
  /// By the names in the managed fields; empty where they do not tell.
  let writers: [String]
  /// Why it may not be one after all; `nil` for one that certainly is.
  var doubt: String?

  var sentence: String {
    if what.isEmpty { return "\(object) was deleted" }
    return "\(writers.isEmpty ? "somebody" : writers.joined(separator: " and ")) changed \(what) of \(object)"
  }
}
