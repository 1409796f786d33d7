import ClientRules
import Testing

@Suite("A list that does not fit what a watch has told")
struct OtherStoreTests {
  /// A watch that began from revision 10 with the objects a and b, and has told of c at 20, of the end of b at 22 and of 25.
  private func told() -> WatchProgress {
    var progress = WatchProgress()
    progress.began(from: "10", objects: [ListedObject(uid: "a", version: 8), ListedObject(uid: "b", version: 9)])
    progress.brought("ADDED", uid: "c", version: "20")
    progress.brought("DELETED", uid: "b", version: "22")
    progress.brought("BOOKMARK", uid: nil, version: "25")
    return progress
  }

  private func difference(
    _ objects: [(String, UInt64)], list: String, told revision: UInt64? = 25, in progress: WatchProgress? = nil
  ) -> String? {
    var progress = progress ?? told()
    return progress.otherStore(
      in: objects.map { ListedObject(uid: $0.0, version: $0.1) }, listVersion: list, told: revision)
  }

  @Test("is of another store where it is older, or shows what the watch should have told of")
  func other() {
    #expect(difference([("a", 8), ("c", 20)], list: "24") != nil, "older than what had been told of")
    #expect(difference([("a", 7), ("c", 20)], list: "30") != nil, "an object went back")
    #expect(difference([("a", 8), ("c", 20), ("d", 24)], list: "30") != nil, "an object that was never told of")
    #expect(difference([("a", 23), ("c", 20)], list: "30") != nil, "a version that was never told of")
  }

  @Test("fits where the watch is behind, or ahead, or says nothing that can be compared")
  func same() {
    #expect(difference([("a", 8), ("c", 20)], list: "25") == nil)
    #expect(difference([("a", 28), ("c", 20), ("d", 29)], list: "30") == nil, "newer than what was told of")
    #expect(
      difference([("a", 8), ("b", 9)], list: "15", told: 10) == nil, "the watch went on while the list was on its way")
    #expect(difference([], list: "opaque") == nil)
  }

  @Test("shows that an end was lost once the watch has told of more than that")
  func end() {
    var progress = told()
    let objects = [ListedObject(uid: "a", version: 8)]
    #expect(progress.otherStore(in: objects, listVersion: "30", told: 25) == nil, "the watch may be behind")
    #expect(progress.otherStore(in: objects, listVersion: "32", told: 29) == nil, "and still may be")
    #expect(progress.otherStore(in: objects, listVersion: "40", told: 30) != nil)
  }

  @Test("a watch brings only what is newer than where it began, and no older bookmark")
  func follows() {
    #expect(WatchProgress.follows("ADDED", version: "11", from: "10"))
    #expect(!WatchProgress.follows("ADDED", version: "10", from: "10"))
    #expect(WatchProgress.follows("BOOKMARK", version: "10", from: "10"))
    #expect(!WatchProgress.follows("BOOKMARK", version: "9", from: "10"))
    #expect(WatchProgress.follows("ADDED", version: nil, from: "10"))
  }
}
