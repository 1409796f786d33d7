import KubernetesObjects
import Units

/// A stretch of a run over which an object of the workload was not there: it was deleted, and perhaps made again under
/// its name.
package struct Absence: Sendable {
  /// The kind of the object: `Deployment`.
  package let kind: String
  package let name: String
  package private(set) var deleted: InstantBounds
  /// What was marked as the deletion by whoever recorded the run, and when.
  package private(set) var mark: (name: String, at: Duration)?
  /// When an object of the same name came into being; `nil` while there was none until the end.
  package let recreated: InstantBounds?
  /// Who made it anew, by the name in its managed fields.
  package let recreatedBy: String?

  package init(
    kind: String, name: String, deleted: InstantBounds, recreated: InstantBounds? = nil, recreatedBy: String? = nil
  ) {
    self.kind = kind
    self.name = name
    self.deleted = deleted
    self.recreated = recreated
    self.recreatedBy = recreatedBy
  }

  /// Whether the workload itself was not there, and not only its autoscaler.
  package var isOfWorkload: Bool { kind != HorizontalPodAutoscaler.resource.kind }

  /// Takes a phase that begins within the bounds of the deletion and is named for the deletion of this object, and of no
  /// other, as the moment at which somebody began to delete.
  func marked(by phases: [PhaseSpan]) -> Absence {
    let marks = phases.compactMap { phase in phase.start.map { (name: phase.name, at: $0) } }
    guard
      let mark = marks.first(where: {
        $0.at >= deleted.earliest && $0.at <= deleted.latest && DeletionMark($0.name).names(kind: kind, name)
      })
    else { return self }
    var absence = self
    absence.mark = mark
    absence.deleted = InstantBounds(mark.at, deleted.latest)
    return absence
  }

  /// The absences that the versions of all objects of one name show.
  static func absences<Object>(in versions: [ObjectVersion<Object>], kind: String, name: String) -> [Absence] {
    versions.indices.filter { versions[$0].deleted }.map { index in
      let next = index + 1 < versions.count ? versions[index + 1] : nil
      let writers = (next?.object.metadata.managedFields ?? []).filter { $0.subresource == nil }
      return Absence(
        kind: kind, name: name, deleted: versions[index].at, recreated: next?.at,
        recreatedBy: writers.first?.manager)
    }
  }
}
