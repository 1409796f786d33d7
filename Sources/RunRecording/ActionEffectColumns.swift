import Foundation
import RunTimeline

/// An ``ActionEffect`` as the columns of its row.
struct ActionEffectColumns {
  private static let changes = "changes after generation "

  let word: String
  var replicas: Int?
  /// JSON list of names.
  var pods: String?

  init(word: String, replicas: Int?, pods: String?) {
    self.word = word
    self.replicas = replicas
    self.pods = pods
  }

  init(_ effect: ActionEffect) throws {
    switch effect {
    case .rollout: word = "rollout"
    case .change: word = "change"
    case .changes(let generation): word = "\(Self.changes)\(generation)"
    case .replicas(let count):
      word = "replicas"
      replicas = count
    case .pods(let names):
      word = "pods"
      pods = String(decoding: try JSONEncoder().encode(names), as: UTF8.self)
    case .none: word = "none"
    }
  }

  /// - Throws: ``RecordingError`` for what no writer writes.
  func effect(path: String) throws -> ActionEffect {
    switch (word, replicas, pods) {
    case ("rollout", _, _): return .rollout
    case ("change", _, _): return .change
    case (let word, _, _) where word.hasPrefix(Self.changes):
      if let generation = Int64(word.dropFirst(Self.changes.count)) { return .changes(after: generation) }
    case ("none", _, _): return .none
    case ("replicas", let count?, _): return .replicas(count)
    case ("pods", _, let names?):
      if let names = try? JSONDecoder().decode([String].self, from: Data(names.utf8)) { return .pods(names) }
    default: break
    }
    throw RecordingError.damaged(path: path, reason: "\"\(word)\" is no effect of an action")
  }
}
