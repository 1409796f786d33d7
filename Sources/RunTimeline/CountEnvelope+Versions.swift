import KubernetesObjects

extension CountEnvelope {
  /// The envelope of a count that an object bears; 0 after the object was deleted.
  ///
  /// Versions in which `value` is missing, or the same as before, leave the count as it was. Where versions may have been
  /// missed or could not be read, nothing is known.
  ///
  /// - Parameters:
  ///   - versions: of the objects that bore the name one after another.
  ///   - isSpec: the count is part of the spec, so that `metadata.generation` counts its changes: where it grew by one at
  ///     most, none was missed.
  ///   - narrowing: gives a change tighter bounds from what else is known.
  init<Object>(
    versions: [ObjectVersion<Object>], in sight: ResourceSight, isSpec: Bool = false,
    narrowing: (Change) -> Change = { $0 }, value: (Object) -> Int?
  ) {
    var values: [Change] = []
    var gaps = sight.gaps
    for (index, version) in versions.enumerated() {
      let isCounted = isSpec && index > 0 && Self.isNextSpec(version, after: versions[index - 1])
      if let since = version.missedSince, !isCounted { gaps.append(InstantBounds(since, version.at.latest)) }
      guard let value = version.deleted ? 0 : value(version.object), value != values.last?.value else { continue }
      let change = Change(at: version.at, value: value, isDeletion: version.deleted)
      values.append(values.isEmpty || version.deleted ? change : narrowing(change))
    }
    guard let first = values.first, let knownFrom = sight.knownFrom else {
      self = .unknown
      return
    }
    // An object that appeared after the first complete list did not exist before.
    let existed = first.at.latest <= knownFrom
    self.init(
      initial: existed ? first.value : 0, start: knownFrom, changes: existed ? Array(values.dropFirst()) : values,
      gaps: gaps, end: sight.knownUntil)
  }

  /// Whether the spec changed at most once from one version to another of the same object.
  private static func isNextSpec<Object>(_ version: ObjectVersion<Object>, after before: ObjectVersion<Object>) -> Bool
  {
    guard !version.deleted, !before.deleted, version.object.metadata.generation != nil,
      before.object.metadata.generation != nil
    else { return false }
    return !version.object.isSpecAfterNext(before.object)
  }
}
