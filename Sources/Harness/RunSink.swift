import ClusterObservation
import KubernetesObjects
import RunRecording
import RunTimeline
import Synchronization

/// Takes what the observer sees into the recording, and into what the terminal shows.
final class RunSink: ObservationSink {
  private let writer: RecordingWriter
  private let progress: RunProgress
  private let cluster: ClusterDescription
  private let clock: Mutex<ServerClock>

  init(writer: RecordingWriter, progress: RunProgress, cluster: ClusterDescription, clock: ServerClock) {
    self.writer = writer
    self.progress = progress
    self.cluster = cluster
    self.clock = Mutex(clock)
  }

  func record(_ observations: [Observation]) {
    writer.append(observations: observations)
    progress.add(observations, of: cluster)
  }

  func clock(date: KubernetesTime, sent: Duration, received: Duration) {
    let narrowed = clock.withLock { clock -> ServerClock? in
      let before = clock.offset
      clock.narrow(date: date, sent: sent, received: received)
      return clock.offset == before ? nil : clock
    }
    if let narrowed { writer.append(clock: narrowed, at: received) }
  }
}
