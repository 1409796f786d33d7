import GRDB

/// What can go wrong with the file of a run.
package enum RecordingError: Error, Equatable, CustomStringConvertible {
  case fileExists(path: String)
  case folderMissing(path: String)
  case fileMissing(path: String)
  /// The file is no SQLite file, or one of another program.
  case notARecording(path: String, reason: String)
  case newerSchema(path: String, version: Int, known: Int)
  case cannotOpen(path: String, reason: String)
  case diskFull(path: String)
  case cannotWrite(path: String, reason: String)
  case cannotRead(path: String, reason: String)
  /// A row holds what no version of ScaleProof writes.
  case damaged(path: String, reason: String)
  /// Something was given to the writer after the run was finished.
  case alreadyFinished(path: String)

  package var description: String {
    switch self {
    case .fileExists(let path):
      "\(path): the file exists already; a recording never overwrites another, so choose another --output"
    case .folderMissing(let path): "\(path): the folder for the recording does not exist; create it first"
    case .fileMissing(let path): "\(path): there is no such recording"
    case .notARecording(let path, let reason): "\(path): this is not a recording of a run: \(reason)"
    case .newerSchema(let path, let version, let known):
      "\(path): the recording has schema version \(version), and this program knows versions up to \(known); "
        + "use the version of scaleproof that wrote it, or a newer one"
    case .cannotOpen(let path, let reason): "\(path): the recording cannot be opened: \(reason)"
    case .diskFull(let path):
      "\(path): the disk is full, so the recording ends here; what was written before can still be evaluated"
    case .cannotWrite(let path, let reason): "\(path): the recording cannot be written on: \(reason)"
    case .cannotRead(let path, let reason): "\(path): the recording cannot be read: \(reason)"
    case .damaged(let path, let reason): "\(path): the recording is damaged: \(reason)"
    case .alreadyFinished(let path): "\(path): the recording is finished already; nothing can be added to it"
    }
  }

  /// What an error of SQLite means while a recording is written.
  static func writing(_ error: any Error, path: String) -> RecordingError {
    if let error = error as? RecordingError { return error }
    guard let error = error as? DatabaseError else { return .cannotWrite(path: path, reason: "\(error)") }
    if error.resultCode == .SQLITE_FULL { return .diskFull(path: path) }
    return .cannotWrite(path: path, reason: error.reason)
  }

  /// What an error of SQLite means while a recording is read.
  static func reading(_ error: any Error, path: String) -> RecordingError {
    if let error = error as? RecordingError { return error }
    guard let error = error as? DatabaseError else { return .damaged(path: path, reason: "\(error)") }
    switch error.resultCode {
    case .SQLITE_NOTADB: return .notARecording(path: path, reason: "it is not an SQLite file")
    case .SQLITE_CORRUPT: return .damaged(path: path, reason: error.reason)
    default: return .cannotRead(path: path, reason: error.reason)
    }
  }
}

extension DatabaseError {
  /// SQLite's words without the statement and its values.
  var reason: String { "\(message ?? "no reason given") (SQLite error \(extendedResultCode.rawValue))" }
}
