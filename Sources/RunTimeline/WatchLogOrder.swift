import Units

/// Whether the lines of a watch log are in the order in which the watch wrote them, and what is made of those that are not.
///
/// `t` is when a line arrived, so that lines are taken in the order of their times. A watch brings the changes of a
/// resource in the order of their resource versions (Kubernetes, staging/src/k8s.io/apiserver/pkg/storage/cacher), which
/// are numbers that grow (KEP-5504). So within one watch
///
/// - a line whose time lies before that of a line above it was written late: it is taken at its time;
/// - a line that repeats a version of an object that came before is left out;
/// - a line that brings an older version than the one before came late: it happened before that one, as the versions say,
///   and when is known less well (``ObjectHistory`` puts it before);
/// - a line that was moved and whose version is no number has no order at all: the log is refused.
struct WatchLogOrder: Equatable {
  /// A kind of disorder: on how many lines, and the first of them with what it is compared with.
  private struct Disorder: Equatable {
    var lines = 0
    var first = 0
    var before = 0

    mutating func add(_ line: Int, after before: Int) {
      if lines == 0 { (first, self.before) = (line, before) }
      lines += 1
    }
  }

  /// What a watch has brought so far.
  private struct Watch: Equatable {
    /// The newest version, on which line it came.
    var newest: Newest?
    /// On which line each version of an object came.
    var told: [Told: Int] = [:]
    /// A watch that no list preceded begins with the objects that are there, in any order
    /// (Kubernetes API concepts, "Semantics for watch").
    var mayBeginUnordered: Bool
  }

  private struct Newest: Equatable {
    var version: UInt64
    var line: Int
  }

  private struct Told: Hashable {
    var uid: String
    var version: String
    var isDeletion: Bool
  }

  private struct Latest: Equatable {
    var at: Duration
    var line: Int
  }

  /// The latest time of each resource so far, in the order of the file, and on which line it stands.
  private var latest: [String: Latest] = [:]
  private var watches: [String: Watch] = [:]
  /// Lines whose time lies before that of a line above them.
  private var moved: [String: Set<Int>] = [:]
  private var late: [String: Disorder] = [:]
  private var older: [String: Disorder] = [:]
  private var repeated: [String: Disorder] = [:]

  /// Takes note of a line in the order of the file.
  mutating func readLine(of resource: String, at: Duration, line: Int) {
    if let before = latest[resource], at < before.at {
      late[resource, default: Disorder()].add(line, after: before.line)
      moved[resource, default: []].insert(line)
    } else {
      latest[resource] = Latest(at: at, line: line)
    }
  }

  /// A watch of a resource begins anew.
  mutating func beginWatch(of resource: String, afterList: Bool) {
    watches[resource] = Watch(mayBeginUnordered: !afterList)
  }

  /// Whether a watch event, in the order of times, tells something new.
  ///
  /// - Throws: ``WatchLogError`` where nothing tells when it came.
  mutating func accepts(_ event: Observation, line: Int) throws(WatchLogError) -> Bool {
    let resource = event.resource
    var watch = watches[resource] ?? Watch(mayBeginUnordered: true)
    defer { watches[resource] = watch }
    if let uid = event.uid, let version = event.resourceVersion {
      let told = Told(uid: uid, version: version, isDeletion: event.kind == .deleted)
      if let before = watch.told[told] {
        repeated[resource, default: Disorder()].add(line, after: before)
        return false
      }
      watch.told[told] = line
    }
    guard let version = Revision.number(event.resourceVersion) else {
      guard moved[resource]?.contains(line) ?? false else { return true }
      throw WatchLogError(
        line: line,
        reason: "its time lies before that of a line of \(resource) above it, and its resourceVersion "
          + "\(event.resourceVersion.map { "\"\($0)\" is no number" } ?? "is missing"), so that nothing tells which came "
          + "first; record the watch again, or cut the log before this line")
    }
    if event.kind != .added { watch.mayBeginUnordered = false }
    if let newest = watch.newest, version < newest.version, !watch.mayBeginUnordered {
      older[resource, default: Disorder()].add(line, after: newest.line)
    }
    if version >= watch.newest?.version ?? 0 { watch.newest = Newest(version: version, line: line) }
    return true
  }

  /// What was put right, one sentence for each resource and kind.
  var notes: [String] {
    late.sorted { $0.key < $1.key }.map { resource, disorder in
      "\(Self.lines(disorder.lines)) of \(resource) came out of order (first line \(disorder.first), whose time lies before "
        + "that of line \(disorder.before)): all lines are taken in the order of their times"
    }
      + older.sorted { $0.key < $1.key }.map { resource, disorder in
        "\(Self.lines(disorder.lines)) of \(resource) brought an older resourceVersion than lines before (first line "
          + "\(disorder.first), older than line \(disorder.before)), which no watch does: taken to have happened before, and "
          + "when is known less well"
      }
      + repeated.sorted { $0.key < $1.key }.map { resource, disorder in
        "\(Self.lines(disorder.lines)) of \(resource) repeated what the watch had told (first line \(disorder.first), which "
          + "repeats line \(disorder.before)): left out"
      }
  }

  private static func lines(_ count: Int) -> String { count == 1 ? "1 line" : "\(count) lines" }
}
