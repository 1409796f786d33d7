import KubernetesObjects
import Units

/// A change that a list showed first, and that the watch beside it has yet to bring.
///
/// A list may be ahead of the watch by moments. A watch that never brings what a list showed was silent, and whatever
/// else happened since it last spoke may have been missed as well: lists alone tell only what was at the lists.
struct ListedChange {
  let uid: String
  /// The version that the list showed; for an object that it no longer showed, the list's own.
  let revision: String?
  let isDeletion: Bool
  /// The last moment up to which nothing can have been missed: of the watch's last word, or of the list before.
  let since: Duration
  let listSent: Duration
  let listReceived: Duration
  /// The watch has brought this version or told of a later one.
  var isConfirmed = false
  /// The watch itself has brought this version.
  private(set) var isBrought = false
  /// The watch has brought a later version of the object, and never this one. A watch brings every version of an object in
  /// order, so it had lost some.
  private(set) var isPassedOver = false
  /// Another list was read long after, and still the watch had not brought it.
  var isOverdue = false
  /// The watch began anew from a later version, so that it can no longer confirm this one.
  var isSealed = false

  /// The watch brought a version of the same object.
  mutating func hear(_ told: UInt64, of wanted: UInt64) {
    if isDeletion || told < wanted { return }
    if told == wanted { isBrought = true }
    if !isBrought { isPassedOver = true }
    isConfirmed = true
  }

  /// By how much a list may be ahead of a watch that is alive.
  var allowance: Duration { Self.leastAllowance + (listReceived - listSent) * 2 }

  private static let leastAllowance = Duration.seconds(2)

  /// Whether the change itself shows that the watch was silent although no later list says so: it was made long before
  /// the list, or more than one change of the spec lies in it, or it bears no time at all.
  func isOld<Object: KubernetesObject>(
    _ version: ObjectVersion<Object>, after previous: ObjectVersion<Object>?, clock: ServerClock
  ) -> Bool {
    if isDeletion { return false }
    if version.object.isSpecAfterNext(previous?.object) { return true }
    let times = BorneTimes.all(version.object)
    if times.isEmpty { return true }
    let known = Set(previous.map { BorneTimes.all($0.object) } ?? [])
    return times.contains { !known.contains($0) && clock.runTime(of: $0).latest < listSent - allowance }
  }
}
