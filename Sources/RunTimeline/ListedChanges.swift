import Units

/// The changes that lists of a resource showed first, and what became of each on the watch beside them.
struct ListedChanges: Sendable {
  private var all: [ListedChange] = []

  /// Those that the watch never brought, or only as part of a later version.
  var unconfirmed: [ListedChange] { all.filter { !$0.isConfirmed || $0.isPassedOver } }

  mutating func add(_ change: ListedChange) { all.append(change) }

  /// The watch has brought the deletion of an object.
  mutating func confirmDeletion(of uid: String) {
    for index in all.indices where all[index].uid == uid && all[index].isDeletion { all[index].isConfirmed = true }
  }

  /// The watch has brought something.
  mutating func hear(_ observation: Observation) {
    let told = Revision.number(observation.resourceVersion)
    for index in all.indices where !all[index].isSealed {
      let wanted = Revision.number(all[index].revision)
      if let told, let wanted, all[index].uid == observation.uid {
        all[index].hear(told, of: wanted)
      } else if !all[index].isConfirmed {
        all[index].isConfirmed = told.flatMap { told in wanted.map { told >= $0 } } ?? true
      }
    }
  }

  /// Another list was read.
  ///
  /// - Parameter beginsWatch: whether the watch goes on from it, and so can no longer confirm what came before: whatever it
  ///   had not brought by then it never brings, nor what else there was since its last word.
  mutating func endList(sent: Duration, beginsWatch: Bool) {
    for index in all.indices {
      if sent >= all[index].listReceived + all[index].allowance, !all[index].isConfirmed { all[index].isOverdue = true }
      if beginsWatch, !all[index].isSealed {
        all[index].isSealed = true
        if !all[index].isConfirmed { all[index].isOverdue = true }
      }
    }
  }
}
