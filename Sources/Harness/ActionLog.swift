import Profiles
import RunRecording
import RunTimeline
import Synchronization

/// The actions of a run as they come to pass, written into the recording at each step.
final class ActionLog: Sendable {
  private let spans: Mutex<[ActionSpan]>
  private let writer: RecordingWriter

  init(_ actions: [(action: PlannedAction, at: Duration)], writer: RecordingWriter) {
    let planned = actions.map { $0.action.span(at: $0.at) }
    spans = Mutex(planned)
    self.writer = writer
    writer.set(actions: planned)
  }

  func update(_ index: Int, _ change: (inout ActionSpan) -> Void) {
    let current = spans.withLock { spans in
      change(&spans[index])
      return spans
    }
    writer.set(actions: current)
  }
}
