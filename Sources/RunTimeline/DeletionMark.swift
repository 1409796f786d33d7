import KubernetesObjects

/// A name that somebody gave to a moment of a run, as far as it says which object was deleted then.
///
/// `deployment-deleted` names a Deployment, `deleted` whatever was deleted then, `hpa-deleted` an autoscaler and nothing
/// else. A name with a word that is not understood may speak of anything, so that it names nothing.
struct DeletionMark {
  /// Lower-case words, the one for the deletion left out; `nil` where the name speaks of no deletion.
  private let words: [String]?

  /// Words for an object of a kind, or for all objects of its namespace.
  private static let everything: Set = ["namespace", "ns", "all", "everything"]
  private static let fillers: Set = [
    "a", "an", "and", "at", "by", "hand", "is", "it", "kubectl", "manually", "now", "of", "the", "was", "were", "gets",
  ]
  private static let kinds: [String: Set<String>] = {
    let workloads = WorkloadKind.allCases.map { ($0.title, Set($0.names + ["workload", "app", "application"])) }
    let autoscaler: Set = ["hpa", "autoscaler", "horizontalpodautoscaler", "scaler"]
    return Dictionary(uniqueKeysWithValues: workloads + [(HorizontalPodAutoscaler.resource.kind, autoscaler)])
  }()

  init(_ name: String) {
    let parts = Self.parts(of: name)
    guard let verb = parts.firstIndex(where: { $0.contains("delet") }), let range = parts[verb].firstRange(of: "delet")
    else {
      words = nil
      return
    }
    // In `hpadeleted` what stands before belongs to it.
    let head = String(parts[verb][..<range.lowerBound])
    words = parts[..<verb] + (head.isEmpty ? [] : [head]) + parts[(verb + 1)...]
  }

  /// Whether an object of this kind and name is what the mark says was deleted.
  func names(kind: String, _ name: String) -> Bool {
    guard var rest = words else { return false }
    let own = Self.parts(of: name)
    if let range = rest.firstRange(of: own) { rest.removeSubrange(range) }
    let known = Self.everything.union(Self.fillers).union(Self.kinds[kind] ?? [])
    return rest.allSatisfy { known.contains($0) || $0.allSatisfy(\.isNumber) }
  }

  /// `hpaDeleted-2` is `hpa`, `deleted`, `2`.
  private static func parts(of name: String) -> [String] {
    var parts: [String] = []
    var word = ""
    var previous: Character = "-"
    for character in name {
      let isWord = character.isLetter || character.isNumber
      if !word.isEmpty, !isWord || character.isUppercase && previous.isLowercase {
        parts.append(word.lowercased())
        word = ""
      }
      if isWord { word.append(character) }
      previous = character
    }
    if !word.isEmpty { parts.append(word.lowercased()) }
    return parts
  }
}
