import KubernetesObjects
import RunTimeline
import Units

/// Finds the changes that neither an action of the run nor the autoscaler made: a spec has a generation, which counts its changes, so that none goes unseen between two versions.
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
        return replaced(after.at, by: new.metadata, after: old.metadata)
      }
      let own = ownGenerations(from: old.metadata, to: new.metadata)
      let rescale = run.analysis.scaling?.changes.first { change in
        change.to == new.wanted && change.from == old.wanted && change.at.meets(after.at)
      }
      let isScaled = old.wanted != new.wanted && rescale?.author == .autoscaler
      guard own.others > (isScaled ? 1 : 0) else { return nil }
      let writers = FieldWriters(of: new.metadata, after: old.metadata).others
      let isBlind = after.missedSince != nil
      let foreign = writers.filter { !allowed.contains($0) }
      if !writers.isEmpty, foreign.isEmpty, !isBlind { return nil }
      var change = ForeignChange(
        at: after.at, object: name, what: Self.difference(old, new), writers: foreign.isEmpty ? writers : foreign)
      let isOfTemplate = !new.hasTemplate(of: old) && own.count == 0
      // What nobody saw between two counts that are the same, it made in pairs.
      let isOne = own.others == 1 && old.wanted == new.wanted
      let mayBeAutoscaler = hasAutoscaler && !isOfTemplate && !isOne
      if let attempt = attempt(over: after.at) {
        change.doubt = "the action \(attempt), whose answer is not known, may have done it"
      } else if isBlind, mayBeAutoscaler || !allowed.isEmpty {
        change.doubt = "nobody watched just then, so that it may be several changes"
      } else if old.wanted != new.wanted, rescale?.author != .autoscaler, writers.isEmpty, hasAutoscaler {
        change.doubt = "managed fields do not tell whether the autoscaler did it"
      }
      return change
    }
  }

  /// How many changes of the spec between two versions were the run's, and how many were not.
  private func ownGenerations(from old: ObjectMetadata, to new: ObjectMetadata) -> (count: Int64, others: Int64) {
    let (first, last) = (old.generation ?? 0, new.generation ?? 0)
    guard first >= 0, last > first else { return (0, 0) }
    var count: Int64 = 0
    for action in run.timeline.actions where action.workload == cluster.watched.name {
      count += min(action.generations(after: first, upTo: last), last - first - count)
    }
    return (count, last - first - count)
  }

  private var ofAutoscaler: [ForeignChange] {
    zip(cluster.autoscaler, cluster.autoscaler.dropFirst()).compactMap { before, after in
      guard !before.deleted, !after.deleted else { return nil }
      let (old, new) = (before.object, after.object)
      guard old.spec != new.spec, !isOwn(after.at, path: Self.path(new.metadata)) else { return nil }
      let writers = FieldWriters(of: new.metadata, after: old.metadata).others
      let foreign = writers.filter { !allowed.contains($0) }
      if !writers.isEmpty, foreign.isEmpty { return nil }
      return ForeignChange(
        at: after.at, object: "\(HorizontalPodAutoscaler.resource.kind) \(new.metadata.name ?? "")", what: "the spec",
        writers: foreign)
    }
  }

  private var absences: [ForeignChange] {
    cluster.absences.compactMap { absence in
      guard !isOwn(absence.deleted, path: "/\(absence.name)") else { return nil }
      return ForeignChange(
        at: absence.deleted, object: "\(absence.kind) \(absence.name)", what: "", writers: [])
    }
  }

  private func replaced(_ at: InstantBounds, by now: ObjectMetadata, after before: ObjectMetadata) -> ForeignChange? {
    isOwn(at, path: "/\(now.name ?? "")")
      ? nil
      : ForeignChange(
        at: at, object: name, what: "the identity", writers: FieldWriters(of: now, after: before).names)
  }

  private var name: String { "\(cluster.kind.title) \(cluster.watched.reference.name)" }

  private var hasAutoscaler: Bool { cluster.watched.autoscaler != nil }

  /// An action that failed may have changed something all the same.
  private func attempt(over at: InstantBounds) -> String? {
    run.timeline.actions.first { $0.problem != nil && $0.span.map(at.meets) ?? false }?.name
  }

  /// Whether an action of the run was writing to an object just then, or ran a program that may have.
  private func isOwn(_ at: InstantBounds, path: String) -> Bool {
    run.timeline.actions.contains { action in
      guard let span = action.span else { return false }
      if case .changes = action.effect { return at.meets(span) }
      return action.requests.contains { request in
        request.line.contains(path) && at.meets(InstantBounds(request.sent, request.answered))
      }
    }
  }

  private static func path(_ metadata: ObjectMetadata) -> String {
    "/\(HorizontalPodAutoscaler.resource.plural)/\(metadata.name ?? "")"
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
  /// From when it was sent until it was answered, or for ever; `nil` where it was not sent.
  fileprivate var span: InstantBounds? { sent.map { InstantBounds($0, answered ?? .farFuture) } }
}
