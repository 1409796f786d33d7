import Dispatch
import Foundation
import GRDB
import KubernetesObjects
package import LoadFacts
import Redaction
package import RunTimeline
import Synchronization

/// Writes the file of a run while the run goes on.
///
/// Everything may be called from any thread at any time and returns at once: what is given is kept in memory and
/// written in one transaction on a queue of the writer's own, at the latest 250 ms later. Since the file is in WAL mode,
/// a killed process loses only what came in that time. ``finish(endedAt:reason:detail:)`` leaves one portable file.
///
/// After the first error nothing more is written, so that the file has no hole in it; ``checkHealth()`` and
/// ``finish(endedAt:reason:detail:)`` throw that error.
package final class RecordingWriter: Sendable {
  package let path: String

  /// Longest time that something waits before it is written, in wall time.
  static let longestWait = DispatchTimeInterval.milliseconds(250)
  /// So many rows are written without waiting.
  static let largeBatch = 2_000

  fileprivate struct State {
    var pending = RecordingBatch()
    var isScheduled = false
    var isFinished = false
    var problem: RecordingError?
    /// Resource versions that the file holds, by resource and uid.
    var recorded: [String: [String: String]] = [:]
    /// Uids of the objects that the list which is just coming in has shown, by resource.
    var listed: [String: Set<String>] = [:]
  }

  private let state = Mutex(State())
  private let database: DatabaseQueue
  /// The file that was made, whatever its name leads to later.
  private let file: FileIdentity
  private let queue = DispatchQueue(label: "scaleproof.recording")
  private let isLive: Bool

  /// Creates the file and writes the row of the run.
  ///
  /// - Parameter isLive: whether what is given is written while the run goes on; otherwise it is in one go at the end, by
  ///   which equal runs give equal files.
  /// - Throws: ``RecordingError`` when the folder is missing, the file exists or it cannot be written.
  package init(path: String, run: RunDescription, isLive: Bool = true) throws(RecordingError) {
    self.path = path
    self.isLive = isLive
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    guard FileManager.default.fileExists(atPath: folder) else { throw .folderMissing(path: folder) }
    // Created here and exclusively, so that two runs never write into one file.
    let descriptor = open(path, O_CREAT | O_EXCL | O_WRONLY, 0o644)
    guard descriptor >= 0 else {
      if errno == EEXIST { throw .fileExists(path: path) }
      throw .cannotOpen(path: path, reason: String(cString: strerror(errno)))
    }
    file = FileIdentity(descriptor: descriptor)
    close(descriptor)
    var configuration = Configuration()
    configuration.journalMode = .wal
    configuration.busyMode = .timeout(5)
    configuration.label = "recording"
    do {
      database = try DatabaseQueue(path: path, configuration: configuration)
      try database.writeWithoutTransaction { database in
        try RecordingSchema.migrate(database)
        try RunRow.insert(run.withoutSecrets, into: database)
      }
    } catch {
      throw RecordingError.writing(error, path: path)
    }
  }

  /// Adds intervals of load; later counts of the same start and route add up with those before.
  package func append(load: [LoadInterval]) { add { $0.pending.load += load } }

  package func append(failures: [FailedRequest]) { add { $0.pending.failures += failures } }

  package func append(generator: [GeneratorSample]) { add { $0.pending.generator += generator } }

  package func append(connections: [ConnectionTally]) { add { $0.pending.connections += connections } }

  /// Adds what the API server said. Objects lose their field lists and applied manifests, and an object of a list that
  /// was recorded in the same version before loses its text.
  package func append(observations: [Observation]) {
    // Most of a list is known, and to look through it for secrets takes longer than all else.
    let known = state.withLock { state in observations.map { state.knowsText(of: $0) } }
    let stripped = zip(observations, known).map { $1 ? $0.withoutObject : Self.strippingObject($0) }
    add { state in
      for observation in stripped { state.pending.observations.append(state.withoutKnownText(observation)) }
    }
  }

  /// Adds what is known of the API server's clock by now.
  package func append(clock: ServerClock, at instant: Duration) {
    add { $0.pending.clocks.append((instant, clock)) }
  }

  /// Replaces all phases by their newest state.
  package func set(phases: [PhaseSpan]) { add { $0.pending.phases = phases } }

  /// Replaces all actions by their newest state.
  package func set(actions: [ActionSpan]) {
    let redacted = actions.map { action in
      var action = action
      action.problem = action.problem.map { SecretText.redacted(message: $0) }
      for index in action.requests.indices {
        action.requests[index].problem = action.requests[index].problem.map { SecretText.redacted(message: $0) }
      }
      return action
    }
    add { $0.pending.actions = redacted }
  }

  /// Replaces all faults by their newest state.
  package func set(faults: [FaultSpan]) {
    let redacted = faults.map { fault in
      var fault = fault
      fault.problem = fault.problem.map { SecretText.redacted(message: $0) }
      return fault
    }
    add { $0.pending.faults = redacted }
  }

  /// Whether everything could be written so far.
  package var isHealthy: Bool { state.withLock { $0.problem == nil } }

  /// Throws the first error that came up since the run began.
  package func checkHealth() throws(RecordingError) {
    if let problem = state.withLock({ $0.problem }) { throw problem }
  }

  /// Writes everything that was given until now, and returns when it is in the file.
  package func flush() throws(RecordingError) {
    queue.sync { writePending() }
    try checkHealth()
  }

  /// Writes what is left and how the run ended, and leaves one file without companions. Where somebody has removed the file
  /// meanwhile, it is made anew, with its folder.
  ///
  /// - Parameter detail: which stop rule ended the run and why, or what failed.
  /// - Throws: the first error since the run began.
  package func finish(endedAt: Duration, reason: EndReason, detail: String? = nil) throws(RecordingError) {
    let wasFinished = state.withLock { state in
      defer { state.isFinished = true }
      return state.isFinished
    }
    if wasFinished { throw .alreadyFinished(path: path) }
    queue.sync {
      writePending()
      attempt {
        try database.write { database in
          try database.execute(
            sql: "UPDATE run SET ended_us = ?, end_reason = ?, end_detail = ?",
            arguments: [
              endedAt.wholeMicroseconds, reason.rawValue, detail.map { SecretText.redacted(message: $0) },
            ])
        }
        try database.writeWithoutTransaction { database in
          try database.execute(sql: "PRAGMA optimize")
          guard FileIdentity(path: path) == file else { return try Self.remake(path, from: database) }
          try database.checkpoint(.truncate)
          try database.execute(sql: "PRAGMA journal_mode = DELETE")
        }
      }
      attempt { try database.close() }
    }
    try checkHealth()
  }

  /// Writes a file that was removed while it was open.
  private static func remake(_ path: String, from database: Database) throws {
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try database.execute(sql: "VACUUM INTO ?", arguments: [path])
  }

  private func add(_ change: (inout State) -> Void) {
    let delay = state.withLock { state -> DispatchTimeInterval? in
      if state.isFinished, state.problem == nil { state.problem = .alreadyFinished(path: path) }
      guard state.problem == nil else { return nil }
      change(&state)
      guard isLive else { return nil }
      let isLarge = state.pending.count >= Self.largeBatch
      guard !state.isScheduled || isLarge else { return nil }
      state.isScheduled = true
      return isLarge ? .nanoseconds(0) : Self.longestWait
    }
    guard let delay else { return }
    // The writer lives until its last batch is written.
    queue.asyncAfter(deadline: .now() + delay) { self.writePending() }
  }

  /// On the queue: writes the pending batch in one transaction.
  private func writePending() {
    let batch = state.withLock { state -> RecordingBatch? in
      state.isScheduled = false
      guard state.problem == nil, !state.pending.isEmpty else { return nil }
      defer { state.pending = RecordingBatch() }
      return state.pending
    }
    guard let batch else { return }
    attempt { try database.write { try batch.write(to: $0) } }
  }

  /// Runs something that writes, unless an error came before; keeps its error.
  private func attempt(_ body: () throws -> Void) {
    guard state.withLock({ $0.problem == nil }) else { return }
    do {
      try body()
    } catch {
      state.withLock { state in
        state.problem = state.problem ?? RecordingError.writing(error, path: path)
        state.pending = RecordingBatch()
      }
    }
  }

  private static func strippingObject(_ observation: Observation) -> Observation {
    var stripped = observation
    stripped.message = observation.message.map { SecretText.redacted(message: $0) }
    guard let object = observation.object else { return stripped }
    do {
      stripped.object = try ObjectText.stripped(object)
    } catch {
      stripped.object = nil
      stripped.message = "an object that is not JSON was left out: \(error)"
    }
    return stripped
  }
}

