import RunRecording
import RunTimeline
import Synchronization

/// The phases of a run as they come to pass, written into the recording at each step, so that a run that is killed
/// still says how far it came.
final class PhaseLog: Sendable {
  private let spans: Mutex<[PhaseSpan]>
  private let writer: RecordingWriter

  init(_ planned: [PhaseSpan], writer: RecordingWriter) {
    spans = Mutex(planned)
    self.writer = writer
    writer.set(phases: planned)
  }

  /// A phase begins as planned, and the one before it in its stream ends.
  func begin(_ index: Int) {
    change { spans in
      spans[index].start = spans[index].plannedStart
      let stream = spans[index].stream
      guard let before = spans[..<index].lastIndex(where: { $0.stream == stream }) else { return }
      spans[before].end = spans[index].plannedStart
    }
  }

  /// The load has ended: what had begun has ended too, at the latest now.
  func close(at end: Duration) {
    change { spans in
      for index in spans.indices where spans[index].start != nil {
        spans[index].end = spans[index].end ?? min(spans[index].plannedEnd, end)
      }
    }
  }

  private func change(_ body: (inout [PhaseSpan]) -> Void) {
    let current = spans.withLock { spans in
      body(&spans)
      return spans
    }
    writer.set(phases: current)
  }
}
