import LoadFacts
import RunRecording
import RunTimeline

/// All that is to be recorded of a run that is over.
struct FinishedRun: Sendable {
  var run: RunDescription
  var phases: [PhaseSpan]
  var actions: [ActionSpan]
  var faults: [FaultSpan] = []
  var load: [LoadSnapshot]
  /// In the order in which they were received.
  var observations: [Observation]
  var clock: ServerClock
  /// Why the cluster refused writes that were to go wrong.
  var faultProblems: [String] = []

  /// Writes the recording.
  ///
  /// - Throws: ``HarnessError`` with the status `refused` when the file cannot be made, else `untrusted`.
  func write(to path: String) throws(HarnessError) {
    let writer: RecordingWriter
    do {
      writer = try RecordingWriter(path: path, run: run, isLive: false)
    } catch {
      throw HarnessError(.refused, "\(error)")
    }
    writer.set(phases: phases)
    writer.set(actions: actions)
    if !faults.isEmpty { writer.set(faults: faults) }
    writer.append(load: wholeIntervals)
    for snapshot in load {
      writer.append(failures: snapshot.failures)
      writer.append(connections: snapshot.connections)
      writer.append(generator: snapshot.generator)
    }
    writer.append(observations: observations)
    writer.append(clock: clock, at: run.endedAt ?? .zero)
    do {
      try writer.finish(
        endedAt: run.endedAt ?? .zero, reason: run.endReason ?? .completed, detail: run.endDetail)
    } catch {
      throw HarnessError(.untrusted, "\(path): the recording is not complete: \(error)")
    }
  }

  /// The intervals of the load, each with all its parts, in the order in which they began. Written one by one, each part that came
  /// later would have the file read and write again what it has of the interval.
  private var wholeIntervals: [LoadInterval] {
    var whole: [LoadInterval] = []
    var places: [FactKey: Int] = [:]
    for snapshot in load {
      for part in snapshot.intervals {
        if let place = places[part.key] {
          whole[place].merge(part)
          // Packed again at once: a day has more intervals than there is memory for open ones.
          whole[place].compact()
        } else {
          places[part.key] = whole.count
          whole.append(part)
        }
      }
    }
    return whole
  }

  /// The same as a value, without a file.
  var timeline: Timeline {
    // All at once: adding one after the other would go over all that came before each time.
    let whole = LoadSnapshot(
      intervals: load.flatMap(\.intervals), failures: load.flatMap(\.failures),
      connections: load.flatMap(\.connections), generator: load.flatMap(\.generator))
    return Timeline(
      run: run, phases: phases, actions: actions, faults: faults, load: whole.intervals, failures: whole.failures,
      generator: whole.generator, connections: whole.connections, observations: observations, clock: clock)
  }
}
