import Foundation
import RunTimeline
import TestRecordings
import Testing

@Suite("A watch log whose lines are not in order")
struct WatchLogOrderTests {
  private func log(_ lines: [String]) throws -> WatchLog {
    let start = #"{"t":0,"resource":"","type":"START","wall":1795456622}"#
    let list = #"{"t":0.1,"resource":"pods","type":"LIST","object":{"metadata":{"resourceVersion":"9"},"items":[]}}"#
    return try WatchLog(Data(([start, list] + lines).joined(separator: "\n").utf8))
  }

  private func line(_ time: Double, _ type: String, _ uid: String, _ version: String?, of resource: String = "pods")
    -> String
  {
    let revision = version.map { #","resourceVersion":"\#($0)""# } ?? ""
    return #"{"t":\#(time),"resource":"\#(resource)","type":"\#(type)","object":{"metadata":{"#
      + #""name":"\#(uid)","uid":"\#(uid)"\#(revision)}}}"#
  }

  @Test("lines that were moved count at their times, and it is said how many they are and where")
  func moved() throws {
    let lines = [
      line(1, "ADDED", "a", "10"), line(2, "MODIFIED", "a", "11"), line(3, "ADDED", "b", "12"),
      line(4, "MODIFIED", "b", "13"),
    ]

    let straight = try log(lines)
    let swapped = try log([lines[0], lines[2], lines[1], lines[3]])

    #expect(straight.notes.isEmpty)
    #expect(swapped.observations == straight.observations)
    #expect(
      swapped.notes == [
        "1 line of pods came out of order (first line 5, whose time lies before that of line 4): all lines are taken in the "
          + "order of their times"
      ])
  }

  @Test("a mark that was moved begins its phase at its time")
  func movedMark() throws {
    let mark = #"{"t":2,"resource":"","type":"MARK","object":{"name":"surge"}}"#
    let later = #"{"t":3,"resource":"","type":"MARK","object":{"name":"calm"}}"#

    #expect(try log([later, mark]).marks.map(\.name) == ["surge", "calm"])
  }

  @Test("lines that repeat what the watch told are left out, and it is said how many they are and where")
  func repeated() throws {
    let lines = [line(1, "ADDED", "a", "10"), line(2, "MODIFIED", "a", "x11"), line(3, "MODIFIED", "a", "x12")]

    let log = try log(lines + [line(4, "MODIFIED", "a", "x11"), line(4, "ADDED", "a", "10")])

    #expect(log.observations.map(\.resourceVersion) == ["9", "10", "x11", "x12"])
    #expect(
      log.notes == [
        "2 lines of pods repeated what the watch had told (first line 6, which repeats line 4): left out"
      ])
  }

  @Test(
    "versions that contradict the times are told with the line",
    arguments: [
      ["1 MODIFIED a 11", "2 MODIFIED a 10"], ["1 MODIFIED a 11", "2 MODIFIED b 10"], ["1 ADDED a 11", "2 ADDED b 10"],
      ["1 MODIFIED a 11", "2 DELETED b 10"], ["1 BOOKMARK a 11", "2 MODIFIED b 10"],
    ])
  func contradicting(lines: [String]) throws {
    #expect(
      try log(lines.map(line)).notes == [
        "1 line of pods brought an older resourceVersion than lines before (first line 4, older than line 3), which no watch "
          + "does: taken to have happened before, and when is known less well"
      ])
  }

  @Test(
    "a log with moved lines whose versions cannot be compared is refused, since nobody can say what came first",
    arguments: [["2 MODIFIED a x1", "1 MODIFIED a x2"], ["2 MODIFIED a -", "1 MODIFIED a -"]])
  func incomparable(lines: [String]) throws {
    let error = #expect(throws: WatchLogError.self) { try log(lines.map(line)) }

    #expect(
      error?.description.hasPrefix("line 4: its time lies before that of a line of pods above it") ?? false,
      "\(error?.description ?? "accepted")")
  }

  private func line(_ text: String) -> String {
    let parts = text.split(separator: " ").map(String.init)
    return line(Double(parts[0]) ?? 0, parts[1], parts[2], parts[3] == "-" ? nil : parts[3])
  }

  @Test("a watch that begins anew without a list may bring what is there in any order, and again")
  func anew() throws {
    let closed = #"{"t":3,"resource":"pods","type":"CLOSED"}"#

    let log = try log([
      line(1, "ADDED", "a", "10"), line(2, "ADDED", "b", "11"), closed, line(4, "ADDED", "b", "11"),
      line(4, "ADDED", "a", "10"), line(5, "MODIFIED", "a", "12"),
    ])

    #expect(log.notes.isEmpty)
    #expect(log.observations.count == 7)
  }

  @Test("the real recordings are in order", arguments: Recordings.all)
  func real(name: String) throws {
    #expect(try Recordings.log(name).notes.isEmpty)
  }
}
