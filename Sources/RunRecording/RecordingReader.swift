import Foundation
import GRDB
import KubernetesObjects
package import RunTimeline

/// Reads the file of a run, finished or killed, of this schema version or an older one.
///
/// The file is not changed: one of an older version is brought to the newest in memory.
package enum RecordingReader {
  /// The whole run.
  ///
  /// - Throws: ``RecordingError``.
  package static func timeline(path: String) throws(RecordingError) -> Timeline {
    try reading(path) { database in
      let run = try RunRow.read(database, path: path)
      var objects = run.objects(clock: try TimelineRows.clock(database, runStart: run.startedAt))
      try TimelineRows.forEachObservation(database, path: path) { objects.add($0) }
      return Timeline(
        run: run, phases: try TimelineRows.phases(database), actions: try TimelineRows.actions(database, path: path),
        faults: try TimelineRows.faults(database),
        load: try LoadRows.intervals(database), failures: try TimelineRows.failures(database),
        generator: try TimelineRows.generator(database), connections: try TimelineRows.connections(database),
        objects: objects)
    }
  }

  /// All that the API server told, in the order of recording.
  package static func observations(path: String) throws(RecordingError) -> [Observation] {
    try reading(path) { database in
      var observations: [Observation] = []
      try TimelineRows.forEachObservation(database, path: path) { observations.append($0) }
      return observations
    }
  }

  /// The evaluations that were added to the recording, oldest first.
  package static func judgings(path: String) throws(RecordingError) -> [Judging] {
    try reading(path) { try VerdictRows.judgings($0) }
  }

  private static func reading<Value>(
    _ path: String, _ body: (Database) throws -> Value
  ) throws(RecordingError) -> Value {
    guard FileManager.default.fileExists(atPath: path) else { throw .fileMissing(path: path) }
    do {
      var configuration = Configuration()
      configuration.readonly = true
      configuration.busyMode = .timeout(5)
      let file = try DatabaseQueue(path: path, configuration: configuration)
      let version = try file.read { database in
        try RecordingSchema.check(database, path: path)
        return try RecordingSchema.version(of: database)
      }
      guard version < RecordingSchema.version else {
        return try file.read { database in
          try RecordingPlausibility.check(database, path: path)
          return try body(database)
        }
      }
      let copy = try DatabaseQueue()
      try file.backup(to: copy)
      return try copy.writeWithoutTransaction { database in
        try RecordingSchema.migrate(database)
        try RecordingPlausibility.check(database, path: path)
        return try body(database)
      }
    } catch {
      throw RecordingError.reading(error, path: path)
    }
  }
}

/// Adds evaluations to a finished recording.
package enum RecordingVerdicts {
  /// Adds the verdicts of one evaluation; those of earlier ones stay.
  ///
  /// - Throws: ``RecordingError``.
  package static func append(_ judging: Judging, path: String) throws(RecordingError) {
    guard FileManager.default.fileExists(atPath: path) else { throw .fileMissing(path: path) }
    do {
      var configuration = Configuration()
      configuration.busyMode = .timeout(5)
      let file = try DatabaseQueue(path: path, configuration: configuration)
      try file.writeWithoutTransaction { database in
        try RecordingSchema.check(database, path: path)
        try RecordingSchema.migrate(database)
        try database.inTransaction {
          try VerdictRows.insert(judging, into: database)
          return .commit
        }
        // A killed run left its file in WAL mode; from here on one file is enough.
        try database.execute(sql: "PRAGMA journal_mode = DELETE")
      }
      try file.close()
    } catch {
      throw RecordingError.writing(error, path: path)
    }
  }
}
