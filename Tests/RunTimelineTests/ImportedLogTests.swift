import Foundation
import KubernetesObjects
import TestRecordings
import Testing
import Units

@testable import RunTimeline

@Suite("What kubectl printed becomes observations")
struct ImportedLogTests {
  private static func importing(
    _ name: String, _ form: KubectlText.Form, managedFields: Bool = true
  ) throws -> (imported: ImportedLog, truth: WatchLog) {
    let truth = try Recordings.log(name)
    let end = KubernetesTime(microseconds: truth.startedAt.microseconds + Int64(truth.end.seconds * 1e6))
    let texts = try KubectlText.texts(of: Recordings.text(name), form, managedFields: managedFields)
    let sources = texts.map { ImportedLog.Source(name: "\($0.resource).json", text: $0.text, lastChange: end) }
    return (try ImportedLog(sources), truth)
  }

  /// A rollout that was undone, and a workload that was deleted.
  private static let recordings = ["stuck-rollout-and-undo", "workload-deleted-and-recreated"]

  private struct Version: Hashable {
    let uid: String
    let revision: String
  }

  /// When each version was first seen, in microseconds since 1970.
  private static func firstSeen(_ observations: [Observation], from start: KubernetesTime) -> [Version: Int64] {
    var seen: [Version: Int64] = [:]
    for observation in observations {
      guard let uid = observation.uid, let revision = observation.resourceVersion, observation.object != nil else {
        continue
      }
      let at = start.microseconds + Int64(observation.received.seconds * 1e6)
      seen[Version(uid: uid, revision: revision)] = min(seen[Version(uid: uid, revision: revision)] ?? at, at)
    }
    return seen
  }

  @Test(
    "with times of arrival, every change comes when it came", arguments: recordings,
    [KubectlText.Form.arrived, .stamped])
  func arrivals(name: String, form: KubectlText.Form) throws {
    let (imported, truth) = try Self.importing(name, form)

    let seen = Self.firstSeen(imported.observations, from: imported.startedAt)
    let came = Self.firstSeen(truth.observations.filter { $0.kind != .listed }, from: truth.startedAt)

    var compared = 0
    for (version, at) in came {
      guard let found = seen[version] else { continue }
      compared += 1
      // The first list is taken to be whole when its last object has come.
      #expect(found >= at - 2 && found <= at + 2_000_000)
    }
    #expect(compared > 10)
  }

