package import Foundation
package import KubernetesObjects
import Units

/// Logs of a cluster that somebody else took, as the observations of one run: in our own format (``WatchLog``), or as
/// kubectl printed them.
///
/// Where a log does not tell when a line arrived, run time is the server's time, and an observation is received at the
/// latest time at which it can have come to be: each change before the next one that bears a time of its own, and the last
/// ones before the file was last written.
package struct ImportedLog: Sendable {
  /// One log, and what is known of it from outside.
  package struct Source: Sendable {
    /// For messages.
    package var name: String
    package var text: Data
    /// When its last line was there at the latest.
    package var lastChange: KubernetesTime

    package init(name: String, text: Data, lastChange: KubernetesTime) {
      self.name = name
      self.text = text
      self.lastChange = lastChange
    }
  }

  /// What is wrong with which log.
  package struct Problem: Error, Equatable, CustomStringConvertible {
    package let source: String
    package let line: Int
    package let reason: String

    package var description: String { "\(source):\(line): \(reason)" }
  }

  /// Wall-clock time at run time zero: ours where lines have times, else the server's.
  package private(set) var startedAt = KubernetesTime(microseconds: 0)
  package private(set) var observations: [Observation] = []
  package private(set) var marks: [WatchLog.Mark] = []
  package private(set) var end: Duration = .zero
  package private(set) var clock = ServerClock(runStart: KubernetesTime(microseconds: 0))
  /// What the logs are, and what they leave open: a line each, for people.
  package private(set) var notes: [String] = []

  /// Plurals of the resources of which a log does not tell when its lines came.
  package private(set) var withoutArrivals: Set<String> = []
  /// What was found about the order of the lines and put right.
  package private(set) var warnings: [String] = []
  /// When the lists that the logs begin with had arrived, before which nothing is known.
  package private(set) var begin: Duration = .zero
  /// Whether the logs show one moment and nothing that happened, so that no verdict can be founded on them.
  package private(set) var isOneMoment = false

  private enum Content {
    case own(WatchLog)
    case kubectl(KubectlLog)
  }

  private static let longest = Duration.seconds(366 * 86_400)
  /// How far the clocks of the control plane are taken to be apart.
  private static let skew = Duration.seconds(1)

  /// - Throws: ``Problem`` for the first log that cannot be read, and when nothing tells a time.
  package init(_ sources: [Source]) throws(Problem) {
    var contents: [(source: Source, content: Content)] = []
    for source in sources {
      do throws(WatchLogError) {
        contents.append((source, try Self.read(source)))
      } catch {
        throw Problem(source: source.name, line: error.line, reason: error.reason)
      }
    }
    try findStart(contents)
    var timed: [Observation] = []
    for case (_, .own(let log)) in contents { timed += shifted(log) }
    for case (_, .kubectl(let printed)) in contents where printed.hasArrivals {
      timed += printed.observations(from: startedAt)
    }
    if let step = Self.stepBack(of: timed, startedAt: startedAt) {
      throw Problem(
        source: sources.map(\.name).joined(separator: ", "), line: 1,
        reason:
          "the clock by which the lines were received was set back by some \(step.by.rounded.text) at about \(step.at.rounded.text) of the log, "
          + "by the times in the objects, so that no two moments before and after that can be compared; give what came "
          + "before and what came after as logs of their own")
    }
    clock = Self.clock(of: timed, startedAt: startedAt, isServers: timed.isEmpty, skew: Self.skew)
    observations = timed
    for case (let source, .kubectl(let printed)) in contents where !printed.hasArrivals {
      let dated = printed.observations(on: clock, lastChange: source.lastChange)
      withoutArrivals.formUnion(dated.map(\.resource))
      observations += dated
    }
    for case (let source, .own(let log)) in contents {
      warnings += log.notes.map { "\(source.name): \($0)" }
      let offset = Self.length(from: startedAt, to: log.startedAt)
      marks += log.marks.map { WatchLog.Mark(at: $0.at + offset, name: $0.name) }
      end = max(end, log.end + offset)
    }
    marks.sort { $0.at < $1.at }
    // In the order in which they came, and those of one moment in that of their logs.
    observations = observations.enumerated()
      .sorted { ($0.element.received, $0.offset) < ($1.element.received, $1.offset) }.map(\.element)
    end = max(end, observations.last?.received ?? .zero)
    guard end <= Self.longest else {
      let last = KubernetesTime(microseconds: startedAt.microseconds + end.microseconds)
      throw Problem(
        source: sources.first?.name ?? "-", line: 1,
        reason:
          "the logs go from \(startedAt) to \(last), more than a year: one of their times, or of their objects', is wrong"
      )
    }
    begin = WatchLog.begin(of: observations, firstMark: marks.first?.at, end: end)
    isOneMoment = contents.allSatisfy {
      if case .kubectl(let printed) = $0.content { printed.isOneMoment } else { false }
    }
    notes = Self.notes(contents, observations)
  }

  private static func read(_ source: Source) throws(WatchLogError) -> Content {
    WatchLog.isWatchLog(source.text)
      ? .own(try WatchLog(source.text)) : .kubectl(try KubectlLog(try KubectlReading(source.text)))
  }

  /// Run time zero is the first time at which anything is known to have been seen.
  private mutating func findStart(_ contents: [(source: Source, content: Content)]) throws(Problem) {
    var seen: [KubernetesTime] = []
    var borne: [KubernetesTime] = []
    for (_, content) in contents {
      switch content {
      case .own(let log): seen.append(log.startedAt)
      case .kubectl(let printed):
        if printed.hasArrivals {
          seen += [printed.firstArrival].compactMap { $0 }
        } else {
          borne += [printed.firstState].compactMap { $0 }
        }
      }
    }
    guard let start = seen.min() ?? borne.min() else {
      let source = contents.first?.source.name ?? "-"
      throw Problem(
        source: source, line: 1,
        reason:
          "it has no object of a workload, so that there is nothing to judge; give what kubectl get -o json prints of "
          + "the Deployment with its ReplicaSets, or the StatefulSet, its HorizontalPodAutoscaler, pods and events")
    }
    startedAt = start
  }

  private func shifted(_ log: WatchLog) -> [Observation] {
    let offset = Self.length(from: startedAt, to: log.startedAt)
    guard offset != .zero else { return log.observations }
    return log.observations.map { observation in
      var observation = observation
      observation.sent += offset
      observation.received += offset
      return observation
    }
  }

  static func length(from start: KubernetesTime, to end: KubernetesTime) -> Duration {
    .microseconds(end.microseconds - start.microseconds)
  }

  /// What the objects' own times say of the server's clock.
  ///
  /// A write bears its second, and reaches a watch shortly after. The middle one of the differences is not moved by
  /// writes that came late; half a second is allowed for its own way.
  ///
  /// - Parameter isServers: whether run time is the server's own.
  package static func clock(
    of observations: [Observation], startedAt: KubernetesTime, isServers: Bool = false, skew: Duration = .zero
  ) -> ServerClock {
    if isServers { return ServerClock(runStart: startedAt, offset: .zero ... .zero, skew: skew) }
    let leads = leads(of: observations, startedAt: startedAt).map(\.lead).sorted()
    guard !leads.isEmpty else { return ServerClock(runStart: startedAt) }
    let middle = leads[leads.count / 2]
    return ServerClock(runStart: startedAt, offset: middle...(middle + .seconds(1.5)))
  }

  /// By how much the times of writes are ahead of those at which the watch brought them, in the order of the log.
  private static func leads(
    of observations: [Observation], startedAt: KubernetesTime
  ) -> [(object: String, received: Duration, lead: Duration)] {
    let decoder = JSONDecoder()
    return observations.compactMap { observation in
      guard observation.kind == .modified, let object = observation.object,
        let head = try? decoder.decode(ObjectHead.self, from: object),
        let written = head.metadata.managedFields?.compactMap(\.time).max()
      else { return nil }
      let lead = length(from: startedAt, to: written) - observation.received
      return ("\(observation.resource)/\(head.metadata.uid ?? "")", observation.received, lead)
    }
  }

  /// By how much the clock of the log was set back, and when by its own times; `nil` where nothing speaks for that.
  ///
  /// Nothing is received before it is written, and of a dozen writes one at least comes promptly. So where all that came
  /// promptly before a moment lies far behind all that came promptly after it, the clocks were another way apart.
  static func stepBack(of observations: [Observation], startedAt: KubernetesTime) -> (by: Duration, at: Duration)? {
    var newest: [String: Duration] = [:]
    // A change that sets no time of its own bears that of an earlier one.
    let dated = leads(of: observations, startedAt: startedAt).filter { sample in
      let written = sample.received + sample.lead
      defer { newest[sample.object] = written }
      return newest[sample.object].map { written > $0 } ?? false
    }
    let length = 12
    let stretches = stride(from: 0, through: dated.count - length, by: length).map { dated[$0..<$0 + length] }
    let most = stretches.compactMap { $0.map(\.lead).max() }
    for index in most.indices.dropFirst() {
      guard let before = most[..<index].max(), let after = most[index...].min(), after - before > .seconds(5) else {
        continue
      }
      return (after - before, stretches[index].first?.received ?? .zero)
    }
    return nil
  }

  private static func notes(
    _ contents: [(source: Source, content: Content)], _ observations: [Observation]
  ) -> [String] {
    // What is the same of several logs is said once.
    var told: [(text: String, names: [String])] = []
    for case (let source, .kubectl(let printed)) in contents {
      for text in printed.notes(lastChange: source.lastChange) {
        if let index = told.firstIndex(where: { $0.text == text }) {
          told[index].names.append(source.name)
        } else {
          told.append((text, [source.name]))
        }
      }
    }
    var notes = told.map { "\($0.names.joined(separator: ", ")): \($0.text)" }
    let seen = Set(observations.map(\.resource))
    // A StatefulSet has its pods to itself.
    let hasReplicaSets = seen.contains(Deployment.resource.plural) || !seen.contains(StatefulSet.resource.plural)
    let losses: [(resource: ResourceType, loss: String)] = [
      (
        .horizontalPodAutoscalers,
        "why the workload was scaled is not told, and hpaConformance, withinCorridor and explain have nothing to go by"
      ),
      (.replicaSets, "pods cannot be counted to their version, and rollouts not be followed"),
      (.pods, "how many replicas were ready, and when, is not told but by the status of the workload"),
      (.events, "what controllers said is not told"),
    ]
    for (resource, loss) in losses
    where !seen.contains(resource.plural) && (resource != .replicaSets || hasReplicaSets) {
      notes.append("no log has \(resource.plural): \(loss)")
    }
    return notes
  }
}

extension Duration {
  /// To the nearest second.
  fileprivate var rounded: Duration { .seconds(seconds.rounded()) }
}