extension RunDescription {
  /// What is known of the run as it may be recorded. The text of the profile comes without its secrets already.
  fileprivate var withoutSecrets: RunDescription {
    var run = self
    run.environment = environment.mapValues { SecretText.redacted($0) }
    run.endDetail = endDetail.map { SecretText.redacted(message: $0) }
    return run
  }
}

extension Observation {
  fileprivate var withoutObject: Observation {
    var observation = self
    observation.object = nil
    return observation
  }
}

fileprivate extension RecordingWriter.State {
  /// Whether an observation is of an object in a list whose version the file holds already.
  func knowsText(of observation: Observation) -> Bool {
    guard observation.kind == .listed, let uid = observation.uid, let version = observation.resourceVersion else {
      return false
    }
    return recorded[observation.resource]?[uid] == version
  }

  /// The observation as it is written: without the text of an object whose version the file holds already.
  mutating func withoutKnownText(_ observation: Observation) -> Observation {
    let resource = observation.resource
    if observation.kind == .list {
      let present = listed.removeValue(forKey: resource) ?? []
      recorded[resource] = recorded[resource]?.filter { present.contains($0.key) }
      return observation
    }
    guard let uid = observation.uid else { return observation }
    if observation.kind == .deleted {
      recorded[resource]?[uid] = nil
      return observation
    }
    var observation = observation
    if observation.kind == .listed {
      listed[resource, default: []].insert(uid)
      if knowsText(of: observation) { observation.object = nil }
    }
    if observation.object != nil { recorded[resource, default: [:]][uid] = observation.resourceVersion }
    return observation
  }
}