  @Test(
    "without times of arrival, no change is dated before it came", arguments: recordings,
    [
      (KubectlText.Form.events, true), (.objects, true), (.events, false), (.objects, false),
    ] as [(KubectlText.Form, Bool)])
  func sound(name: String, form: (KubectlText.Form, Bool)) throws {
    let (imported, truth) = try Self.importing(name, form.0, managedFields: form.1)

    let seen = Self.firstSeen(imported.observations, from: imported.startedAt)
    let came = Self.firstSeen(truth.observations, from: truth.startedAt)

    // A change is written a little before it comes.
    let way: Int64 = 1_500_000
    #expect(!seen.isEmpty)
    for (version, at) in seen {
      guard let arrived = came[version] else { continue }
      #expect(at >= arrived - way, "\(version) came at \(arrived), and is dated before \(at)")
    }
    for observation in imported.observations { #expect(observation.sent <= observation.received) }
    guard form == (.events, true) else { return }
    let late = seen.compactMap { version, at in came[version].map { Double(at - $0) / 1e6 } }.sorted()
    #expect(late[late.count / 2] < 10, "with managed fields, half of the changes are dated to seconds")
  }

  private func source(_ text: String, name: String = "log.json") -> ImportedLog.Source {
    ImportedLog.Source(
      name: name, text: Data(text.utf8), lastChange: KubernetesTime(seconds: 1_795_471_900))
  }

  private func pod(_ name: String, version: Int, at time: String = "2026-11-23T22:10:05Z") -> String {
    """
    {
      "kind": "Pod",
      "metadata": {
        "name": "\(name)", "uid": "\(name)", "resourceVersion": "\(version)", "creationTimestamp": "\(time)"
      }
    }

    """
  }

  private func event(_ type: String, _ object: String) -> String {
    #"{"type": "\#(type)", "object": \#(object)}"# + "\n"
  }

  @Test(
    "without times of arrival, the bounds of every version hold the moment at which it was written",
    arguments: recordings,
    [true, false])
  func boundsHold(name: String, managedFields: Bool) throws {
    let (imported, truth) = try Self.importing(name, .events, managedFields: managedFields)
    let came = Self.firstSeen(truth.observations.filter { $0.kind != .listed }, from: truth.startedAt)
    var compared = 0

    func compare<Object>(_ history: ObjectHistory<Object>) {
      for (uid, versions) in history.versions {
        for version in versions {
          guard let revision = version.arrival?.revision,
            let at = came[Version(uid: uid, revision: "\(revision)")]
          else { continue }
          let written = Duration.microseconds(at - imported.startedAt.microseconds)
          compared += 1
          // It came within a second, as this control plane's dated lines show.
          #expect(version.at.earliest <= written, "\(version.object.metadata.name ?? "") \(revision): \(version.at)")
          #expect(version.at.latest >= written - .seconds(1), "\(revision): \(version.at), came \(written)")
        }
      }
    }
    compare(ObjectHistory<Deployment>(imported.observations, clock: imported.clock, tellsArrivals: false))
    compare(ObjectHistory<Pod>(imported.observations, clock: imported.clock, tellsArrivals: false))
    compare(ObjectHistory<HorizontalPodAutoscaler>(imported.observations, clock: imported.clock, tellsArrivals: false))
    #expect(compared > 20)
    #expect(imported.withoutArrivals.contains("pods"))
  }

  @Test("the objects that a watch begins with are a list, and what follows are changes")
  func firstList() throws {
    let text =
      event("ADDED", pod("a", version: 7)) + event("ADDED", pod("b", version: 3))
      + event("MODIFIED", pod("a", version: 9))
      + event("ADDED", pod("c", version: 11, at: "2026-11-23T22:10:30Z")) + event("DELETED", pod("b", version: 12))

    let log = try ImportedLog([source(text)])

    #expect(log.observations.map(\.kind) == [.listed, .listed, .list, .modified, .added, .deleted])
    #expect(log.observations.map(\.name) == ["a", "b", nil, "a", "c", "b"])
    #expect(log.startedAt.description == "2026-11-23T22:10:05Z")
    // Before c was made, give or take what clocks differ by.
    #expect(log.observations[3].received == .seconds(27))
    #expect(log.observations[5].received == .seconds(97), "when the log was last written")
  }

  @Test("objects without a word are new or changed, and what cannot be told is said")
  func objects() throws {
    let log = try ImportedLog([source(pod("a", version: 7) + pod("a", version: 9) + pod("b", version: 11))])

    #expect(log.observations.map(\.kind) == [.listed, .list, .modified, .added])
    #expect(log.notes.contains("log.json: what was deleted, and when, is not told: --output-watch-events tells it"))
    #expect(log.notes.contains { $0.hasPrefix("no log has horizontalpodautoscalers: ") })
  }

  @Test("lists of several kinds are a list of each, kinds that no verdict needs are counted, and one moment is one")
  func lists() throws {
    let items = [
      pod("a", version: 1), #"{"kind":"Deployment","metadata":{"name":"web","uid":"w"}}"#, #"{"kind":"Node"}"#,
    ]
    let text = #"{"kind":"List","items":[\#(items.joined(separator: ","))],"metadata":{"resourceVersion":""}}"#

    let one = try ImportedLog([source(text)])
    let two = try ImportedLog([source(text + "\n" + text)])

    #expect(one.observations.map(\.kind) == [.listed, .listed, .list, .list])
    #expect(Set(one.observations.map(\.resource)) == ["pods", "deployments"])
    #expect(one.isOneMoment)
    #expect(!two.isOneMoment)
    #expect(one.notes.contains("log.json: 1 of kind Node passed over, which no verdict needs"))
    #expect(two.notes.contains("log.json: between its lists nothing is known"))
  }

  @Test(
    "of every resource by which runs are judged, all forms of kubectl's output are read, and none is passed over",
    arguments: ObservedObjects.resources)
  func judgedResources(resource: ResourceType) throws {
    func object(_ version: Int) -> String {
      """
      {"kind":"\(resource.kind)","metadata":{"name":"carts","uid":"u","resourceVersion":"\(version)",\
      "creationTimestamp":"2026-11-23T22:10:05Z"}}
      """
    }
    let events = event("ADDED", object(7)) + event("MODIFIED", object(9))
    let forms = [
      ("watch events", events), ("objects", object(7) + "\n" + object(9)),
      ("a list of any kinds", #"{"kind":"List","items":[\#(object(7))],"metadata":{}}"#),
      ("a list of its kind", #"{"kind":"\#(resource.kind)List","items":[\#(object(7))],"metadata":{}}"#),
      ("lines behind times", events.split(separator: "\n").map { "2026-11-26T03:52:04.5Z \($0)\n" }.joined()),
      ("events with times", #"{"arrived":1795471810.5,"type":"ADDED","object":\#(object(7))}"#),
    ]

    for (form, text) in forms {
      let log = try ImportedLog([source(text)])

      #expect(Set(log.observations.map(\.resource)) == [resource.plural], "\(form)")
      #expect(log.observations.contains { $0.name == "carts" && $0.object != nil }, "\(form)")
      #expect(!log.notes.contains { $0.contains("passed over") }, "\(form): \(log.notes)")
    }
  }

  @Test("what a log lacks is told by what its kind of workload has: a StatefulSet has no ReplicaSets")
  func losses() throws {
    func notes(_ kinds: [String]) throws -> [String] {
      let items = kinds.map { #"{"kind":"\#($0)","metadata":{"name":"web","uid":"\#($0)"}}"# } + [pod("a", version: 1)]
      return try ImportedLog([source(#"{"kind":"List","items":[\#(items.joined(separator: ","))]}"#)]).notes
    }

    for (kinds, isMissing) in [
      (["StatefulSet"], false), (["Deployment"], true), ([], true), (["Deployment", "StatefulSet"], true),
    ] {
      let found = try notes(kinds).contains { $0.hasPrefix("no log has replicasets: ") }
      #expect(found == isMissing, "\(kinds)")
    }
  }

  @Test("a watch that was begun anew leaves a gap before its list")
  func startedAnew() throws {
    let text =
      event("ADDED", pod("a", version: 7)) + event("MODIFIED", pod("a", version: 9))
      + event("ADDED", pod("a", version: 20))
      + event("ADDED", pod("b", version: 19))

    let log = try ImportedLog([source(text)])

    #expect(log.observations.map(\.kind) == [.listed, .list, .modified, .gap, .listed, .listed, .list])
    #expect(log.observations[3].message == "kubectl was started anew")
  }

  @Test("logs with and without times, and of our own format, are put on one time")
  func several() throws {
    let own = """
      {"t":0,"type":"MARK","object":{"name":"called"}}
      {"t":0,"resource":"","type":"START","wall":1795471815}
      {"t":1,"resource":"deployments","type":"LIST","object":{"items":[{"metadata":{"name":"web","uid":"w"}}]}}
      {"t":4,"type":"MARK","object":{"name":"rolled back"}}
      """
    let arrived = #"{"arrived":1795471810.5,"type":"ADDED","object":\#(pod("a", version: 7))}"#

    let log = try ImportedLog([source(own, name: "own"), source(arrived), source(pod("b", version: 1), name: "last")])

    #expect(log.startedAt.seconds == 1_795_471_810.5)
    #expect(log.marks.map(\.name) == ["called", "rolled back"])
    #expect(log.marks.map(\.at) == [.seconds(4.5), .seconds(8.5)])
    #expect(log.observations.first?.received == .zero)
    #expect(log.observations.first { $0.resource == "deployments" }?.received == .seconds(5.5))
  }

  @Test(
    "what is no log is refused with what to do",
    arguments: [
      ("NAME   READY   STATUS\nweb-1  1/1  Running\n", "log.json:1: this is a table for people; write it with -o json"),
      ("apiVersion: v1\nkind: Pod\n", "log.json:1: this is YAML; write it with -o json"),
      ("[{\"kind\":\"Pod\"}]", "log.json:1: this is a JSON array"),
      (
        "Nov 26 03:52:04 {\n", "log.json:1: this is not what kubectl get -o json prints; where times stand before lines"
      ),
      ("00:00:03 {\n", "log.json:1: \"00:00:03\" is not the time at which the line came; write the times with | ts"),
      ("2026-11-26T03:52:04.5 {\n", "log.json:1: the time 2026-11-26T03:52:04.5 does not tell its zone"),
      ("{\n\"kind\":\"Pod\",\n\"a\":[}\n", "log.json:"),
      ("{\"type\":\"PUSHED\",\"object\":{}}", "log.json:1: not JSON: \"PUSHED\""),
      ("{}", "log.json:1: not JSON: an object without \"kind\""),
      ("{\"kind\":\"Node\"}", "log.json:1: it has no object of a workload"),
      ("", "log.json:1: the log is empty"),
    ])
  func refused(text: String, expected: String) {
    let problem = #expect(throws: ImportedLog.Problem.self) { try ImportedLog([source(text)]) }

    #expect(problem?.description.hasPrefix(expected) ?? false, "\(problem?.description ?? "")")
  }

  @Test("a time that nobody can have seen is refused, as a number, a text or that of an object")
  func impossibleTimes() {
    let object = pod("a", version: 7)
    let texts = [
      #"{"arrived":1e300,"type":"ADDED","object":\#(object)}"#, #"{"arrived":-5,"type":"ADDED","object":\#(object)}"#,
      #"{"arrived":"now","type":"ADDED","object":\#(object)}"#,
      pod("a", version: 7) + pod("a", version: 8, at: "9999-01-01T00:00:00Z"),
    ]

    for text in texts {
      #expect(throws: ImportedLog.Problem.self, "\(text)") {
        try ImportedLog([source(text + pod("b", version: 9) + pod("b", version: 10))])
      }
    }
  }

  @Test(
    "a log with any byte changed is read or refused, and never ends the program",
    arguments: 1...40 as ClosedRange<UInt64>)
  func mutated(seed: UInt64) {
    var random = SplitMix(state: seed)
    let events = event("ADDED", pod("a", version: 7)) + event("MODIFIED", pod("a", version: 9))
    let stamped = events.split(separator: "\n").map { "2026-11-26T03:52:04.5Z \($0)\n" }.joined()
    let arrived = #"{"arrived":1795471810.5,"type":"ADDED","object":\#(pod("a", version: 7))}"#
    for text in [events, stamped, arrived, pod("a", version: 7) + pod("a", version: 8)] {
      for _ in 0..<50 {
        var bytes = Array(text.utf8)
        for _ in 0...(random.next() % 3) {
          let place = Int(random.next() % UInt64(bytes.count))
          switch random.next() % 3 {
          case 0: bytes[place] = UInt8(truncatingIfNeeded: random.next())
          case 1: bytes.remove(at: place)
          default: bytes.insert(Array(#"{}[]":,-9e\"#.utf8)[Int(random.next() % 11)], at: place)
          }
        }
        let source = ImportedLog.Source(
          name: "log", text: Data(bytes), lastChange: KubernetesTime(seconds: 1_795_471_900))
        // Either is right; what counts is to be still here.
        _ = try? ImportedLog([source])
      }
    }
  }

  /// Steele, Lea and Flood's SplitMix64, so that a failure can be repeated.
  private struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var value = state
      value = (value ^ (value >> 30)) &* 0xBF58_476D_1CE4_E5B9
      value = (value ^ (value >> 27)) &* 0x94D0_49BB_1331_11EB
      return value ^ (value >> 31)
    }
  }

  @Test(
    "the line of a mistake is that of the log, with times before lines or without",
    arguments: ["", "2026-11-26T03:52:04Z "])
  func place(stamp: String) {
    let text = "{\n\"kind\":\"Pod\",\"metadata\":{}\n}\n{\n\"kind\" \"Pod\"\n}\n".split(separator: "\n").map {
      stamp + $0
    }

    let problem = #expect(throws: ImportedLog.Problem.self) {
      try ImportedLog([source(text.joined(separator: "\n"))])
    }

    #expect(problem?.line == 5)
  }
}
