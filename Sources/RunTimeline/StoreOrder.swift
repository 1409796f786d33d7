import Units

/// What the resource versions of several watches say of the times of their lines.
///
/// The versions of one etcd number all of its writes (``WatchTiming``), so that lines of several resources came, but for how
/// long events are under way, in the order of their versions. A few lines that did not have wrong times: they are taken to
/// have come when their versions say. Lines of one resource among each other are left to ``WatchLogOrder``; where many
/// contradict others, the numbers are of several stores, and nothing follows.
struct StoreOrder {
  /// Beyond what events of one server differ in how long they are under way.
  private static let tolerance = Duration.seconds(2)
  /// Resources that are often kept in a store of their own.
  private static let elsewhere: Set<String> = ["events"]

  /// A line of which the version can be compared.
  private struct Line {
    /// Among the observations.
    let index: Int
    let version: UInt64
    let at: Duration
    let resource: String
  }

  private let observations: [Observation]
  private var lines: [Line]
  /// The most lines that came in the order of their versions, in that order.
  private var ordered: [Line] = []
  /// What is done with observations: a watch that was unheard of from a time on, or a later arrival.
  private var unheard: [Int: Duration] = [:]
  private var delayed: [Int: Duration] = [:]

  /// - Parameter observations: in the order of their times.
  init(_ observations: [Observation]) {
    self.observations = observations
    lines = []
    var mayBeginUnordered: Set<String> = []
    for (index, observation) in observations.enumerated() {
      let resource = observation.resource
      switch observation.kind {
      // A watch that begins anew brings what was written meanwhile.
      case .gap: mayBeginUnordered.insert(resource)
      case .list: mayBeginUnordered.remove(resource)
      case .listed, .bookmark: break
      case .added, .modified, .deleted:
        guard !mayBeginUnordered.contains(resource), !Self.elsewhere.contains(resource),
          let version = Revision.number(observation.resourceVersion)
        else { continue }
        lines.append(Line(index: index, version: version, at: observation.received, resource: resource))
      }
    }
    leaveOutOtherStores()
    findSuspects()
  }

  /// Indices of the observations whose times are not believed, in their order.
  var suspects: [Int] { Set(unheard.keys).union(delayed.keys).sorted() }

  /// What was put right, in a sentence; empty for a log in order.
  ///
  /// - Parameter numbers: on which line each observation stands.
  func notes(lines numbers: [Int]) -> [String] {
    guard let first = suspects.min(by: { numbers[$0] < numbers[$1] }) else { return [] }
    let resources = Set(suspects.map { observations[$0].resource }).sorted().joined(separator: ", ")
    let (subject, pronoun) = suspects.count == 1 ? ("1 line", "it") : ("\(suspects.count) lines", "they")
    let noun = suspects.count == 1 ? "a time" : "times"
    return [
      "\(subject) came at \(noun) that the resourceVersions of other resources contradict (\(resources), first line "
        + "\(numbers[first])): when \(pronoun) came is known less well"
    ]
  }

  /// The observations as far as their times can be believed, in the order of these.
  func settled() -> [Observation] {
    guard !suspects.isEmpty else { return observations }
    var settled: [Observation] = []
    for (index, observation) in observations.enumerated() {
      if let since = unheard[index] {
        let gap = Observation(
          sent: since, received: since, resource: observation.resource, kind: .gap,
          message: "the times in the log contradict the resourceVersions")
        settled.append(gap)
      }
      var observation = observation
      observation.received = delayed[index] ?? observation.received
      settled.append(observation)
    }
    return settled.enumerated().sorted {
      ($0.element.received, $0.offset) < ($1.element.received, $1.offset)
    }.map(\.element)
  }

  /// Leaves out resources most of whose lines contradict the others, and all where many do.
  private mutating func leaveOutOtherStores() {
    while true {
      ordered = Self.longestOrder(of: lines)
      let kept = Set(ordered.map(\.index))
      var (all, wrong): ([String: Int], [String: Int]) = ([:], [:])
      for line in lines {
        all[line.resource, default: 0] += 1
        if !kept.contains(line.index) { wrong[line.resource, default: 0] += 1 }
      }
      let others = Set(wrong.filter { $0.value > 1 && $0.value * 2 >= all[$0.key] ?? 0 }.keys)
      guard !others.isEmpty else { break }
      lines.removeAll { others.contains($0.resource) }
    }
    if (lines.count - ordered.count) * 5 > lines.count { lines = [] }
  }

  /// The longest part of the lines whose versions do not fall.
  private static func longestOrder(of lines: [Line]) -> [Line] {
    // The line with the least version that ends an order of each length, and the line before each.
    var ends: [Int] = []
    var before = [Int?](repeating: nil, count: lines.count)
    for (index, line) in lines.enumerated() {
      var (low, high) = (0, ends.count)
      while low < high {
        let middle = (low + high) / 2
        if lines[ends[middle]].version <= line.version { low = middle + 1 } else { high = middle }
      }
      before[index] = low > 0 ? ends[low - 1] : nil
      if low < ends.count { ends[low] = index } else { ends.append(index) }
    }
    var order: [Line] = []
    var next = ends.last
    while let index = next {
      order.append(lines[index])
      next = before[index]
    }
    return order.reversed()
  }

  private mutating func findSuspects() {
    let kept = Set(ordered.map(\.index))
    for line in lines where !kept.contains(line.index) {
      let contradicting = ordered.filter {
        ($0.at > line.at) != ($0.version > line.version) && $0.version != line.version
      }
      // Lines of its own resource are in the way: it was written late, as its resource tells.
      guard !contradicting.isEmpty, contradicting.allSatisfy({ $0.resource != line.resource }),
        contradicting.contains(where: { max($0.at - line.at, line.at - $0.at) > Self.tolerance })
      else { continue }
      widen(line, among: ordered)
      // Of two lines that contradict each other and nobody else, either may be the wrong one.
      if contradicting.count == 1 {
        widen(contradicting[0], among: ordered.filter { $0.index != contradicting[0].index } + [line])
      }
    }
  }

  /// Takes a line to have come between those with the next lower and the next higher version.
  private mutating func widen(_ line: Line, among others: [Line]) {
    let lower = others.filter { $0.version < line.version }.map(\.at).max()
    let higher = others.filter { $0.version > line.version }.map(\.at).min()
    if let lower, lower > line.at {
      let after = others.filter { $0.version > line.version && $0.at >= lower }.map(\.at).min()
      let last = observations.last?.received ?? lower
      // What its own watch brought later it brought after it.
      let next = observations[(line.index + 1)...].first { $0.resource == line.resource && $0.kind != .listed }
      delayed[line.index] = min(after ?? last, max(next?.received ?? last, line.at))
    } else if let higher, higher < line.at {
      let earlier = others.filter { $0.version < line.version && $0.at <= higher }.map(\.at).max()
      unheard[line.index] = min(earlier ?? .zero, higher)
    }
  }
}
