import KubernetesObjects
import RunTimeline
import Units

/// Finds the changes that others made: a spec has a generation, which counts its changes, so that none goes unseen between two
/// versions.
struct ForeignChanges {
  let run: RunView
  let cluster: ClusterHistory
  /// Writers whose changes are nobody's business.
  let allowed: Set<String>

  /// In the order in which they were made, absences with them.
  var all: [ForeignChange] {
    (ofWorkload + ofAutoscaler + absences).sorted { $0.at.earliest < $1.at.earliest }
  }

  private var ofWorkload: [ForeignChange] {
    zip(cluster.workload, cluster.workload.dropFirst()).compactMap { before, after in
      guard !before.deleted, !after.deleted else { return nil }
      let (old, new) = (before.object, after.object)
      guard old.metadata.uid == new.metadata.uid else {
        let writers = FieldWriters(of: new.metadata, after: old.metadata).names
        return ForeignChange(
          at: after.at, object: name, what: "the identity", writers: writers, doubt: programDoubt(over: after.at))
      }
      let own = ownGenerations(from: old, to: new, at: after.at)
      let rescale = run.analysis.scaling?.changes.first { change in
        change.to == new.wanted && change.from == old.wanted && change.at.meets(after.at)
      }
      // Another autoscaler writes under the same name, and this one says of what it did.
      let isByAutoscaler = rescale?.author == .autoscaler && rescale?.sync != nil
      let isScaled = old.wanted != new.wanted && isByAutoscaler
      guard own.others > (isScaled ? 1 : 0),
        let writers = writers(of: new.metadata, after: old.metadata, after.missedSince)
      else { return nil }
      let isBlind = after.missedSince != nil
      let isOfTemplate = !new.hasTemplate(of: old) && own.count == 0
      // What nobody saw between two counts that are the same, it made in pairs.
      let isOne = own.others == 1 && old.wanted == new.wanted
      let mayBeAutoscaler = hasAutoscaler && !isOfTemplate && !isOne
      var change = ForeignChange(at: after.at, object: name, what: Self.difference(old, new), writers: writers)
      if let doubt = programDoubt(over: after.at) ?? attemptDoubt(over: after.at) {
        change.doubt = doubt
      } else if isBlind, mayBeAutoscaler || !allowed.isEmpty {
        change.doubt = "nobody watched just then, so that it may be several changes"
      } else if old.wanted != new.wanted, !isByAutoscaler, writers.isEmpty, hasAutoscaler {
        change.doubt = "managed fields do not tell whether the autoscaler did it"
      }
      return change
    }
  }

  /// How many changes of the spec between two versions were the run's, and how many were not.
  private func ownGenerations(
    from old: Workload, to new: Workload, at: InstantBounds
  ) -> (count: Int64, others: Int64) {
    let (first, last) = (old.metadata.generation ?? 0, new.metadata.generation ?? 0)
    guard first >= 0, last > first else { return (0, 0) }
    var count: Int64 = 0
    for action in run.timeline.actions where action.workload == cluster.watched.name && !action.isProgram {
      // What is written through the scale subresource tells no generation.
      let isScale = action.effect == .replicas(new.wanted) && old.wanted != new.wanted && action.mayHaveWritten(at)
      let own = isScale && action.problem == nil ? 1 : action.generations(after: first, upTo: last)
      count += min(own, last - first - count)
    }
    return (count, last - first - count)
  }

  private var ofAutoscaler: [ForeignChange] {
    zip(cluster.autoscaler, cluster.autoscaler.dropFirst()).compactMap { before, after in
      guard !before.deleted, !after.deleted else { return nil }
      let (old, new) = (before.object, after.object)
      guard old.spec != new.spec, var writers = writers(of: new.metadata, after: old.metadata, nil) else { return nil }
      let path = "/\(HorizontalPodAutoscaler.resource.plural)/\(new.metadata.name ?? "")"
      if run.timeline.actions.contains(where: { $0.hasChanged(path, at: after.at) }) {
        writers.removeAll { $0 == ActionSpan.fieldManager }
        // Beside the run's own name, another one has written too.
        guard !writers.isEmpty else { return nil }
      }
      return ForeignChange(
        at: after.at, object: "\(HorizontalPodAutoscaler.resource.kind) \(new.metadata.name ?? "")", what: "the spec",
        writers: writers, doubt: programDoubt(over: after.at) ?? attemptDoubt(over: after.at))
    }
  }

  private var absences: [ForeignChange] {
    cluster.absences.map { absence in
      ForeignChange(
        at: absence.deleted, object: "\(absence.kind) \(absence.name)", what: "", writers: [],
        doubt: programDoubt(over: absence.deleted))
    }
  }

  /// Those who wrote, but for controllers and those who may; `nil` where nobody else did.
  private func writers(of metadata: ObjectMetadata, after before: ObjectMetadata, _ missedSince: Duration?) -> [String]?
  {
    let writers = FieldWriters(of: metadata, after: before).others
    let foreign = writers.filter { !allowed.contains($0) }
    if !writers.isEmpty, foreign.isEmpty { return missedSince == nil ? nil : writers }
    return foreign
  }

  private var name: String { "\(cluster.kind.title) \(cluster.watched.reference.name)" }

  private var hasAutoscaler: Bool { cluster.watched.autoscaler != nil }

  /// An action that failed may have changed something all the same.
  private func attemptDoubt(over at: InstantBounds) -> String? {
    let attempt = run.timeline.actions.first { $0.problem != nil && $0.effect != .none && $0.mayHaveWritten(at) }
    return attempt.map { "the action \($0.name), whose answer is not known, may have done it" }
  }

  /// A program writes under names of its own.
  private func programDoubt(over at: InstantBounds) -> String? {
    let program = run.timeline.actions.first { $0.isProgram && $0.mayHaveWritten(at) }
    return program.map { "the program of the action \($0.name) ran just then, and may have done it" }
  }

  private static func difference(_ old: Workload, _ new: Workload) -> String {
    let parts = [
      !new.hasTemplate(of: old) ? "the pod template" : nil,
      old.wanted != new.wanted ? "spec.replicas from \(old.wanted) to \(new.wanted)" : nil,
    ].compactMap { $0 }
    return parts.isEmpty ? "the spec" : parts.joined(separator: " and ")
  }
}

extension ActionSpan {
  /// The name under which the run writes.
  fileprivate static let fieldManager = "scaleproof"

  /// Whether it runs a program, of which nothing tells what it writes.
  fileprivate var isProgram: Bool {
    guard case .changes = effect else { return false }
    return requests.isEmpty || requests.contains { !$0.isOfAPI }
  }

  /// Whether it was under way.
  fileprivate func mayHaveWritten(_ at: InstantBounds) -> Bool {
    sent.map { at.meets(InstantBounds($0, answered ?? .farFuture)) } ?? false
  }

  /// Whether it changed the object at a path just then, and was told so.
  fileprivate func hasChanged(_ path: String, at: InstantBounds) -> Bool {
    requests.contains { request in
      request.problem == nil && request.line.hasSuffix(path)
        && at.meets(InstantBounds(request.sent, request.answered))
    }
  }
}

extension ActionSpan.Request {
  /// Whether it was asked of the API, as in `PATCH /apis/…`; what else is told of an action is of a program that it ran.
  fileprivate var isOfAPI: Bool {
    let words = line.split(separator: " ", maxSplits: 1)
    return words.count == 2 && words[0].allSatisfy(\.isUppercase) && words[1].hasPrefix("/")
  }
}
