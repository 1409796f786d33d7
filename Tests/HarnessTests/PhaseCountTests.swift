import Arrivals
import LoadDriving
import LoadGeneration
import Profiles
import RunTimeline
import Testing
import Units

@testable import Harness

/// The load of a profile as it would be counted, if each request were sent when it is due.
private struct CountedLoad {
  let planning: LoadPlanning
  let phases: [PlannedPhase]

  init(_ phases: String, timeScale: Double) throws {
    let profile = try ProfileReader.read(
      text: """
        apiVersion: scaleproof/v1
        kind: Profile
        metadata: {name: counted}
        target: {url: "http://127.0.0.1:1"}
        requests:
          - {name: first, path: /}
          - {name: second, path: /}
        load:
          \(phases)
        expectations: []
        """, source: "counted.yaml")
    planning = LoadPlanning(
      profile: profile, files: try RequestFiles(of: profile, folder: "/"), timeScale: timeScale, environment: [:])
    self.phases = profile.load.plannedPhases
  }

  /// How many requests of each phase, of all streams in its time, are due in an interval inside of it, and how many are due in
  /// intervals that lie in it in part.
  func counts() throws -> [(inside: Int, across: Int)] {
    let plan = try planning.plan(connectTo: nil)
    let (recorded, intervals) = (plan.intervals, plan.wallIntervals)
    var byInterval: [Int: Int] = [:]
    for stream in plan.streams {
      guard case .open(let schedule) = stream.model else { continue }
      for arrival in schedule.arrivals() { byInterval[intervals.number(at: arrival.due), default: 0] += 1 }
    }
    return phases.map { phase in
      byInterval.reduce(into: (0, 0)) { count, entry in
        let bounds = recorded.bounds(of: entry.key)
        if bounds.lowerBound >= phase.start, bounds.upperBound <= phase.end {
          count.0 += entry.value
        } else if bounds.lowerBound < phase.end, bounds.upperBound > phase.start {
          count.1 += entry.value
        }
      }
    }
  }
}

@Suite("The requests of a phase")
struct PhaseCountTests {
  @Test(
    "are exactly those that were planned for it, whatever the time scale: intervals end where phases do",
    arguments: [1, 7, 20, 60, 333.3])
  func planned(timeScale: Double) throws {
    // Rates are per wall second: they are such that each phase plans a whole number.
    let rate = { (count: Double) in "\(count / 36 * timeScale)/s" }
    let load = try CountedLoad(
      """
      phases:
            - {name: calm, for: 36s, rate: \(rate(60))}
            - {name: rise, for: 36s, rate: \(rate(108))}
            - {name: surge, for: 36s, rate: \(rate(444))}
      """, timeScale: timeScale)

    let counts = try load.counts()

    #expect(counts.map(\.inside) == [60, 108, 444])
    #expect(counts.map(\.across) == [0, 0, 0])
  }

  @Test(
    "are those of all streams in its time, where several begin and end their phases at times of their own",
    arguments: [1, 60])
  func streams(timeScale: Double) throws {
    let load = try CountedLoad(
      """
      streams:
            - {name: a, requests: [first], phases: [{name: early, for: 10300ms, rate: \(timeScale * 10)/s}, {name: late, for: 20s, rate: \(timeScale * 20)/s}]}
            - {name: b, requests: [second], phases: [{name: whole, for: 30700ms, rate: \(timeScale * 10)/s}]}
      """, timeScale: timeScale)

    let counts = Dictionary(uniqueKeysWithValues: zip(load.phases.map(\.name), try load.counts()))

    #expect(counts.values.allSatisfy { $0.across == 0 })
    #expect(counts["whole"]?.inside == 103 + 400 + 307)
    #expect(counts["early"]?.inside == 103 + 103)
    #expect(counts["late"]?.inside == 400 + 200)
  }
}
