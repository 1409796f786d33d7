import KubernetesObjects
import Units

/// When versions of objects came to be, by the times that they bear.
extension ServerClock {
  /// Bounds narrowed by the times that the version bears: its newest one dates it, if it is newer than all that was there
  /// before, and none is younger than the version.
  func dated<Object: KubernetesObject>(_ bounds: InstantBounds, _ object: Object, after previous: Object?)
    -> InstantBounds
  {
    guard let newest = BorneTimes.ofServer(object.metadata).max() else { return bounds }
    let written = runTime(of: newest)
    if Self.newTime(of: object, after: previous) != nil, let narrowed = bounds.intersection(written) { return narrowed }
    return written.earliest > bounds.earliest && written.earliest <= bounds.latest
      ? InstantBounds(written.earliest, bounds.latest) : bounds
  }

  /// The newest time that a version bears, if the version before it bore none as new, and the write that made it what it is
  /// set that time.
  ///
  /// A write of the status leaves the spec as it is. Where both are new, several writes lie between the two versions, and one
  /// of the spec through the scale leaves no time: the time of the status need not be that of the last of them.
  static func newTime<Object: KubernetesObject>(of object: Object, after previous: Object?) -> KubernetesTime? {
    guard let newest = BorneTimes.ofServer(object.metadata).max() else { return nil }
    guard let previous else { return newest }
    guard let before = BorneTimes.ofServer(previous.metadata).max(), newest > before else { return nil }
    let isSpecNew = (object.metadata.generation ?? 0) > (previous.metadata.generation ?? 0)
    return isSpecNew && BorneTimes.isOfStatus(newest, object.metadata) ? nil : newest
  }

  /// When an object came into being: after the last list that did not show it, and by the time that it bears.
  func appearance(
    of object: some KubernetesObject, absentUntil: Duration?, received: Duration
  ) -> InstantBounds {
    let bounds = InstantBounds(min(absentUntil ?? .farPast, received), received)
    return object.metadata.creationTimestamp.flatMap { bounds.intersection(runTime(of: $0)) } ?? bounds
  }
}
