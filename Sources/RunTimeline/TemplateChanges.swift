import KubernetesObjects

extension [ObjectVersion<Workload>] {
  /// The versions that bring another pod template than the one before.
  ///
  /// A recording does not tell values that may be secrets, such as those of the environment: that one of them was changed is
  /// seen by the revision that the controller gives the template then, and dated by the change of the spec before that.
  package var templateChanges: [Int] {
    var changes: Set<Int> = []
    // From where on the revision is the same.
    var since = startIndex
    // Whether a change was seen by then.
    var isTold = false
    for index in indices.dropFirst() {
      let (before, now) = (self[index - 1], self[index])
      guard !before.deleted, !now.deleted, before.object.metadata.uid == now.object.metadata.uid else {
        if !before.deleted, !now.deleted, !now.object.hasTemplate(of: before.object) { changes.insert(index) }
        (since, isTold) = (index, false)
        continue
      }
      if !now.object.hasTemplate(of: before.object) {
        changes.insert(index)
        isTold = true
      }
      guard let old = before.object.revision, let new = now.object.revision, old != new else { continue }
      if !isTold, let hidden = hiddenChange(after: since, upTo: index, beside: changes) { changes.insert(hidden) }
      (since, isTold) = (index, false)
    }
    return changes.sorted()
  }

  /// The last change of the spec that was not one of the count alone; `nil` where a change of the template is among them.
  private func hiddenChange(after first: Int, upTo last: Int, beside known: Set<Int>) -> Int? {
    let specs = (first + 1...last).filter { generations(at: $0) > 0 }
    guard specs.allSatisfy({ !known.contains($0) }) else { return nil }
    return specs.last { self[$0].object.wanted == self[$0 - 1].object.wanted || generations(at: $0) > 1 }
  }

  /// How many generations a version is later than the one before.
  private func generations(at index: Int) -> Int64 {
    let (before, now) = (self[index - 1].object.metadata.generation, self[index].object.metadata.generation)
    guard let before, let now, before >= 0, now > before else { return 0 }
    return now - before
  }
}
