import Foundation
import KubernetesObjects
import RunTimeline
import TestRecordings
import Testing
import Units

@Suite("A watch log whose times contradict the versions of several resources")
struct StoreOrderTests {
  /// Lines of pods each second from 1 to 40 with the versions 1010 to 1400, beside those of others.
  ///
  /// - Parameter others: time, version and resource of each.
  private func log(_ others: [(Double, Int, String)], pods: [Int: Double] = [:]) throws -> WatchLog {
    var lines = [#"{"t":0,"resource":"","type":"START","wall":1795456622}"#]
    for resource in ["pods", "deployments", "horizontalpodautoscalers"] {
      lines.append(
        #"{"t":0.1,"resource":"\#(resource)","type":"LIST","object":{"metadata":{"resourceVersion":"9"},"items":[]}}"#)
    }
    func line(_ time: Double, _ version: Int, _ resource: String) -> String {
      #"{"t":\#(time),"resource":"\#(resource)","type":"MODIFIED","object":{"metadata":{"name":"\#(resource)","uid":"\#(resource)","#
        + #""resourceVersion":"\#(version)"}}}"#
    }
    for second in 1...40 { lines.append(line(pods[second] ?? Double(second), 1_000 + 10 * second, "pods")) }
    for (time, version, resource) in others { lines.append(line(time, version, resource)) }
    return try WatchLog(Data(lines.joined(separator: "\n").utf8))
  }

  private func arrival(_ log: WatchLog, _ version: Int) -> Duration? {
    log.observations.first { $0.resourceVersion == String(version) }?.received
  }

  /// When the watch of a resource was unheard of before a version of it came.
  private func unheard(_ log: WatchLog, _ resource: String) -> [Duration] {
    log.observations.filter { $0.resource == resource && $0.kind == .gap }.map(\.received)
  }

  @Test("a line that came long after what was written after it is taken to have been under way since then")
  func late() throws {
    let log = try log([(30, 1_105, "deployments"), (5, 1_045, "horizontalpodautoscalers")])
    #expect(arrival(log, 1_105) == .seconds(30))
    #expect(unheard(log, "deployments") == [.seconds(10)])
    #expect(unheard(log, "pods").isEmpty && unheard(log, "horizontalpodautoscalers").isEmpty)
    #expect(
      log.notes == [
        "1 line came at a time that the resourceVersions of other resources contradict (deployments, first line 45): when it "
          + "came is known less well"
      ])
  }

  @Test("a line that came long before what was written before it is taken to have come after that")
  func early() throws {
    let log = try log([(5, 1_205, "deployments"), (35, 1_355, "deployments")])
    #expect(arrival(log, 1_205) == .seconds(21))
    #expect(arrival(log, 1_355) == .seconds(35))
    #expect(log.notes.count == 1)
    // Of a resource most of whose lines are believed.
    let believed = [(2.5, 1_025), (30.5, 1_305), (33.5, 1_335)].map { ($0.0, $0.1, "deployments") }
    let beforeItsNext = try self.log(believed + [(5, 1_205, "deployments"), (19, 1_206, "deployments")])
    // Not after what its own watch brought next, though that came a moment too early too.
    #expect(arrival(beforeItsNext, 1_205) == .seconds(19))
    #expect(arrival(beforeItsNext, 1_206) == .seconds(19))
    let order = beforeItsNext.observations.compactMap(\.resourceVersion)
    #expect(try #require(order.firstIndex(of: "1205")) < #require(order.firstIndex(of: "1206")))
  }

  @Test("of two lines that changed places, neither is believed")
  func swapped() throws {
    // The change of the Deployment came at 20, and the pod, in its place, at 30.
    var pods: [Int: Double] = [:]
    for second in 1...40 { pods[second] = second <= 20 ? Double(second) : Double(second) + 10 }
    let straight = try log([(20.5, 1_205, "deployments"), (29, 1_206, "horizontalpodautoscalers")], pods: pods)
    #expect(straight.notes.isEmpty)
    let swapped = try log([(29, 1_205, "deployments"), (20.5, 1_206, "horizontalpodautoscalers")], pods: pods)
    #expect(unheard(swapped, "deployments") == [.seconds(20)])
    #expect(arrival(swapped, 1_205) == .seconds(29))
    #expect(arrival(swapped, 1_206) == .seconds(31))
    #expect(swapped.notes.first?.hasPrefix("2 lines came at times that") == true, "\(swapped.notes)")
  }

  @Test(
    "what events differ in how long they are under way, and what a watch brings after it broke, is no contradiction")
  func allowed() throws {
    #expect(try log([(11.9, 1_105, "deployments"), (18.1, 1_205, "deployments")]).notes.isEmpty)
  }

  @Test(
    "nothing follows where the versions number several stores",
    arguments: [
      [(10, 5, "deployments"), (20, 6, "deployments"), (30, 7, "deployments")],
      [(10, 5_000, "deployments"), (20, 5_001, "deployments")],
      [(5, 9_000, "events"), (30, 9_001, "events")],
    ] as [[(Double, Int, String)]])
  func severalStores(others: [(Double, Int, String)]) throws {
    let log = try log(others)
    #expect(log.notes.isEmpty)
    #expect(others.allSatisfy { arrival(log, $0.1) == .seconds($0.0) })
    #expect(!log.observations.contains { $0.kind == .gap })
  }
}
