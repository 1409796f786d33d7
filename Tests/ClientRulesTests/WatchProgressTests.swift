import ClientRules
import Testing

@Suite("What a list shows and a watch has not brought")
struct WatchProgressTests {
  private func begun() -> WatchProgress {
    var progress = WatchProgress()
    progress.began(from: "10", objects: [ListedObject(uid: "a", version: 8), ListedObject(uid: "b", version: 9)])
    return progress
  }

  @Test("an unchanged list agrees with a watch that said nothing")
  func quiet() {
    let objects = [ListedObject(uid: "a", version: 8), ListedObject(uid: "b", version: 9)]

    #expect(begun().lack(in: objects, listVersion: "50") == nil)
  }

  @Test("a newer version is lacking until the watch tells of it or of a later one", arguments: ["20", "25"])
  func newer(version: String) throws {
    var progress = begun()
    let objects = [ListedObject(uid: "a", version: 20), ListedObject(uid: "b", version: 9)]
    let lack = try #require(progress.lack(in: objects, listVersion: "22"))
    #expect(progress.stillLacks(lack))

    progress.brought("BOOKMARK", uid: nil, version: version)

    #expect(!progress.stillLacks(lack))
  }

  @Test("the end of an object is lacking until the watch tells of it")
  func gone() throws {
    var progress = begun()
    let lack = try #require(progress.lack(in: [ListedObject(uid: "a", version: 8)], listVersion: "22"))
    #expect(lack.gone == ["b": 9])
    #expect(progress.stillLacks(lack))

    progress.brought("DELETED", uid: "b", version: "21")

    #expect(!progress.stillLacks(lack))
  }

  @Test("an object that no selector took any more is no lack once the watch tells what it is now")
  func stray() throws {
    var progress = begun()
    let lack = try #require(progress.lack(in: [ListedObject(uid: "a", version: 8)], listVersion: "22"))

    progress.brought("MODIFIED", uid: "b", version: "21")

    #expect(!progress.stillLacks(lack))
  }

  @Test("an object that came after the list is no lack, and neither is what cannot be compared")
  func younger() {
    var progress = begun()
    progress.brought("ADDED", uid: "c", version: "30")
    let objects = [ListedObject(uid: "a", version: 8), ListedObject(uid: "b", version: nil)]

    #expect(progress.lack(in: objects, listVersion: "22") == nil)
    #expect(progress.lack(in: [], listVersion: "opaque") == nil)
  }
}
