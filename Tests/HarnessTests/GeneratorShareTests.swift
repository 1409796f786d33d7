import Arrivals
import LoadFacts
import RunTimeline
import Testing

@testable import Harness
@testable import LoadGeneration

@Suite("Shares of time that the generator tells of itself")
struct GeneratorShareTests {
  private func snapshot(_ workers: [ThreadUse], processCPU: Duration, taken: Duration) -> LoadSnapshot {
    LoadSnapshot(
      intervals: [], failures: [], connections: [],
      generator: LoadFacts.GeneratorSample(
        interval: 0, sent: 1, latenessP50: .zero, latenessP99: .zero, latenessMaximum: .zero, machineLatenessP99: .zero,
        machineLatenessMaximum: .zero, longestPause: .zero, processCPU: processCPU, taken: taken, workers: workers,
        openConnections: 0,
        machine: MachineSample(totalTicks: nil, stolenTicks: nil, portsUsed: nil, ports: nil), queued: 0, inFlight: 0,
        places: 0, heldSince: nil))
  }

  private let recording = LoadRecording(
    routes: [], countingIntervals: CountingIntervals(length: .seconds(1)), timeScale: 60)

  @Test("a share is of the time between the two readings of the thread, however close together the snapshots came")
  func late() {
    let first = snapshot(
      [ThreadUse(elapsed: .seconds(1), cpu: .milliseconds(400), runQueueDelay: .zero)], processCPU: .seconds(1),
      taken: .seconds(11))
    // The first snapshot came late, so that only 0.7 s of wall time lie between the two.
    let second = snapshot(
      [ThreadUse(elapsed: .seconds(2), cpu: .milliseconds(900), runQueueDelay: .milliseconds(994))],
      processCPU: .milliseconds(1600), taken: .seconds(12))

    let sample = recording.sample(of: second, after: first.generator, from: .seconds(78), to: .seconds(120))

    #expect(sample.busiestWorkerCPU == 0.5)
    #expect(sample.runQueueDelay == 0.994)
    #expect(sample.processCPU == 0.6)
  }

  @Test("a share is at most all, and there is none of no time")
  func bounds() {
    let earlier = ThreadUse(elapsed: .seconds(1), cpu: .seconds(1), runQueueDelay: .zero)
    let later = ThreadUse(elapsed: .seconds(2), cpu: .milliseconds(2001), runQueueDelay: .milliseconds(1003))
    #expect(later.shares(since: earlier)?.cpu == 1)
    #expect(later.shares(since: earlier)?.runQueueDelay == 1)
    #expect(earlier.shares(since: earlier) == nil)
  }
}
