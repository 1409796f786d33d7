import Foundation
import TestRecordings

/// Something in which the simulated cluster told another story than the recorded one.
struct StoryDifference: Hashable {
  let aspect: StoryFact.Aspect
  let subject: String
  /// What differs: a field, a message, or where a sequence first does.
  let what: String
  let recorded: String
  let simulated: String
}

/// A difference that is known, and why it is there.
struct KnownDifference: Codable, Sendable {
  /// The recordings in which it occurs; all when not given.
  var recordings: [String]?
  let aspect: String
  /// A star at the end or the beginning stands for anything.
  let subject: String
  let what: String
  let reason: String

  static func written() throws -> [KnownDifference] {
    let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Resources/fidelity/known-differences.json")
    return try JSONDecoder().decode([KnownDifference].self, from: Data(contentsOf: file))
  }

  func explains(_ difference: StoryDifference, in recording: String) -> Bool {
    (recordings?.contains(recording) ?? true) && difference.aspect.rawValue == aspect
      && Self.matches(difference.subject, subject) && Self.matches(difference.what, what)
  }

  private static func matches(_ text: String, _ pattern: String) -> Bool {
    if pattern.hasSuffix("*") { return text.hasPrefix(pattern.dropLast()) }
    if pattern.hasPrefix("*") { return text.hasSuffix(pattern.dropFirst()) }
    return text == pattern
  }
}

enum StoryComparison {
  /// How far apart two stories may be in time: a sync period for what a sync decides, and what machines and watches take.
  static let syncSlack = 1.0
  static let slack = 2.0
  /// Points of utilization between a load that is spread evenly and one of real clients.
  static let utilizationSlack = 6

  static func differences(recorded: ToldStory, simulated: ToldStory) -> [StoryDifference] {
    let real = StoryFacts(recorded).facts
    let told = StoryFacts(simulated).facts
    let keys = Set(real.keys).union(told.keys).sorted {
      ($0.aspect.rawValue, $0.subject) < ($1.aspect.rawValue, $1.subject)
    }
    return keys.flatMap { fact -> [StoryDifference] in
      let (left, right) = (real[fact] ?? [], told[fact] ?? [])
      switch fact.aspect {
      case .fields, .writers, .annotations, .autoscalerMessages, .events:
        return sets(fact, left, right) + (fact.aspect == .events ? order(fact, left, right) : [])
      case .utilization: return utilizations(fact, left, right)
      default: return sequences(fact, left, right)
      }
    }
  }

  /// How much of two stories was compared, and how far apart in time their rescales were at most.
  static func summary(recorded: ToldStory, simulated: ToldStory) -> String {
    let real = StoryFacts(recorded).facts
    let told = StoryFacts(simulated).facts
    let rescales = real.filter { $0.key.aspect == .rescales }
    let gaps = rescales.flatMap { fact, entries in
      zip(entries, told[fact] ?? []).map { abs(($0.time ?? 0) - ($1.time ?? 0)) }
    }
    let apart = (gaps.max() ?? 0).formatted(.number.precision(.fractionLength(2)))
    let count = rescales.values.map(\.count).reduce(0, +)
    let entries = real.values.map(\.count).reduce(0, +)
    return "\(entries) entries of \(real.count) facts, \(count) rescales at most \(apart) s apart"
  }

  private static func sets(_ fact: StoryFact, _ left: [FactEntry], _ right: [FactEntry]) -> [StoryDifference] {
    let (real, told) = (Set(left.map(\.text)), Set(right.map(\.text)))
    return real.symmetricDifference(told).sorted().map { text in
      StoryDifference(
        aspect: fact.aspect, subject: fact.subject, what: text, recorded: real.contains(text) ? "there" : "-",
        simulated: told.contains(text) ? "there" : "-")
    }
  }

  /// Whether what both told came in the same order.
  private static func order(_ fact: StoryFact, _ left: [FactEntry], _ right: [FactEntry]) -> [StoryDifference] {
    let shared = Set(left.map(\.text)).intersection(right.map(\.text))
    let real = left.map(\.text).filter(shared.contains)
    let told = right.map(\.text).filter(shared.contains)
    guard let index = zip(real, told).enumerated().first(where: { $0.element.0 != $0.element.1 })?.offset else {
      return []
    }
    return [
      StoryDifference(
        aspect: fact.aspect, subject: fact.subject, what: "order", recorded: real[index], simulated: told[index])
    ]
  }

  private static func sequences(_ fact: StoryFact, _ left: [FactEntry], _ right: [FactEntry]) -> [StoryDifference] {
    guard left.map(\.text) == right.map(\.text) else {
      return [
        StoryDifference(
          aspect: fact.aspect, subject: fact.subject, what: "sequence", recorded: text(left), simulated: text(right))
      ]
    }
    let allowed = fact.aspect == .rescales ? 15 + syncSlack : slack
    let late = zip(left, right).filter { abs(($0.time ?? 0) - ($1.time ?? 0)) > allowed }
    guard !late.isEmpty else { return [] }
    return [
      StoryDifference(
        aspect: fact.aspect, subject: fact.subject, what: "times", recorded: text(late.map(\.0)),
        simulated: text(late.map(\.1)))
    ]
  }

  private static func utilizations(
    _ fact: StoryFact, _ left: [FactEntry], _ right: [FactEntry]
  ) -> [StoryDifference] {
    let pairs = zip(left, right).map { (Int($0.text) ?? -1, Int($1.text) ?? -1) }
    guard left.count != right.count || pairs.contains(where: { abs($0.0 - $0.1) > utilizationSlack }) else { return [] }
    return [
      StoryDifference(
        aspect: fact.aspect, subject: fact.subject, what: "values", recorded: text(left), simulated: text(right))
    ]
  }

  private static func text(_ entries: [FactEntry]) -> String {
    entries.map { entry in
      entry.time.map { "\(entry.text) at \(($0 * 10).rounded() / 10)" } ?? entry.text
    }.joined(separator: "; ")
  }

  /// The differences as a table for people.
  static func table(_ differences: [StoryDifference], known: (StoryDifference) -> Bool) -> String {
    differences.map { difference in
      """
      \(known(difference) ? "known" : "NEW  ") \(difference.aspect.rawValue) | \(difference.subject) | \(difference.what)
            recorded:  \(difference.recorded)
            simulated: \(difference.simulated)
      """
    }.joined(separator: "\n")
  }
}
